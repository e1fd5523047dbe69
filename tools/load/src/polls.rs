//! Polls of those who follow a region's changes.

use serde_json::Value;

use crate::{
    Error,
    gateway::Gateway,
    request::{Request, update},
    request_kind::RequestKind,
    testbed::Testbed,
};

/// The most polls until a follower knows what has changed already. There may be too many changes to tell them.
const MAX_POLLS: u32 = 10;

impl Testbed {
    /// Polls of this kind, each with the cursor of a follower who knows everything before. Each tells of one change at
    /// most, so there are as many as regions if they tell of one.
    pub(crate) async fn polls(
        &self,
        gateway: &Gateway,
        kind: RequestKind,
        count: u64,
    ) -> Result<Vec<Request>, Error> {
        let regions: Vec<u64> = match kind {
            RequestKind::PollAtRest => vec![self.directory.no_region()],
            _ => self.directory.regions().map(|region| region.get()).collect(),
        };
        let mut polls = Vec::new();
        for region in regions {
            let cursor = self.cursor(gateway, region).await?;
            if kind == RequestKind::PollOneChange {
                self.put(gateway, region, update("RED")).send(self.client.clone()).await?;
            }
            polls.push(self.poll(gateway, kind, region, &cursor));
        }
        let count = match kind {
            RequestKind::PollOneChange => count.min(polls.len() as u64),
            _ => count,
        };
        Ok(polls.iter().cycle().zip(0..count).map(|(poll, _)| poll.clone()).collect())
    }

    /// The cursor of a follower who knows everything.
    async fn cursor(&self, gateway: &Gateway, region: u64) -> Result<String, Error> {
        let kind = RequestKind::PollUnchanged;
        let mut cursor = String::new();
        for _ in 0..MAX_POLLS {
            let begins = cursor.is_empty();
            let poll = self.poll(gateway, kind, region, &cursor).send(self.client.clone()).await?;
            let body: Value = serde_json::from_slice(&poll.body)
                .map_err(|error| Error::UnexpectedResponse(error.to_string()))?;
            let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
            text("cursor").clone_into(&mut cursor);
            let items = body.get("items").and_then(Value::as_array);
            if !begins && body.get("resync").is_none() && items.is_some_and(Vec::is_empty) {
                break;
            }
        }
        Ok(cursor)
    }

    /// A poll; of the API without a cursor the begin.
    fn poll(&self, gateway: &Gateway, kind: RequestKind, region: u64, cursor: &str) -> Request {
        let path = match kind {
            RequestKind::BoardPoll => format!("web/board/{region}/changes?since={cursor}"),
            _ if cursor.is_empty() => format!("changes?region={region}"),
            _ => format!("changes?region={region}&cursor={cursor}"),
        };
        let url = format!("{}/{path}", gateway.url);
        Request { kind, url, headers: self.signed_in.headers(kind), body: None }
    }
}
