//! Checks answers and the stored data against the model.

use super::{
    representations::{Answer, Service, Shown},
    run::Run,
};
use crate::harness::Reply;

/// The difference, if any.
pub(super) type Outcome<T = ()> = Result<T, String>;

pub(super) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    answered: &T,
    expected: &T,
) -> Outcome {
    if answered == expected {
        return Ok(());
    }
    Err(format!("{what}\n   answered {answered:?}\n   expected {expected:?}"))
}

impl Run<'_> {
    /// Checks that an answer is the expected one, with the right entity tag.
    pub(super) fn check(&mut self, reply: &Reply, expected: &Answer) -> Outcome {
        let status = reply.status.as_u16();
        let replayed = reply.header("idempotency-replayed") == "true";
        let answered = match (status, expected) {
            (200, Answer::Plain(_)) => Answer::Plain(reply.body.clone()),
            (200, _) => {
                let shown = Shown { version: version(reply), body: reply.body.clone() };
                if replayed { Answer::Repeated(shown) } else { Answer::Status(shown) }
            }
            (304, Answer::NotModified(shown)) => {
                Answer::NotModified(Shown { version: version(reply), body: shown.body.clone() })
            }
            (412, Answer::PreconditionFailed(shown)) => Answer::PreconditionFailed(Shown {
                version: version(reply),
                body: shown.body.clone(),
            }),
            (400, Answer::Invalid(codes)) => {
                let errors = reply.body["errors"].as_array().cloned().unwrap_or_default();
                let same = errors.iter().map(|error| &error["code"]).eq(codes.iter());
                Answer::Invalid(if same { codes.clone() } else { Vec::new() })
            }
            (_, Answer::Refused(_, code)) if reply.body["code"] == *code => {
                Answer::Refused(status, code)
            }
            _ => Answer::Refused(status, "another answer"),
        };
        same(&format!("{status} {}", reply.body), &answered, expected)?;
        match expected {
            Answer::Status(shown)
            | Answer::Repeated(shown)
            | Answer::NotModified(shown)
            | Answer::PreconditionFailed(shown) => self.tag(reply.header("etag"), shown),
            _ => same("no tag", &reply.header("etag"), &""),
        }
    }

    /// Checks that a known representation has its known tag, and a new one a new tag.
    fn tag(&mut self, tag: &str, shown: &Shown) -> Outcome {
        let id = &shown.body["id"];
        let known = self.seen.iter().find(|(seen, _)| seen == shown);
        let other = |(seen, known): &&(Shown, String)| {
            known == tag && seen != shown && seen.body["id"] == *id
        };
        match known {
            Some((_, known)) => same("the tag", &tag, &known.as_str())?,
            None => {
                same("a new tag, met before with", &self.seen.iter().find(other), &None)?;
                self.seen.push((shown.clone(), tag.to_owned()));
            }
        }
        Ok(())
    }

    /// Checks history and record of these services.
    pub(super) async fn stored(&self, which: impl Fn(&Service) -> bool) -> Outcome {
        for service in self.family.model.services.iter().filter(|service| which(service)) {
            let expected: Vec<_> =
                service.changes.iter().map(|change| change.row(service.id)).collect();
            same("history", &self.fixture.app.history(service.id).await, &expected)?;
            same("record", &self.fixture.record(service.id).await, &service.record())?;
        }
        Ok(())
    }
}

/// The effective version at the start of the entity tag.
fn version(reply: &Reply) -> u64 {
    let tag = reply.header("etag").trim_start_matches('"');
    tag.split('-').next().and_then(|version| version.parse().ok()).unwrap_or(u64::MAX)
}
