//! The long proofs: `cargo prove` runs them all and writes their figures to docs/proof.md. With
//! names, as in `cargo prove model year`, it runs those and keeps the sections of the others.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    reason = "a proof fails by panicking, and says how far it is"
)]
#![allow(dead_code, unused_imports, reason = "the harness serves the other tests too")]

mod functions;
mod harness;
mod proofs;

use std::{collections::BTreeMap, fmt::Write as _, time::Instant};

use harness::root;
use proofs::{Figures, Size};
use shared::http::Clock;

/// The name, the claim, and the proof itself.
type Proof = (&'static str, &'static str, fn(Size) -> Figures);

const PROOFS: [Proof; 8] = [
    (
        "each_call",
        "Whichever call of the store fails, in whatever way, alone or with all that follow: every answer \
         is the right one or 503, the tables agree with it, and the same request can be sent again.",
        |size| wait_for(proofs::each_call::prove(size)),
    ),
    (
        "faults",
        "However the store fails and however often an update is sent again: none is lost, applied \
         twice, refused and applied, or acknowledged and absent.",
        |size| wait_for(proofs::faults::prove(size)),
    ),
    (
        "imports",
        "However often an import of a directory is killed, at whatever moment: run again it ends in the \
         tables that one without interruption leaves; services are written after those above them; and \
         no status that is updated meanwhile is lost.",
        |size| wait_for(proofs::imports::prove(size)),
    ),
    (
        "model",
        "Whatever the order of steps of writers, schedulers and a failing network, and whatever their \
         clocks within five minutes: no update is lost, applied twice, or refused and applied; no \
         reset is durable early; nothing is shown past its deadline; each change is one history entry.",
        proofs::model::prove,
    ),
    (
        "linearizability",
        "What eight clients at once are answered could have come from one register that they took \
         turns at.",
        |size| wait_for(proofs::linearizability::prove(size)),
    ),
    (
        "lists",
        "Whatever the filters, alone and combined: a walk over all pages lists each service that a look \
         at every row of the directory's file finds, exactly once, and reads no more than it has to.",
        |size| wait_for(proofs::lists::prove(size)),
    ),
    (
        "sequences",
        "Every answer to any sequence of requests, clocks and scheduled runs is the one that a second, \
         independent writing of the rules expects, and so are the tables in the end.",
        proofs::sequences::prove,
    ),
    (
        "year",
        "In a year with both changes of the clock and a leap day, with clocks that are wrong by up to \
         five minutes and runs that are late, doubled or missing: nothing is shown past its deadline, \
         no reset is durable early, no history has a gap, and history tells what readers were shown.",
        proofs::year::prove,
    ),
];

fn wait_for<T>(proof: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(proof)
}

fn main() {
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for name in &asked {
        assert!(PROOFS.iter().any(|(own, ..)| own == name), "there is no proof {name:?}");
    }
    for (name, claim, prove) in PROOFS {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            println!("{name}: {claim}");
            let started = Instant::now();
            let figures = prove(Size::Long);
            record(name, &section(claim, &figures, started.elapsed().as_secs()));
        }
    }
}

const BEGINNING: &str = "# What was proved\n\n\
    Written by `cargo prove`. What each proof does, and the wrong variants that it is shown to catch, \
    stands\nin its module under `tests/suite/proofs/`; [hazards.md](hazards.md) says what for. \
    `cargo test` runs each at a\nsmaller size.\n";

/// Writes a proof's section of the document, and keeps the others.
fn record(name: &str, section: &str) {
    println!("{section}");
    let file = root().join("docs/proof.md");
    let former = std::fs::read_to_string(&file).unwrap_or_default();
    let mut sections: BTreeMap<&str, &str> =
        former.split("\n## ").skip(1).filter_map(|section| section.split_once("\n\n")).collect();
    sections.insert(name, section);
    let mut document = BEGINNING.to_owned();
    for (name, section) in sections {
        let _ = write!(document, "\n## {name}\n\n{}\n", section.trim_end());
    }
    std::fs::write(file, document).expect("docs/ can be written");
}

fn section(claim: &str, figures: &Figures, seconds: u64) -> String {
    let day = &Clock::system().now().to_string()[..10];
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!("{claim}\n\n| | |\n|---|---:|\n");
    for (what, number) in figures {
        let _ = writeln!(text, "| {what} | {} |", grouped(*number));
    }
    let architecture = std::env::consts::ARCH;
    let seconds = grouped(seconds);
    let _ = writeln!(text, "\nIn {seconds} s on {day}, on {cores} cores of {architecture}.");
    text
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
