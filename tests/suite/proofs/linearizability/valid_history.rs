//! A valid history, written by the register itself, as the base for invalid ones.

use shared::domain::Rag;

use super::register::{Action, Answer, Move, Operation, Register, Shown, Write};
use crate::harness::NOW;

/// The distance between operations, so that a test can move one between two others.
const APART: u64 = 10;

/// An entity tag for a representation. The check needs no more than this.
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

/// A history that the register writes itself: one operation after another.
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
        let write =
            Write { rag, minutes: 1, note, reason: Some("IT"), if_match, if_none_match: None };
        if write.if_match.as_ref().is_some_and(|named| *named != tag(&self.shown())) {
            let current = tag(&self.shown());
            self.add(client, Action::Put(write), Answer::PreconditionFailed(current));
            return;
        }
        self.register = self.register.put(&write, self.now());
        self.add(client, Action::Put(write), shows(self.shown()));
    }

    fn move_deadline(&mut self, client: usize, if_match: Option<String>) {
        let moved = Move { minutes: 3, if_match: if_match.expect("a tag") };
        let current = tag(&self.shown());
        let answer = match self.register.move_deadline(moved.minutes, self.now()) {
            _ if moved.if_match != current => Answer::PreconditionFailed(current),
            None => Answer::NoDeadline,
            Some(after) => {
                self.register = after;
                shows(self.shown())
            }
        };
        self.add(client, Action::Move(moved), answer);
    }

    /// The tag in the answer to that operation.
    fn tag_of(&self, index: usize) -> Option<String> {
        Some(tag(answered(&self.operations[index])))
    }
}

pub(super) fn answered(operation: &Operation) -> &Shown {
    let Answer::Shown(_, shown) = &operation.answer else { panic!("{operation:?}") };
    shown
}

/// By index: 0 reads version 0; 1 writes on version 0; 2 reads the result; 3 writes version 2; 4 is
/// refused because it names version 1; 5 reads; 6 writes on version 2; 7 reads version 3; 8 reads
/// its reset after the deadline; 9 writes version 5 on the reset; 10 reads; 11 moves the deadline, as
/// version 6; 12 reads; 13, another move, is refused because it names version 5; 14 reads version 6 after
/// the former deadline; 15 reads the reset after the moved one; 16, a move of it, is refused because it is
/// GREEN; 17 reads.
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
    script.move_deadline(1, script.tag_of(10));
    script.get(0);
    script.move_deadline(2, script.tag_of(10));
    script.seconds = 200;
    script.get(2);
    script.seconds = 300;
    script.get(2);
    script.move_deadline(2, script.tag_of(15));
    script.get(1);
    script.operations
}
