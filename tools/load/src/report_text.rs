//! The report as text: tables in Markdown, as in docs/load.md.

use std::collections::BTreeMap;

use comfy_table::{Table, presets::ASCII_MARKDOWN};

use crate::{
    load_generator::LatencyResult,
    price::Dollars,
    report::{FunctionUsage, LoadResult, Report, RequestCost},
};

impl Report {
    /// The report for people.
    #[must_use]
    pub fn text(&self) -> String {
        let loaded = self.loaded.iter().flat_map(|loaded| {
            let LoadResult { seconds, engine_cpu_ms, engine_share, .. } = loaded;
            let engine = format!(
                "In {seconds:.0} s; the engine used {engine_cpu_ms:.3} ms of CPU for a request, {:.0} % of \
                 one processor.",
                engine_share * 100.0
            );
            [latency_table(&loaded.answered), usage_table(&loaded.functions), engine]
        });
        let counted = (!self.counted.is_empty())
            .then(|| [cost_table(&self.counted), price_table(&self.counted)]);
        loaded.chain(counted.into_iter().flatten()).collect::<Vec<_>>().join("\n\n")
    }
}

fn latency_table(kinds: &[LatencyResult]) -> String {
    let heading =
        ["", "requests", "answers", "per second", "p50 ms", "p95 ms", "p99 ms", "max ms", "target"];
    table(
        heading,
        kinds.iter().map(|one| {
            let target = one.kind.target().zip(one.meets_target()).map_or_else(
                || "none".to_owned(),
                |(target, met)| {
                    let word = if met { "met" } else { "missed" };
                    let p50 = target.p50.map(|ms| format!("{ms}, ")).unwrap_or_default();
                    let max = target.max.map(|ms| format!(", max {ms}")).unwrap_or_default();
                    format!("{word}: {p50}{}{max}", target.p95)
                },
            );
            let answers = one.statuses.iter().map(|(status, times)| format!("{times} × {status}"));
            let errors = one.errors.iter().map(|(error, times)| format!("{times} × {error}"));
            let answers = answers.chain(errors).collect::<Vec<_>>().join(", ");
            let times =
                [one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms].map(|ms| format!("{ms:.2}"));
            let [p50, p95, p99, max] = times;
            let (requests, rate) = (one.requests.to_string(), format!("{:.1}", one.rate));
            [one.kind.name().to_owned(), requests, answers, rate, p50, p95, p99, max, target]
        }),
    )
}

fn usage_table(functions: &[FunctionUsage]) -> String {
    let heading = ["function", "calls", "CPU ms", "duration ms", "p50 ms", "p99 ms", "billed ms"];
    table(
        heading,
        functions.iter().map(|one| {
            let times = [one.cpu_ms, one.duration_ms, one.p50_ms, one.p99_ms, one.billed_ms];
            let [cpu, mean, p50, p99, billed] = times.map(|ms| format!("{ms:.3}"));
            [one.function.to_owned(), one.calls.to_string(), cpu, mean, p50, p99, billed]
        }),
    )
}

fn cost_table(kinds: &[RequestCost]) -> String {
    let heading = [
        "one request",
        "DynamoDB calls",
        "read units",
        "write units",
        "CPU ms",
        "duration ms",
        "DynamoDB ms",
        "billed ms",
        "log bytes",
        "response bytes",
    ];
    table(
        heading,
        kinds.iter().map(|one| {
            let times = [one.used.cpu_ms, one.used.duration_ms, one.store_ms, one.used.billed_ms];
            let [cpu, duration, store, billed] = times.map(|ms| format!("{ms:.2}"));
            let [log, body] = [one.log_bytes, one.response_bytes].map(|one| format!("{one:.0}"));
            let [calls, read, written] = [&one.calls, &one.read, &one.written].map(joined);
            let name = one.kind.name().to_owned();
            [name, calls, read, written, cpu, duration, store, billed, log, body]
        }),
    )
}

fn price_table(kinds: &[RequestCost]) -> String {
    let heading = [
        "US dollars for a million",
        "gateway",
        "calls",
        "time",
        "reads",
        "writes",
        "logs",
        "traces",
        "all",
    ];
    table(
        heading,
        kinds.iter().map(|one| {
            let all = one.dollars.total();
            let Dollars { gateway, invocations, time, reads, writes, logs, traces } = one.dollars;
            let [gateway, calls, reads, writes, logs, traces, all] =
                [gateway, invocations, reads, writes, logs, traces, all]
                    .map(|it| format!("{it:.2}"));
            let (name, time) = (one.kind.name().to_owned(), format!("{time:.3}"));
            [name, gateway, calls, time, reads, writes, logs, traces, all]
        }),
    )
}

fn joined(numbers: &BTreeMap<String, f64>) -> String {
    let each = numbers.iter().map(|(name, number)| format!("{name} {}", short(*number)));
    each.collect::<Vec<_>>().join(", ")
}

/// With at most three decimal places.
fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn table<const N: usize>(
    heading: [&str; N],
    lines: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(heading).add_rows(lines);
    table.to_string()
}
