//! Updates: the tables agree with the answer, and the client can send the same request again.

use super::{Failure, Fixture, update};
use crate::{
    harness::faulty::with_others,
    proofs::{
        Size,
        faults::{
            ledger::{Kind, Told, Update, Violation, unless},
            tables::check,
        },
    },
};

/// A time after a one-minute deadline.
const PAST: i64 = 100;

/// An update and what precedes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    Plain,
    OnACondition,
    AfterTheDeadline,
    Named,
    Repeated,
    Contended,
    /// The user loses the right before the first transaction.
    Revoked,
    /// The same, after a colleague's update.
    Overtaken,
}

impl Write {
    pub(super) const ALL: [Self; 8] = [
        Self::Plain,
        Self::OnACondition,
        Self::AfterTheDeadline,
        Self::Named,
        Self::Repeated,
        Self::Contended,
        Self::Revoked,
        Self::Overtaken,
    ];

    /// Whether that answer is right, if a failing store explains a 503.
    fn allows(self, told: Told) -> bool {
        match told {
            Told::Stored { .. } => self != Self::Overtaken,
            Told::Refused(status) => self == Self::Overtaken && status == 403,
            Told::Unknown(status) => status == 503,
        }
    }
}

impl Fixture {
    /// Sends an update to the healthy store.
    pub(super) async fn update(&mut self, status: &'static str) {
        let mut update = update(status, self.updates.len());
        let heard = update.hear(&update.call(&self.healthy).send().await);
        assert!(matches!(heard, Ok(Told::Stored { .. })), "{heard:?}");
        self.updates.push(update);
    }

    /// Makes the service RED. Returns the number of the next update.
    async fn prepare(&mut self, write: Write) -> usize {
        self.later(PAST);
        self.update("RED").await;
        let number = self.updates.len();
        let mut own = update("AMBER", number);
        match write {
            Write::Plain | Write::Contended | Write::Revoked | Write::Overtaken => {}
            Write::OnACondition => {
                let get = self.healthy.get(30).by("reader").send().await;
                own.if_match = Some(get.header("etag").to_owned());
            }
            Write::AfterTheDeadline => self.later(PAST),
            Write::Named | Write::Repeated => own.key = Some(format!("key-{number}")),
        }
        if write == Write::Repeated {
            own.hear(&own.call(&self.healthy).send().await).expect("an answer");
        }
        self.updates.push(own);
        number
    }

    /// Sends that update to the failing store. Others may act first.
    async fn send(&mut self, write: Write, number: usize) -> Result<Told, Violation> {
        let (own, mut other) = (self.updates[number].clone(), update("RED", number + 1));
        other.by = "colleague";
        let meanwhile = async || {
            if matches!(write, Write::Contended | Write::Overtaken) {
                other.hear(&other.call(&self.healthy).send().await).expect("an answer");
            }
            if matches!(write, Write::Revoked | Write::Overtaken) {
                self.healthy.permit("editor", false).await;
            }
        };
        let asked = own.call(&self.faulty).send();
        let reply = with_others(asked, &mut self.turns, meanwhile).await;
        self.updates.push(other);
        self.store.release().await;
        self.healthy.permit("editor", true).await;
        self.updates[number].hear(&reply)
    }

    /// Sends the same request to the healthy store: the service must then have the requested
    /// status.
    async fn repeat(&mut self, number: usize) -> Result<(), Violation> {
        let mut number = number;
        if self.updates[number].key.is_none() {
            // Without a key it is a new update, so it has new notes.
            let if_match = self.updates[number].if_match.clone();
            number = self.updates.len();
            self.updates.push(Update { if_match, ..update("AMBER", number) });
        }
        let reply = self.updates[number].call(&self.healthy).send().await;
        let told = self.updates[number].hear(&reply)?;
        let own = &self.updates[number];
        let refused = told == Told::Refused(412) && own.if_match.is_some();
        unless(refused || matches!(told, Told::Stored { .. }), Kind::Lost, (own, told))?;
        let shown = self.healthy.get(30).by("reader").send().await;
        unless(shown.ok()["status"] == "AMBER", Kind::Shown, (own, &shown.body))
    }
}

/// Returns the number of injected failures.
///
/// # Errors
/// If the tables and an answer disagree, or updates no longer succeed.
pub(super) async fn prove(size: Size, write: Write) -> Result<u64, Violation> {
    let mut fixture = Fixture::new(None).await;
    let number = fixture.prepare(write).await;
    let seen = fixture.watch();
    let told = fixture.send(write, number).await?;
    let answered = !matches!(told, Told::Unknown(_)) && write.allows(told);
    unless(answered, Kind::Lost, (write, told))?;
    let calls = seen.lock().expect("no panic while held").clone();
    let failures = Failure::of(&calls, size);
    for failure in &failures {
        let number = fixture.prepare(write).await;
        fixture.fail(*failure);
        let told = fixture.send(write, number).await?;
        let unavailable = matches!(told, Told::Unknown(_));
        let fine = if unavailable { !failure.is_overcome() } else { !failure.is_final() };
        unless(fine && write.allows(told), Kind::Misquoted, (write, failure, told))?;
        fixture.repeat(number).await?;
    }
    let late = check(&fixture.healthy, 30, &fixture.updates).await?;
    unless(late == 0, Kind::RefusedAndStored, late)?;
    Ok(failures.len().try_into().unwrap_or(u64::MAX))
}
