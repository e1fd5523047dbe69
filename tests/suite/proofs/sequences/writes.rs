//! Updates, moved deadlines, and repeats of both.

use serde_json::{Value, json};

use super::{
    check::{Outcome, same},
    model::words,
    operation::{Body, Known, Put, Resource},
    representations::{Answer, BAD_BODIES, Tags, Update},
    run::Run,
};

impl Run<'_> {
    pub(super) async fn put(&mut self, put: Put) -> Outcome {
        let tags = self.tags(put.place, put.known).await?;
        let (expected_tags, mut if_match) = tags.unzip();
        if matches!(put.known, Known::Weak) {
            if_match = Some(Tags::Of(Vec::new()));
        }
        let (unwanted_tags, if_none_match) = self.tags(put.place, put.unwanted).await?.unzip();
        if put.key.is_some() {
            self.repeatable = Some(put);
        }
        let request_id = format!("request-{}", self.step);
        let id = self.family.id(put.place);
        let call = match put.resource {
            Resource::Status => self.fixture.app.put(id, Value::Null),
            Resource::Deadline => self.fixture.app.put_deadline(id, Value::Null),
        };
        let mut call = call.body(&body(put.body)).by(put.by).header("x-request-id", &request_id);
        for (name, tags) in [("if-match", expected_tags), ("if-none-match", unwanted_tags)] {
            if let Some(tags) = tags {
                call = call.header(name, &tags);
            }
        }
        if let Some(key) = put.key {
            call = call.header("idempotency-key", &format!("k-{key}"));
        }
        let reply = call.send().await;
        same("the request's id", &reply.header("x-request-id"), &request_id.as_str())?;
        let Put { resource, by, place, body, key, .. } = put;
        let names_tag = !matches!(put.known, Known::Nothing | Known::Any);
        let request_id = &request_id;
        let update = Update {
            resource,
            by,
            place,
            body,
            if_match,
            names_tag,
            if_none_match,
            key,
            request_id,
        };
        let expected = self.family.model.put(update, self.now);
        self.count(counted(resource, &expected));
        self.check(&reply, &expected)
    }

    pub(super) async fn repeat(
        &mut self,
        body: Option<Body>,
        elsewhere: bool,
        after: Option<i64>,
    ) -> Outcome {
        let Some(put) = self.repeatable else { return Ok(()) };
        if let Some(after) = after {
            self.set_clock(self.family.model.key_expiry().map(|at| at + after));
        }
        let resource = match put.resource {
            Resource::Status if elsewhere => Resource::Deadline,
            Resource::Deadline if elsewhere => Resource::Status,
            same => same,
        };
        self.put(Put { resource, body: body.unwrap_or(put.body), ..put }).await
    }
}

/// What an answer counts as.
const fn counted(resource: Resource, expected: &Answer) -> &'static str {
    match (resource, expected) {
        (_, Answer::Repeated(_)) => "repeats recognised",
        (_, Answer::Refused(422, _)) => "keys used for another request",
        (Resource::Status, Answer::Status(_)) => "updates stored",
        (Resource::Status, Answer::PreconditionFailed(_)) => "updates on a stale tag",
        (Resource::Status, _) => "updates refused",
        (Resource::Deadline, Answer::Status(_)) => "deadlines moved",
        (Resource::Deadline, Answer::PreconditionFailed(_)) => "moves on a stale tag",
        (Resource::Deadline, Answer::Refused(428, _)) => "moves without a tag",
        (Resource::Deadline, Answer::Refused(409, _)) => "moves of GREEN",
        (Resource::Deadline, _) => "moves refused",
    }
}

fn body(body: Body) -> String {
    match body {
        Body::Bad(which) => BAD_BODIES[which].0.to_owned(),
        Body::Good { status, minutes, note, reason } => {
            let mut body = json!({"status": status});
            if let Some(minutes) = minutes {
                body["resetStatusIn"] = minutes.into();
            }
            if let Some(note) = note {
                body["notes"] = words(note).into();
            }
            if let Some(reason) = reason {
                body["reason"] = reason.into();
            }
            body.to_string()
        }
    }
}
