//! Prints the figures as tables, compared with the baselines, or as JSON.

use std::error::Error;

use bar_chart::BarChart;
use comfy_table::{Table, presets::ASCII_MARKDOWN};
use serde_json::{Map, Value};

use crate::figures::{Figures, Instructions, Times};

/// Figures by benchmark name.
pub(crate) type AllFigures<'a> = &'a [(&'static str, Figures)];

/// A column: its title and its figure.
type Column<'a> = (&'a str, &'a dyn Fn(&Figures) -> Option<u64>);

/// Prints one JSON object with a member for each benchmark.
pub(crate) fn print_json(all: AllFigures<'_>) -> Result<(), serde_json::Error> {
    let mut benchmarks = Map::new();
    for (name, figures) in all {
        benchmarks.insert((*name).to_owned(), serde_json::to_value(figures)?);
    }
    print(&format!("{:#}", Value::Object(benchmarks)));
    Ok(())
}

/// Draws the instructions of each benchmark.
pub(crate) fn picture(all: AllFigures<'_>) -> Result<String, Box<dyn Error>> {
    let counted: Vec<_> = all.iter().filter_map(|(_, figures)| figures.instructions).collect();
    let millions = |of: fn(&Instructions) -> u64| {
        counted.iter().map(|one| of(one) as f64 / 1e6).collect::<Vec<_>>()
    };
    let chart = BarChart {
        title: "Instructions in millions (logarithmic)",
        groups: all.iter().map(|(name, _)| *name).collect(),
        series: vec![
            ("exec to first response", millions(|one| one.first)),
            ("warm invocation", millions(|one| one.warm)),
        ],
        axis_start: 0.01,
    };
    Ok(chart.svg()?)
}

/// Prints a table for each kind of figures. After each figure come its ratios to hello and to the naive
/// function with the same event.
pub(crate) fn print_tables(all: AllFigures<'_>) {
    table(
        all,
        "Instructions, in millions",
        1e6,
        &[
            ("exec to first response", &|one| Some(one.instructions?.first)),
            ("warm invocation", &|one| Some(one.instructions?.warm)),
        ],
    );
    let sizes: [Column<'_>; 2] =
        [("binary", &|one| Some(one.sizes?.binary)), ("archive", &|one| Some(one.sizes?.archive))];
    table(all, "Sizes, in MB", 1e6, &sizes);
    times(all, "on a whole CPU", |one| one.times);
    for memory_mb in [128, 256, 512] {
        times(all, &format!("with {memory_mb} MB"), |one| {
            one.shares.iter().find(|(own, _)| *own == memory_mb).map(|(_, times)| *times)
        });
    }
}

fn times(all: AllFigures<'_>, how: &str, of: impl Fn(&Figures) -> Option<Times>) {
    table(
        all,
        &format!("Times in ms and memory in MB, {how}"),
        1e3,
        &[
            ("init", &|one| Some(of(one)?.init_us)),
            ("first invocation", &|one| Some(of(one)?.first_us)),
            ("init + first", &|one| Some(of(one)?.cold_us)),
            ("max", &|one| Some(of(one)?.cold_max_us)),
            ("warm invocation", &|one| Some(of(one)?.warm_us)),
            ("its CPU time", &|one| Some(of(one)?.warm_cpu_us)),
            ("peak memory", &|one| Some(of(one)?.peak_kb)),
        ],
    );
}

fn table(all: AllFigures<'_>, title: &str, unit: f64, columns: &[Column<'_>]) {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN);
    table.set_header([title].into_iter().chain(columns.iter().map(|(title, _)| *title)));
    let mut rows = 0;
    for (name, own) in all {
        let cells: Option<Vec<String>> =
            columns.iter().map(|(_, of)| Some(cell(all, name, of, of(own)?, unit))).collect();
        let Some(cells) = cells else { continue };
        table.add_row([(*name).to_owned()].into_iter().chain(cells));
        rows += 1;
    }
    if rows > 0 {
        print(&format!("{table}\n"));
    }
}

/// A figure with its ratios, such as `0.712 (3.79, 1.00)`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn cell(
    all: AllFigures<'_>,
    name: &str,
    of: impl Fn(&Figures) -> Option<u64>,
    own: u64,
    unit: f64,
) -> String {
    let ratio = |to: &str| {
        let to = all.iter().find(|(other, _)| *other == to).and_then(|(_, figures)| of(figures));
        to.map_or("–".to_owned(), |to| significant(own as f64 / to.max(1) as f64))
    };
    let (hello, naive) = (ratio("hello"), ratio(naive_of(name)));
    format!("{:.3} ({hello}, {naive})", own as f64 / unit)
}

fn significant(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.4}") } else { format!("{ratio:.2}") }
}

/// The naive function that does the same.
fn naive_of(name: &str) -> &'static str {
    match name {
        "update-status" | "update-deadline" | "naive-put" => "naive-put",
        "list-services" | "naive-page" => "naive-page",
        _ => "naive-get",
    }
}

#[expect(clippy::print_stdout, reason = "the tables are the output")]
fn print(text: &str) {
    println!("{text}");
}
