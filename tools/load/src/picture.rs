//! Draws the latencies.

use bar_chart::BarChart;

use crate::{Error, load_generator::LatencyResult, report::Report};

impl Report {
    /// The latencies by kind of request, as SVG.
    ///
    /// # Errors
    /// The picture cannot be drawn.
    pub fn picture(&self) -> Result<String, Error> {
        let answered: Vec<_> = self.loaded.iter().flat_map(|load| &load.answered).collect();
        let latencies = |of: fn(&LatencyResult) -> f64| answered.iter().copied().map(of).collect();
        let chart = BarChart {
            title: "Latency in milliseconds (logarithmic)",
            groups: answered.iter().map(|one| one.kind.name()).collect(),
            series: vec![
                ("p50", latencies(|one| one.p50_ms)),
                ("p95", latencies(|one| one.p95_ms)),
                ("p99", latencies(|one| one.p99_ms)),
            ],
            axis_start: 0.1,
        };
        chart.svg().map_err(|error| Error::Picture(error.to_string()))
    }
}
