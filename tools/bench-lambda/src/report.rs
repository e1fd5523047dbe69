//! The figures as tables, beside those of the yardsticks, or as JSON.

use comfy_table::{Table, presets::ASCII_MARKDOWN};
use serde_json::{Map, Value};

use crate::figures::{Figures, Times};

/// Figures by the subject's name.
pub(crate) type All<'a> = &'a [(&'static str, Figures)];

/// Prints one object, by subject.
pub(crate) fn print_json(all: All<'_>) -> Result<(), serde_json::Error> {
    let mut subjects = Map::new();
    for (name, figures) in all {
        subjects.insert((*name).to_owned(), serde_json::to_value(figures)?);
    }
    print(&format!("{:#}", Value::Object(subjects)));
    Ok(())
}

/// Prints a table for each kind of figures.
pub(crate) fn print_tables(all: All<'_>) {
    table(all, "Instructions from exec to the first answer", "M", |one| {
        Some(mega(one.instructions?.first))
    });
    table(all, "Instructions of a later call", "M", |one| Some(mega(one.instructions?.warm)));
    table(all, "Binary", "MB", |one| Some(mega(one.sizes?.binary)));
    table(all, "Archive", "MB", |one| Some(mega(one.sizes?.archive)));
    times(all, "on a whole CPU", |one| one.times);
    for memory_mb in [128, 256, 512] {
        times(all, &format!("with {memory_mb} MB"), |one| {
            one.shares.iter().find(|(own, _)| *own == memory_mb).map(|(_, times)| *times)
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn mega(number: u64) -> f64 {
    number as f64 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn kilo(number: u64) -> f64 {
    number as f64 / 1e3
}

fn times(all: All<'_>, how: &str, of: impl Fn(&Figures) -> Option<Times>) {
    let figures: [(&str, &str, fn(Times) -> u64); 7] = [
        ("Start", "ms", |times| times.init_us),
        ("First call", "ms", |times| times.first_us),
        ("Start and first call", "ms", |times| times.cold_us),
        ("The longest start and first call", "ms", |times| times.cold_max_us),
        ("Later call", "ms", |times| times.warm_us),
        ("CPU of a later call", "ms", |times| times.warm_cpu_us),
        ("Peak memory", "MB", |times| times.peak_kb),
    ];
    for (what, unit, figure) in figures {
        table(all, &format!("{what}, {how}"), unit, |one| Some(kilo(figure(of(one)?))));
    }
}

/// The naive function that does what this one does.
fn naive_of(name: &str) -> &'static str {
    match name {
        "update-status" | "naive-put" => "naive-put",
        "list-services" | "naive-page" => "naive-page",
        _ => "naive-get",
    }
}

fn table(all: All<'_>, title: &str, unit: &str, of: impl Fn(&Figures) -> Option<f64>) {
    let figure = |name: &str| {
        all.iter().find(|(own, _)| *own == name).and_then(|(_, figures)| of(figures))
    };
    let ratio = |figure: f64, to: Option<f64>| match to {
        Some(to) if to > 0.0 => format!("{:.3}", figure / to),
        _ => String::new(),
    };
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN);
    table.set_header([title, unit, "to hello", "to naive"]);
    let mut rows = 0;
    for (name, own) in all {
        let Some(own) = of(own) else { continue };
        let [hello, naive] = ["hello", naive_of(name)].map(|other| ratio(own, figure(other)));
        table.add_row([(*name).to_owned(), format!("{own:.3}"), hello, naive]);
        rows += 1;
    }
    if rows > 0 {
        print(&format!("{table}\n"));
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
fn print(text: &str) {
    println!("{text}");
}
