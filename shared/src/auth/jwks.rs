//! The issuer's signing keys (RFC 7517): fetched when needed, kept, and fetched again now and then.

use std::collections::HashMap;

use jsonwebtoken::DecodingKey;
use tokio::sync::{Mutex, MutexGuard, RwLock};

use super::published::Published;
use crate::domain::Timestamp;

/// The least time between two fetches, in seconds: what a flood of unknown key ids costs the issuer.
const MIN_INTERVAL: i64 = 10;
/// After so many seconds known keys are asked for again: one that the issuer withdrew must go.
const MAX_AGE: i64 = 60 * 60;
/// How long whoever has a known key waits before asking an issuer again that did not answer.
const RETRY: i64 = 60;

/// The keys of one issuer by their id.
#[derive(Debug)]
pub(super) struct KeySet {
    published: Published,
    keys: RwLock<HashMap<String, DecodingKey>>,
    /// Held during a fetch: there is one in flight however many wait.
    fetches: Mutex<Fetches>,
}

/// When the last fetches began.
#[derive(Debug, Default)]
struct Fetches {
    any: Option<Timestamp>,
    good: Option<Timestamp>,
}

impl KeySet {
    pub(super) fn new(published: Published) -> Self {
        Self { published, keys: RwLock::default(), fetches: Mutex::default() }
    }

    /// The key of that id, if the issuer has published it as far as is known.
    pub(super) async fn key(&self, id: &str, now: Timestamp) -> Option<DecodingKey> {
        if let Some(key) = self.known(id).await {
            // Nobody who knows the key waits for a fetch that another request makes.
            return match self.fetches.try_lock() {
                Ok(last) if is_due(last.good, now, MAX_AGE) && is_due(last.any, now, RETRY) => {
                    self.fetch(last, now).await;
                    self.known(id).await
                }
                _ => Some(key),
            };
        }
        let last = self.fetches.lock().await;
        // Whoever held the lock may have brought the key.
        if self.known(id).await.is_none() && is_due(last.any, now, MIN_INTERVAL) {
            self.fetch(last, now).await;
        }
        self.known(id).await
    }

    async fn known(&self, id: &str) -> Option<DecodingKey> {
        self.keys.read().await.get(id).cloned()
    }

    /// A fetch that fails leaves the known keys as they are: an issuer that is down locks nobody out.
    async fn fetch(&self, mut last: MutexGuard<'_, Fetches>, now: Timestamp) {
        last.any = Some(now);
        match self.published.keys().await {
            Ok(keys) => {
                *self.keys.write().await = keys;
                last.good = Some(now);
            }
            Err(error) => tracing::warn!(error, "jwks_fetch_failed"),
        }
    }
}

/// A clock that was set back must not put the next fetch off.
fn is_due(last: Option<Timestamp>, now: Timestamp, interval: i64) -> bool {
    last.is_none_or(|last| (now.epoch_seconds() - last.epoch_seconds()).abs() >= interval)
}
