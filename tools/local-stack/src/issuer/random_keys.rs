//! Values under random keys that nobody can guess: codes and sessions.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::{error::Unspecified, rand};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// How many values are kept. The oldest go first.
const CAPACITY: usize = 1000;

/// The newest [`CAPACITY`] values, in memory.
#[derive(Debug)]
pub(super) struct RandomKeys<T>(Mutex<VecDeque<(String, T)>>);

impl<T> RandomKeys<T> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }

    /// Adds the value. Returns its key of 256 random bits.
    pub(super) fn add(&self, value: T) -> Result<String, Unspecified> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes)?;
        let key = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut entries = self.entries();
        if entries.len() == CAPACITY {
            entries.pop_front();
        }
        entries.push_back((key.clone(), value));
        Ok(key)
    }

    /// Reads or changes the value with this key, if there is one.
    pub(super) fn with<R>(&self, key: &str, action: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut entries = self.entries();
        entries.iter_mut().find(|(known, _)| known == key).map(|(_, value)| action(value))
    }

    pub(super) fn remove(&self, key: &str) {
        self.entries().retain(|(known, _)| known != key);
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<(String, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
