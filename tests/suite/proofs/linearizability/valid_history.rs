//! A good history, written by the register itself, for others to be made from.

use shared::domain::Rag;

use super::register::{Action, Answer, Operation, Register, Shown, Write};
use crate::harness::NOW;

/// How far apart operations are in the order, so that one can be moved between two others.
const APART: u64 = 10;

/// The entity tag of a representation, as far as a check can tell.
pub(super) fn tag(shown: &Shown) -> String {
    format!(
        "\"{}-{}\"",
        shown.version,
        shown.note.map_or_else(String::new, |note| note.to_string())
    )
}

pub(super) fn shows(shown: Shown) -> Answer {
    Answer::Shown(tag(&shown), shown)
}

/// A history that a register writes itself: one operation after another.
#[derive(Default)]
struct Script {
    register: Register,
    seconds: i64,
    operations: Vec<Operation>,
}

impl Script {
    fn now(&self) -> i64 {
        NOW + self.seconds
    }

    fn shown(&self) -> Shown {
        self.register.effective_at(self.now())
    }

    fn add(&mut self, client: usize, action: Action, answer: Answer) {
        let invoked = u64::try_from(self.operations.len()).expect("a place") * APART;
        let (answered, now) = (invoked + 1, self.now());
        self.operations.push(Operation { client, invoked, answered, now, action, answer });
    }

    fn get(&mut self, client: usize) {
        self.add(client, Action::Get, shows(self.shown()));
    }

    fn put(&mut self, client: usize, note: u64, if_match: Option<String>) {
        let rag = if note.is_multiple_of(2) { Rag::Amber } else { Rag::Red };
        let write = Write { rag, minutes: 1, note, if_match };
        if write.if_match.as_ref().is_some_and(|named| *named != tag(&self.shown())) {
            let current = tag(&self.shown());
            self.add(client, Action::Put(write), Answer::PreconditionFailed(current));
            return;
        }
        self.register = self.register.put(&write, self.now());
        self.add(client, Action::Put(write), shows(self.shown()));
    }

    /// The tag that somebody saw in the answer to an operation.
    fn tag_of(&self, index: usize) -> Option<String> {
        Some(tag(answered(&self.operations[index])))
    }
}

pub(super) fn answered(operation: &Operation) -> &Shown {
    let Answer::Shown(_, shown) = &operation.answer else { panic!("{operation:?}") };
    shown
}

/// By place:
/// 0 a read of version 0, 1 a write that names it, 2 a read of that, 3 a write of version 2, 4 a write
/// refused for naming version 1, 5 a read, 6 a write that names version 2, 7 a read of version 3,
/// 8 after its deadline, a read of its reset, 9 a write of version 5 that names it, 10 a read.
pub(super) fn good() -> Vec<Operation> {
    let mut script = Script::default();
    script.get(0);
    script.put(0, 1, script.tag_of(0));
    script.get(1);
    script.put(1, 2, None);
    script.put(2, 3, script.tag_of(1));
    script.get(2);
    script.put(2, 4, script.tag_of(5));
    script.get(0);
    script.seconds = 100;
    script.get(0);
    script.put(1, 5, script.tag_of(8));
    script.get(1);
    script.operations
}
