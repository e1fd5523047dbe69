//! Updates and moves of a deadline: the tables agree with the answer, and the client can send the same request again.

use super::{Failure, Fixture, update};
use crate::{
    harness::{NOW, faulty::with_others, time},
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

/// How far a deadline is moved: further than any update sets it.
const MOVED_MINUTES: u32 = 3;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Update,
    Deadline,
}

/// What precedes it.
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

    /// What precedes a move of a deadline. The short proof takes only what the function treats differently
    /// from what precedes an update, and one of the others.
    pub(super) fn of_deadline(size: Size) -> Vec<Self> {
        match size {
            Size::Short => vec![Self::AfterTheDeadline, Self::Named, Self::Contended],
            // Without a condition, no deadline is moved.
            Size::Long => Self::ALL.into_iter().filter(|write| *write != Self::Plain).collect(),
        }
    }

    /// How the request is refused; `None` if it is not.
    const fn refusal(self, operation: Operation) -> Option<Told> {
        match (operation, self) {
            (_, Self::Overtaken) => Some(Told::Refused(403)),
            (Operation::Deadline, Self::Contended) => Some(Told::Refused(412)),
            (Operation::Deadline, Self::AfterTheDeadline) => Some(Told::NoDeadline),
            _ => None,
        }
    }

    /// Whether that answer is right, if a failing store explains a 503.
    fn allows(self, operation: Operation, told: Told) -> bool {
        match told {
            Told::Stored { .. } => self.refusal(operation).is_none(),
            Told::Refused(_) | Told::NoDeadline => self.refusal(operation) == Some(told),
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
    async fn prepare(&mut self, operation: Operation, write: Write) -> usize {
        self.later(PAST);
        self.update("RED").await;
        if write == Write::AfterTheDeadline {
            self.later(PAST);
        }
        let number = self.updates.len();
        let mut own = match operation {
            Operation::Update => update("AMBER", number),
            Operation::Deadline => {
                Update { minutes: MOVED_MINUTES, ..Update::deadline(30, &self.tag().await) }
            }
        };
        match write {
            Write::Plain | Write::Contended | Write::Revoked | Write::Overtaken => {}
            Write::OnACondition => own.if_match = Some(self.tag().await),
            // A refusal of a request with a key reads once more.
            Write::AfterTheDeadline if operation == Operation::Update => {}
            Write::AfterTheDeadline | Write::Named | Write::Repeated => {
                own.key = Some(format!("key-{number}"));
            }
        }
        if write == Write::Repeated {
            own.hear(&own.call(&self.healthy).send().await).expect("an answer");
        }
        self.updates.push(own);
        number
    }

    async fn tag(&self) -> String {
        let get = self.healthy.get(30).by("reader").send().await;
        get.header("etag").to_owned()
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
    /// status or deadline, unless the request is refused for good.
    async fn repeat(
        &mut self,
        operation: Operation,
        write: Write,
        number: usize,
    ) -> Result<(), Violation> {
        let mut number = number;
        if self.updates[number].key.is_none() {
            // Without a key it is a new update, so it has new notes.
            let again = match operation {
                Operation::Update => update("AMBER", self.updates.len()),
                Operation::Deadline => {
                    Update { answers: Vec::new(), ..self.updates[number].clone() }
                }
            };
            let if_match = self.updates[number].if_match.clone();
            number = self.updates.len();
            self.updates.push(Update { if_match, ..again });
        }
        let reply = self.updates[number].call(&self.healthy).send().await;
        let told = self.updates[number].hear(&reply)?;
        let own = &self.updates[number];
        let refused = match told {
            Told::Refused(412) => own.if_match.is_some(),
            Told::NoDeadline => write.refusal(operation) == Some(told),
            _ => false,
        };
        unless(refused || matches!(told, Told::Stored { .. }), Kind::Lost, (own, told))?;
        let shown = self.healthy.get(30).by("reader").send().await;
        let is_set = match operation {
            Operation::Update => shown.ok()["status"] == "AMBER",
            Operation::Deadline => shown.ok()["resetDateTime"] == self.moved_deadline(),
        };
        // Refused because it was applied before, or because of a colleague or the deadline.
        let other = operation == Operation::Deadline && write.refusal(operation).is_some();
        unless(is_set != (refused && other), Kind::Shown, (own, &shown.body))
    }

    /// The deadline after a move.
    fn moved_deadline(&self) -> String {
        time(NOW + self.seconds + i64::from(MOVED_MINUTES) * 60).to_string()
    }
}

/// Returns the number of injected failures.
///
/// # Errors
/// If the tables and an answer disagree, or updates no longer succeed.
pub(super) async fn prove(
    size: Size,
    operation: Operation,
    write: Write,
) -> Result<u64, Violation> {
    let mut fixture = Fixture::new(None).await;
    let number = fixture.prepare(operation, write).await;
    let seen = fixture.watch();
    let told = fixture.send(write, number).await?;
    let answered = !matches!(told, Told::Unknown(_)) && write.allows(operation, told);
    unless(answered, Kind::Lost, (operation, write, told))?;
    let calls = seen.lock().expect("no panic while held").clone();
    let failures = Failure::of(&calls, size);
    for failure in &failures {
        let number = fixture.prepare(operation, write).await;
        fixture.fail(*failure);
        let told = fixture.send(write, number).await?;
        let unavailable = matches!(told, Told::Unknown(_));
        let fine = if unavailable { !failure.is_overcome() } else { !failure.is_final() };
        let fine = fine && write.allows(operation, told);
        unless(fine, Kind::Misquoted, (operation, write, failure, told))?;
        fixture.repeat(operation, write, number).await?;
    }
    let late = check(&fixture.healthy, 30, &fixture.updates).await?;
    unless(late == 0, Kind::RefusedAndStored, late)?;
    Ok(failures.len().try_into().unwrap_or(u64::MAX))
}
