//! Reads: the answer is correct or 503, and a failed read is not taken for a missing item.

use super::{Failure, Fixture, update};
use crate::{
    harness::{App, Call, Reply, faulty::Lie},
    proofs::{
        Size,
        faults::ledger::{Kind, Violation, unless},
    },
};

type Read = fn(&App) -> Call<'_>;

const READS: [Read; 10] = [
    |app| app.get(30),
    |app| app.list("id=30,40"),
    |app| app.list("region=10"),
    |app| app.list("parentId=20&status=RED"),
    |app| app.list("status=RED"),
    |app| app.list("editable=true"),
    |app| app.list(""),
    |app| app.past(30, ""),
    |app| app.past(30, "at=2026-11-21T09:00:00Z"),
    |app| app.past(30, "at=2026-11-21T08:59:59Z"),
];

/// Returns the number of injected failures.
async fn prove_one(size: Size, fixture: &Fixture, read: Read) -> Result<u64, Violation> {
    let right = read(&fixture.healthy).by("editor").send().await;
    let seen = fixture.watch();
    answers_right(&read(&fixture.faulty).by("editor").send().await, &right)?;
    let calls = seen.lock().expect("no panic while held").clone();
    let failures = Failure::of(&calls, size);
    for failure in &failures {
        fixture.fail(*failure);
        let reply = read(&fixture.faulty).by("editor").send().await;
        let unavailable = reply.status == 503;
        let fine = if unavailable { !failure.is_overcome() } else { !failure.is_final() };
        unless(fine, Kind::Shown, (failure, &reply.body))?;
        if !unavailable {
            answers_right(&reply, &right)?;
        }
    }
    fixture.watch();
    answers_right(&read(&fixture.faulty).by("editor").send().await, &right)?;
    Ok(failures.len().try_into().unwrap_or(u64::MAX))
}

pub(super) fn answers_right(reply: &Reply, right: &Reply) -> Result<(), Violation> {
    let same = (&reply.body, reply.header("etag")) == (right.ok(), right.header("etag"));
    unless(same, Kind::Shown, (&reply.body, &right.body))
}

/// Returns the number of injected failures.
///
/// # Errors
/// If an answer is neither correct nor 503.
pub(super) async fn prove(size: Size, lie: Option<Lie>) -> Result<u64, Violation> {
    let fixture = Fixture::new(lie).await;
    update("RED", 0).call(&fixture.healthy).send().await.ok();
    let mut failures = 0;
    for read in READS {
        failures += prove_one(size, &fixture, read).await?;
    }
    Ok(failures)
}
