//! Staff who update a service, and who extend its status before it ends.

use serde_json::{Value, json};

use super::{
    machines::{Event, body, offset, pause},
    simulation::{Outcome, Simulation},
};
use crate::{harness::Reply, proofs::sequences::calendar::seconds};

/// The most minutes that a request may ask for.
const MAX_MINUTES: i64 = 1440;

impl Simulation {
    pub(super) async fn update(&mut self, service: u64) -> Outcome {
        let next = self.now + pause(&mut self.random, self.plan.gap);
        self.agenda.plan(next, Event::Update(service));
        let body = body(&mut self.random, self.step);
        self.change(service, None, &body).await?.0.ok();
        self.count("updates", 1);
        let later = self.now + self.random.i64(0..12_000);
        let reader = self.readers_offset();
        self.agenda.plan(later, Event::Read(service, reader));
        Ok(())
    }

    /// Plans an extension of a status with this deadline: mostly in time, sometimes a little late.
    pub(super) fn plan_extension(&mut self, service: u64, deadline: i64) {
        let at = deadline - self.random.i64(-60..3600);
        if at > self.now && self.random.u8(0..3) == 0 {
            self.agenda.plan(at, Event::Extend(service));
        }
    }

    /// Somebody looks at a service, and asks for what remains of its status and some minutes more.
    pub(super) async fn extend(&mut self, service: u64) -> Outcome {
        let clock = self.now + offset(&mut self.random, self.plan.skew);
        self.set_clock(clock);
        let seen = self.app.get(service).by("editor").send().await;
        self.judge(seen.ok(), clock)?;
        let deadline = seen.body["resetDateTime"].as_str().map(seconds);
        let remaining = deadline.map_or(0, |deadline| (deadline - clock + 59).div_euclid(60));
        let minutes = (remaining + self.random.i64(1..=240)).min(MAX_MINUTES);
        let body = json!({"resetStatusIn": minutes});
        let (reply, clock) = self.change(service, Some(seen.header("etag")), &body).await?;
        let unexpected = |why: &str| {
            Err(format!("{why}: {} by a clock at {clock} after {}", reply.body, seen.body))
        };
        let green_by_its_clock = deadline.is_some_and(|deadline| clock >= deadline);
        match reply.status.as_u16() {
            200 if deadline.is_none() || green_by_its_clock => unexpected("GREEN was extended"),
            200 => {
                self.count("deadlines moved", 1);
                extended(&seen.body, &reply.body, clock + 60 * minutes)
                    .or_else(|why| unexpected(&why))
            }
            // It is over, or this machine still sees the status before the GREEN that was seen.
            409 if deadline.is_none() => {
                self.count("extensions that came too late", 1);
                Ok(())
            }
            412 if green_by_its_clock || is_ahead(&seen.body, clock) => {
                self.count("extensions of another status than was seen", 1);
                Ok(())
            }
            _ => unexpected("refused"),
        }
    }

    /// Sends a request, sometimes twice, and judges its answer. Also returns the clock that answered.
    async fn change(
        &mut self,
        service: u64,
        tag: Option<&str>,
        body: &Value,
    ) -> Outcome<(Reply, i64)> {
        let (first, clock) = self.send(service, tag, body).await;
        if !first.status.is_success() {
            return Ok((first, clock));
        }
        self.judge(&first.body, clock)?;
        if self.random.u8(0..10) == 0 {
            // The answer was lost: the client repeats the request on a machine with another clock.
            let (second, _) = self.send(service, tag, body).await;
            self.count("requests sent again", 1);
            if (&first.body, first.header("etag")) != (&second.body, second.header("etag")) {
                return Err(format!("repeat of {} is answered by {}", first.body, second.body));
            }
        }
        self.await_deadline(service, &first.body);
        self.answers.entry(service).or_default().push(first.body.clone());
        Ok((first, clock))
    }

    /// Sends an update, or with a tag a moved deadline.
    async fn send(&mut self, service: u64, tag: Option<&str>, body: &Value) -> (Reply, i64) {
        let clock = self.now + offset(&mut self.random, self.plan.skew);
        self.set_clock(clock);
        let request_id = format!("put-{}-{}", self.now, self.step);
        let call = match tag {
            None => self.app.put(service, body.clone()),
            Some(tag) => self.app.put_deadline(service, body.clone()).header("if-match", tag),
        };
        let call = call.by("editor").header("idempotency-key", &format!("k-{}", self.step));
        let reply = call.header("x-request-id", &request_id).send().await;
        self.note(&format!("{clock} {} {}", reply.header("etag"), reply.body));
        (reply, clock)
    }
}

/// Checks what an extension made of the status that was seen.
fn extended(seen: &Value, shown: &Value, deadline: i64) -> Outcome {
    let modified = shown["modifiedDate"].as_str().map(seconds);
    let expected = modified.map(|modified| deadline.max(modified));
    if shown["resetDateTime"].as_str().map(seconds) != expected {
        return Err("another deadline".to_owned());
    }
    match ["id", "name", "status", "reason", "notes"].iter().find(|one| seen[**one] != shown[**one])
    {
        Some(changed) => Err(format!("another {changed}")),
        None => Ok(()),
    }
}

/// Whether a reset is dated after this clock's time.
fn is_ahead(shown: &Value, clock: i64) -> bool {
    let dated = shown["modifiedDate"].as_str().map(seconds);
    shown["modifiedBy"] == "automatic reset" && dated.is_some_and(|dated| dated > clock)
}
