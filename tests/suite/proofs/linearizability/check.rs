//! Checks whether a history could have come from one register: whether there is an order of its
//! operations in which none precedes one that was answered before it began, and each has the
//! register's answer.
//!
//! The search is Wing and Gong's: it removes one operation after another that may come next. Two
//! things keep it short. An operation that fits and changes nothing is taken at once, which loses
//! no order. An acknowledged write names its version, so at most one fits. Only writes with unknown
//! outcome leave a choice; as in Lowe's version, the search remembers what it tried by the
//! remaining operations and the register.
//!
//! stateright's `LinearizabilityTester` does not fit: it remembers nothing, so on an invalid
//! history it tries every order of the reads, which never ends with eight clients. Nor can a client
//! go on in it after a request without an answer.

use std::collections::{HashMap, HashSet};

use shared::domain::Rag;

use super::register::{Action, Answer, Operation, Register, Shown};

/// Checks that a history is that of one register.
///
/// # Errors
/// With the reason, and how many operations could be put in order.
pub(super) fn check(history: &[Operation]) -> Result<(), String> {
    let search = Search { history, tags: tags(history)? };
    let mut tried = HashSet::new();
    let mut furthest = (0, Register::default());
    let mut choices = vec![(vec![false; history.len()], Register::default())];
    while let Some((mut done, register)) = choices.pop() {
        search.take_what_changes_nothing(&mut done, &register);
        if search.is_complete(&done) {
            return Ok(());
        }
        if !tried.insert((done.clone(), register.clone())) {
            continue;
        }
        let count = done.iter().filter(|done| **done).count();
        if count >= furthest.0 {
            furthest = (count, register.clone());
        }
        choices.extend(search.writes(&done, &register));
    }
    Err(format!("no order goes on after {} operations, at {:?}", furthest.0, furthest.1))
}

/// The representation that each entity tag stands for.
fn tags(history: &[Operation]) -> Result<HashMap<&str, &Shown>, String> {
    let (mut tags, mut shown_as) = (HashMap::new(), HashMap::new());
    for operation in history {
        let Answer::Shown(tag, shown) = &operation.answer else { continue };
        if tags.insert(tag.as_str(), shown).is_some_and(|other| other != shown) {
            return Err(format!("{tag} stands for two representations"));
        }
        if shown_as.insert(shown, tag).is_some_and(|other| other != tag) {
            return Err(format!("{tag} is one of two tags for one representation"));
        }
        if version(tag) != Some(shown.version) {
            return Err(format!("{tag} does not begin with its version"));
        }
    }
    Ok(tags)
}

/// The version at the start of an entity tag.
pub(super) fn version(tag: &str) -> Option<u64> {
    tag.strip_prefix('"')?.split_once('-')?.0.parse().ok()
}

struct Search<'a> {
    history: &'a [Operation],
    tags: HashMap<&'a str, &'a Shown>,
}

impl Search<'_> {
    fn take_what_changes_nothing(&self, done: &mut [bool], register: &Register) {
        let fits = |index: &usize| self.fits_unchanged(*index, register);
        while let Some(index) = self.next(done).into_iter().find(fits) {
            done[index] = true;
        }
    }

    /// The operations that may come next: those that began before any remaining one was answered.
    fn next(&self, done: &[bool]) -> Vec<usize> {
        let left: Vec<_> = (0..done.len()).filter(|&index| !done[index]).collect();
        let operations = left.iter().map(|&index| &self.history[index]);
        // An operation with unknown outcome can happen at any time after it began, or never.
        let known = operations.filter(|operation| operation.answer != Answer::Unknown);
        let until = known.map(|operation| operation.answered).min().unwrap_or(u64::MAX);
        left.into_iter().filter(|&index| self.history[index].invoked < until).collect()
    }

    /// Whether the operation's answer fits and leaves the register unchanged.
    fn fits_unchanged(&self, index: usize, register: &Register) -> bool {
        let operation = &self.history[index];
        let current = register.effective_at(operation.now);
        match (&operation.action, &operation.answer) {
            (Action::Get, Answer::Shown(_, shown)) => *shown == current,
            (action, Answer::PreconditionFailed(tag)) => {
                !self.may(action, &current) && self.names(tag, &current)
            }
            (action @ Action::Move(_), Answer::NoDeadline) => {
                self.may(action, &current) && current.rag == Rag::Green
            }
            (Action::Put(_) | Action::Move(_), Answer::Conflict)
            | (Action::Get, Answer::Unknown) => true,
            (Action::Put(_) | Action::Move(_), Answer::Shown(..) | Answer::Unknown)
            | (Action::Get, Answer::Conflict)
            | (Action::Get | Action::Put(_), Answer::NoDeadline) => false,
        }
    }

    /// The writes and moves that may come next, with the register after each.
    fn writes(&self, done: &[bool], register: &Register) -> Vec<(Vec<bool>, Register)> {
        let written = self.next(done).into_iter().filter_map(|index| {
            let Operation { action, answer, now, .. } = &self.history[index];
            let after = register.after(action, *now)?;
            let fits = match answer {
                Answer::Shown(_, shown) => *shown == after.effective_at(*now),
                Answer::Unknown => true,
                Answer::PreconditionFailed(_) | Answer::Conflict | Answer::NoDeadline => false,
            };
            let applied = fits && self.may(action, &register.effective_at(*now));
            let mut done = done.to_vec();
            done[index] = true;
            applied.then_some((done, after))
        });
        written.collect()
    }

    /// Whether the conditions of a write or a move allow it.
    fn may(&self, action: &Action, current: &Shown) -> bool {
        let (if_match, if_none_match) = match action {
            Action::Get => (None, None),
            Action::Put(write) => (write.if_match.as_ref(), write.if_none_match.as_ref()),
            Action::Move(moved) => (Some(&moved.if_match), None),
        };
        if_match.is_none_or(|tag| self.names(tag, current))
            && !if_none_match.is_some_and(|tag| self.names(tag, current))
    }

    /// Whether a tag belongs to a representation. If the tag was never seen, only its version
    /// counts.
    fn names(&self, tag: &str, current: &Shown) -> bool {
        let shown = self.tags.get(tag);
        version(tag) == Some(current.version) && shown.is_none_or(|shown| *shown == current)
    }

    fn is_complete(&self, done: &[bool]) -> bool {
        let mut left = self.history.iter().zip(done).filter(|(_, done)| !**done);
        left.all(|(operation, _)| operation.answer == Answer::Unknown)
    }
}
