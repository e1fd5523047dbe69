//! Controls: what the tables must never hold of a moved deadline. Each is what the functions stored, with one
//! change.

use serde_json::{Value, json};

use super::{
    ledger::{Kind, Told, Update},
    tables::agree,
};
use crate::harness::{App, NOW, World, time};

/// What clients were told of service 30, and what is stored of it.
#[derive(Clone)]
struct Case {
    updates: Vec<Update>,
    history: Vec<Value>,
    row: Value,
}

async fn send(app: &App, mut update: Update) -> Update {
    update.hear(&update.call(app).send().await).expect("an answer that fits");
    update
}

impl Case {
    /// RED for a minute, and after 30 seconds its deadline is moved to three minutes later. Then a move with the same
    /// tag is refused.
    async fn good() -> Self {
        let app = World::family().start().await;
        let red = Update::new(30, "RED", "the first ends".to_owned()).because(Some("IT"));
        let red = send(&app, red).await;
        app.at(30);
        let get = app.get(30).by("reader").send().await;
        let moved = Update { minutes: 3, ..Update::deadline(30, get.header("etag")) };
        let updates = vec![red, send(&app, moved.clone()).await, send(&app, moved).await];
        let row = serde_dynamo::from_item(app.row(30).await).expect("JSON");
        Self { updates, history: app.history(30).await, row }
    }

    fn found(&self) -> Option<Kind> {
        let updates: Vec<_> = self.updates.iter().collect();
        agree(&updates, &self.history, &self.row).err().map(|violation| violation.kind)
    }

    fn change(&mut self) -> &mut Value {
        &mut self.history[1]
    }

    fn answer(&mut self) -> &mut Value {
        &mut self.updates[1].answers[0].body
    }

    /// Sets it in the answer, in history and in the row.
    fn set_everywhere(&mut self, name: &str, value: Value) {
        self.answer()[name] = value.clone();
        self.change()[name] = value.clone();
        self.row[name] = value;
    }

    /// Dates the move that many seconds after the first update.
    fn date(&mut self, seconds: i64) {
        let (now, deadline) = (NOW + seconds, NOW + seconds + 180);
        for name in ["date", "recordedAt"] {
            self.change()[name] = now.into();
        }
        self.change()["resetDateTime"] = deadline.into();
        (self.row["modifiedDate"], self.row["resetDateTime"]) = (now.into(), deadline.into());
        self.answer()["modifiedDate"] = time(now).to_string().into();
        self.answer()["resetDateTime"] = time(deadline).to_string().into();
    }
}

/// What is wrong, how it is recognised, and the change.
type Control = (&'static str, Kind, fn(&mut Case));

const CONTROLS: [Control; 16] = [
    ("acknowledged and lost", Kind::Lost, |case| drop(case.history.pop())),
    ("applied twice", Kind::Twice, |case| {
        let mut again = case.history[1].clone();
        again["version"] = 3.into();
        case.history.push(again);
    }),
    ("requested by nobody", Kind::Unasked, |case| drop(case.updates.remove(1))),
    ("answered 412 and stored", Kind::RefusedAndStored, |case| {
        case.updates[1].answers[0].told = Told::Refused(412);
    }),
    ("answered that there is no deadline, and moved", Kind::RefusedAndStored, |case| {
        case.updates[1].answers[0].told = Told::NoDeadline;
    }),
    ("on another version", Kind::Overwrote, |case| {
        case.updates[1].if_match = Some("\"0-tag\"".to_owned());
    }),
    ("an expired RED that comes back", Kind::Chain, |case| case.date(60)),
    ("dated before what it extends", Kind::Dates, |case| case.date(-1)),
    ("another status", Kind::Chain, |case| case.set_everywhere("status", json!("AMBER"))),
    ("other notes", Kind::Chain, |case| case.set_everywhere("notes", json!("others"))),
    ("no reason any more", Kind::Chain, |case| case.set_everywhere("reason", Value::Null)),
    ("to another deadline", Kind::Misquoted, |case| {
        case.date(30);
        case.change()["recordedAt"] = (NOW + 20).into();
    }),
    ("acknowledged with another deadline", Kind::Misquoted, |case| {
        case.answer()["resetDateTime"] = json!("2026-11-21T09:01:00Z");
    }),
    ("taken for an update", Kind::Misquoted, |case| case.change()["cause"] = json!("update")),
    ("in history alone", Kind::Record, |case| case.row["resetDateTime"] = (NOW + 60).into()),
    ("out of the index of pending resets", Kind::Record, |case| {
        case.row["resetShard"] = Value::Null;
    }),
];

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_moved_deadline_is_noticed() {
    let good = Case::good().await;
    let told: Vec<_> = good.updates.iter().map(|update| update.answers[0].told).collect();
    let stored = |version| Told::Stored { version, replayed: false };
    assert_eq!(told, [stored(1), stored(2), Told::Refused(412)]);
    assert_eq!(good.found(), None);
    for (what, kind, change) in CONTROLS {
        let mut case = good.clone();
        change(&mut case);
        assert_eq!(case.found(), Some(kind), "{what}");
    }
}
