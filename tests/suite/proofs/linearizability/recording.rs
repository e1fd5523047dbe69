//! Records histories: eight clients at once on one service, through the real handlers, the real SDK
//! and a real engine.
//!
//! The clock advances only while no request is in progress. A request reads the clock once. If it
//! began before a deadline and is stored after it, its date is earlier than the reset that readers
//! saw meanwhile. That is by design (docs/adr/0004), but no register behaves so.

use std::{cell::Cell, rc::Rc};

use fastrand::Rng;
use serde_json::{Value, json};
use shared::domain::{Note, Rag};
use tokio::task::{JoinSet, LocalSet};

use super::{
    check::version,
    register::{Action, Answer, Move, Operation, Shown, Write},
};
use crate::harness::{App, NOW, Reply, World, log};

const CLIENTS: usize = 8;
const ROUNDS: usize = 5;
/// How many operations each client does in a round.
const OPERATIONS: usize = 5;
/// How far the clock advances between rounds.
const ROUND_SECONDS: i64 = 100;
/// The deadlines of writes and moves: at once (of writes alone), before the next round, in a later one, after all.
const MINUTES: [i64; 4] = [0, 1, 3, 240];

const FIRST_SERVICE: usize = 100;

/// A world with that many services, one for each history.
pub(super) async fn world(services: usize) -> App {
    let world = World::default().service(10, "Region", None).editor("editor", &[10]);
    let ids = (FIRST_SERVICE..FIRST_SERVICE + services).map(|id| u64::try_from(id).expect("an id"));
    ids.fold(world, |world, id| world.service(id, "Pharmacy", Some(10))).start().await
}

/// A client, and the entity tag that it saw last.
struct Client {
    number: usize,
    rng: Rng,
    tag: Option<String>,
}

/// Records the history with that number, on the service with that number.
pub(super) async fn history(app: &Rc<App>, number: usize) -> Vec<Operation> {
    let (order, mut operations) = (Rc::new(Cell::new(0)), Vec::new());
    let seed = |client| u64::try_from(number * CLIENTS + client).expect("a seed");
    let rng = |client| Rng::with_seed(seed(client));
    let mut clients: Vec<_> =
        (0..CLIENTS).map(|client| Client { number: client, rng: rng(client), tag: None }).collect();
    for round in 0..ROUNDS {
        let now = ROUND_SECONDS * i64::try_from(round).expect("a round");
        app.at(now);
        let mut running = JoinSet::new();
        let local = LocalSet::new();
        for client in clients.drain(..) {
            let place = Place { service: FIRST_SERVICE + number, round, now: NOW + now };
            let round = run(Rc::clone(app), Rc::clone(&order), client, place);
            running.spawn_local_on(round, &local);
        }
        for (client, done) in local.run_until(running.join_all()).await {
            clients.push(client);
            operations.extend(done);
        }
        // Each was checked when it was written.
        log::take_lines();
    }
    operations
}

/// Where and when a client acts.
#[derive(Clone, Copy)]
struct Place {
    service: usize,
    round: usize,
    now: i64,
}

async fn run(
    app: Rc<App>,
    order: Rc<Cell<u64>>,
    mut client: Client,
    place: Place,
) -> (Client, Vec<Operation>) {
    let mut done = Vec::new();
    let next = || order.replace(order.get() + 1);
    for turn in 0..OPERATIONS {
        let note = (place.round * OPERATIONS + turn) * CLIENTS + client.number;
        let action = client.choose(u64::try_from(note).expect("a note"));
        let invoked = next();
        let reply = send(&app, place.service, &action).await;
        let answer = answer(&reply);
        if let Answer::Shown(tag, _) | Answer::PreconditionFailed(tag) = &answer {
            client.tag = Some(tag.clone());
        }
        let (client, answered) = (client.number, next());
        done.push(Operation { client, invoked, answered, now: place.now, action, answer });
    }
    (client, done)
}

impl Client {
    fn choose(&mut self, note: u64) -> Action {
        let minutes = self.rng.choice(MINUTES).expect("four");
        let (if_match, if_none_match) = match (self.rng.u8(0..12), &self.tag) {
            (0..4, _) => return Action::Get,
            (4..6, Some(tag)) => {
                return Action::Move(Move { minutes: minutes.max(1), if_match: tag.clone() });
            }
            (4..8, _) => (None, None),
            (8..11, tag) => (tag.clone(), None),
            (_, tag) => (None, tag.clone()),
        };
        let rag = self.rng.choice([Rag::Red, Rag::Amber, Rag::Green]).expect("three");
        let reason = self.rng.choice([Some("IT"), Some("STAFFING"), None]).flatten();
        Action::Put(Write { rag, minutes, note, reason, if_match, if_none_match })
    }
}

async fn send(app: &App, service: usize, action: &Action) -> Reply {
    let (call, if_match, if_none_match) = match action {
        Action::Get => (app.get(service), None, None),
        Action::Move(Move { minutes, if_match }) => {
            let body = json!({"resetStatusIn": minutes});
            (app.put_deadline(service, body), Some(if_match), None)
        }
        Action::Put(Write { rag, minutes, note, reason, if_match, if_none_match }) => {
            let mut body = json!({"status": rag.as_str(), "resetStatusIn": minutes, "notes": note});
            if let Some(reason) = reason {
                body["reason"] = (*reason).into();
            }
            (app.put(service, body), if_match.as_ref(), if_none_match.as_ref())
        }
    };
    let mut call = call.by("editor");
    for (name, tag) in [("if-match", if_match), ("if-none-match", if_none_match)] {
        if let Some(tag) = tag {
            call = call.header(name, tag);
        }
    }
    call.send().await
}

fn answer(reply: &Reply) -> Answer {
    let tag = reply.header("etag").to_owned();
    match reply.status.as_u16() {
        200 => {
            let shown = shown(&tag, &reply.body);
            Answer::Shown(tag, shown)
        }
        412 => Answer::PreconditionFailed(tag),
        409 if reply.body["code"] == "NO_DEADLINE" => Answer::NoDeadline,
        409 => Answer::Conflict,
        503 => Answer::Unknown,
        other => panic!("{other}: {}", reply.body),
    }
}

fn shown(tag: &str, body: &Value) -> Shown {
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let prefix = format!("{} - ", Note::stored(None));
    let note = |notes: String| notes.strip_prefix(&prefix).and_then(|note| note.parse().ok());
    Shown {
        version: version(tag).expect("a version in the tag"),
        rag: text("status").and_then(|name| Rag::parse(&name)).expect("a status"),
        note: text("notes").map(|notes| note(notes).expect("the note of a write")),
        reason: text("reason"),
        reset: text("resetDateTime"),
        modified: text("modifiedDate").zip(text("modifiedBy")),
    }
}
