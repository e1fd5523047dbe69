//! Draws figures as horizontal bars on a logarithmic scale, for the pictures in `docs/pictures`.

use charts_rs::{AxisScale, Color, HorizontalBarChart, Series, svg_with_accessibility};

const WIDTH: f32 = 800.0;
/// The height of the title, the legend and the axis together.
const FRAME_HEIGHT: f32 = 80.0;
const BAR_HEIGHT: f32 = 16.0;
/// Space between two groups of bars.
const GROUP_GAP: f32 = 10.0;
/// Room beside names and figures, because fonts differ in width from machine to machine.
const NAME_GAP: f32 = 12.0;
const LEFT_MARGIN: f32 = 40.0;
const RIGHT_MARGIN: f32 = 30.0;

/// A picture of some figures.
#[derive(Clone, Debug)]
pub struct BarChart<'a> {
    /// What the picture shows, with the unit.
    pub title: &'a str,
    /// The name of each group of bars, from top to bottom.
    pub groups: Vec<&'a str>,
    /// The name of each bar in a group, with its figure in every group. Figures are above `axis_start`.
    pub series: Vec<(&'a str, Vec<f64>)>,
    /// Where the bars start.
    pub axis_start: f32,
}

impl BarChart<'_> {
    /// The picture as SVG. Screen readers get the figures as a description.
    ///
    /// # Errors
    /// The chart cannot be drawn.
    pub fn svg(&self) -> Result<String, charts_rs::Error> {
        let groups = self.groups.iter().rev().map(|name| (*name).to_owned()).collect();
        let series = self.series.iter().map(|(name, figures)| series(name, figures)).collect();
        let mut chart = HorizontalBarChart::new(series, groups);
        let bars = (self.groups.len() * self.series.len()) as f32;
        chart.width = WIDTH;
        chart.height = FRAME_HEIGHT + bars * BAR_HEIGHT + self.groups.len() as f32 * GROUP_GAP;
        chart.title.text = self.title.to_owned();
        chart.series.colors =
            vec![Color::from("#005eb8"), Color::from("#ffb81c"), Color::from("#768692")];
        chart.margin.left = LEFT_MARGIN;
        chart.margin.right = RIGHT_MARGIN;
        chart.x_axis.name_gap = NAME_GAP;
        // Each bar has its figure, so neither axis nor grid is needed.
        chart.x_axis.hidden = true;
        chart.grid.stroke_color = chart.background_color;
        if let Some(axis) = chart.y_axis_configs.first_mut() {
            axis.scale = AxisScale::Log(10.0);
            axis.min = Some(self.axis_start);
        }
        Ok(svg_with_accessibility(&chart.svg()?, self.title, &self.description()))
    }

    /// The figures as text.
    fn description(&self) -> String {
        let group = |(index, group): (usize, &&str)| {
            let figures = self
                .series
                .iter()
                .filter_map(|(name, figures)| Some(format!("{name} {:.3}", figures.get(index)?)));
            format!("{group}: {}.", figures.collect::<Vec<_>>().join(", "))
        };
        self.groups.iter().enumerate().map(group).collect::<Vec<_>>().join(" ")
    }
}

/// The library draws the groups from the bottom to the top.
fn series(name: &str, figures: &[f64]) -> Series {
    let figures = figures.iter().rev().map(|figure| *figure as f32).collect();
    Series { label_show: true, ..Series::new(name.to_owned(), figures) }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::BarChart;

    #[test]
    fn a_picture_says_every_figure_to_eyes_and_to_screen_readers() {
        let chart = BarChart {
            title: "Milliseconds",
            groups: vec!["GET", "PUT"],
            series: vec![("p50", vec![1.5, 40.0]), ("p99", vec![3.0, 250.0])],
            axis_start: 0.1,
        };
        let svg = chart.svg().expect("a picture");
        let description = "<desc>GET: p50 1.500, p99 3.000. PUT: p50 40.000, p99 250.000.</desc>";
        assert!(svg.contains("<title>Milliseconds</title>"), "{svg}");
        assert!(svg.contains(description), "{svg}");
        let texts: Vec<&str> =
            svg.lines().filter(|line| !line.starts_with('<')).map(str::trim).collect();
        for text in ["Milliseconds", "GET", "PUT", "p50", "p99", "1.5", "40", "3", "250"] {
            assert!(texts.contains(&text), "{text} in {texts:?}");
        }
    }
}
