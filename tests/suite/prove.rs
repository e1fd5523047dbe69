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

const PROOFS: [Proof; 9] = [
    (
        "each_call",
        "Whichever store call fails, in whatever way, alone or with all later ones: every \
         answer is right or 503, the tables agree with it, and the same request can be sent \
         again.",
        |size| wait_without_pauses(proofs::each_call::prove(size)),
    ),
    (
        "faults",
        "However the store fails and however often an update is sent again: it is never lost, \
         applied twice, refused and applied, or acknowledged and absent.",
        |size| wait_without_pauses(proofs::faults::prove(size)),
    ),
    (
        "feeds",
        "However the store fails, whenever an import is killed, whichever clock is five minutes \
         off, and while transactions are half visible: after a poll, a follower has each change \
         of a status or of the directory that was acknowledged before it began, or is told to \
         read the list; cursors never go back; in the end it has what a list has.",
        |size| wait_without_pauses(proofs::feeds::prove(size)),
    ),
    (
        "imports",
        "However often and whenever an import of a directory is killed: run again, it ends in \
         the same tables as without interruption; services are written after their ancestors; \
         no concurrent update of a status is lost.",
        |size| wait_for(proofs::imports::prove(size)),
    ),
    (
        "model",
        "Whatever the order of steps of writers, schedulers and a failing network, with clocks \
         within five minutes: no update or moved deadline is lost, applied twice, or refused and \
         applied; no reset is stored early; nothing is shown past its deadline; no deadline is \
         moved that has passed on the clock of its function; each change is one history entry.",
        proofs::model::prove,
    ),
    (
        "linearizability",
        "The answers to eight concurrent clients could have come from one register that they \
         used in turn.",
        |size| wait_for(proofs::linearizability::prove(size)),
    ),
    (
        "lists",
        "With any filters, alone and combined: a walk over all pages lists each service that a \
         search of the whole directory finds, exactly once, and reads no more than it has to.",
        |size| wait_for(proofs::lists::prove(size)),
    ),
    (
        "sequences",
        "For any sequence of requests, clocks, imports and scheduled runs: all answers and the \
         final tables are those that a second, independent implementation of the rules expects.",
        proofs::sequences::prove,
    ),
    (
        "year",
        "In a year with both clock changes and a leap day, in which staff extend statuses, with \
         clocks that are wrong by up to five minutes and runs that are late, doubled or missing: \
         nothing is shown past its deadline, no reset is stored early, history has no gap, and it \
         tells what readers were shown and how long each status lasted.",
        proofs::year::prove,
    ),
];

fn wait_for<T>(proof: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(proof)
}

/// The pauses between two attempts of a function take no time.
fn wait_without_pauses<T>(proof: impl Future<Output = T>) -> T {
    wait_for(async {
        tokio::time::pause();
        proof.await
    })
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
    For reviewers: the figures of the long proofs, as `cargo prove` writes them. \
    [testing.md](testing.md#proofs)\nexplains the proofs, [hazards.md](hazards.md) what each is for. \
    The modules of `tests/suite/proofs/` have their wrong\nvariants, which each proof must catch.\n";

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
    let mut text = format!("{claim}\n\n");
    for (what, number) in figures {
        let _ = writeln!(text, "- {} {what}", grouped(*number));
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
