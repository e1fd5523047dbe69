//! The issuer's signing keys (RFC 7517): fetched when needed, cached, and refreshed.

use std::collections::HashMap;

use jsonwebtoken::DecodingKey;
use tokio::sync::{Mutex, RwLock};

use super::published_keys::PublishedKeys;

/// The minimum time between two fetches, in seconds: it protects the issuer from a flood of unknown key ids.
const MIN_INTERVAL: i64 = 10;
/// How long keys are cached, in seconds. After that time a withdrawn key is no longer accepted.
const MAX_AGE: i64 = 60 * 60;
/// How long to wait before a failed refresh is tried again, in seconds.
const RETRY: i64 = 60;

/// The keys of one issuer, by key id.
#[derive(Debug)]
pub(super) struct KeySet {
    published: PublishedKeys,
    keys: RwLock<HashMap<String, DecodingKey>>,
    /// Locked during a fetch, so that at most one is in flight.
    fetches: Mutex<Fetches>,
}

/// When the last fetches began, in seconds since the Unix epoch.
#[derive(Debug, Default)]
struct Fetches {
    any: Option<i64>,
    good: Option<i64>,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyError {
    /// The issuer does not publish it.
    Unknown,
    /// The last fetch failed, so nobody can tell.
    Unavailable,
}

impl KeySet {
    pub(super) fn new(published: PublishedKeys) -> Self {
        Self { published, keys: RwLock::default(), fetches: Mutex::default() }
    }

    /// The key with this id.
    pub(super) async fn key(&self, id: &str, now: i64) -> Result<DecodingKey, KeyError> {
        if let Some(key) = self.known(id).await {
            // A request whose key is cached does not wait for the fetch of another request.
            return match self.fetches.try_lock() {
                Ok(mut last) if is_due(last.good, now, MAX_AGE) && is_due(last.any, now, RETRY) => {
                    self.fetch(&mut last, now).await;
                    self.known(id).await.ok_or(KeyError::Unknown)
                }
                _ => Ok(key),
            };
        }
        let mut last = self.fetches.lock().await;
        // The previous holder of the lock may have fetched the key.
        if self.known(id).await.is_none() && is_due(last.any, now, MIN_INTERVAL) {
            self.fetch(&mut last, now).await;
        }
        let failed = last.any != last.good;
        self.known(id).await.ok_or(if failed { KeyError::Unavailable } else { KeyError::Unknown })
    }

    async fn known(&self, id: &str) -> Option<DecodingKey> {
        self.keys.read().await.get(id).cloned()
    }

    /// A failed fetch keeps the cached keys: if the issuer is down, their tokens are still accepted.
    async fn fetch(&self, last: &mut Fetches, now: i64) {
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

/// A clock that was set back must not delay the next fetch.
fn is_due(last: Option<i64>, now: i64, interval: i64) -> bool {
    last.is_none_or(|last| (now - last).abs() >= interval)
}
