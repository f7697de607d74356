//! The same question on ever more rows: time should grow with the rows, memory with the customers and their partners alone.

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::peers::{PEERS, Peer};
use super::table::Line;
use super::{Options, Setting, folders, measure, warm};
use crate::places;

/// What is measured at one size.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    peer: Peer,
    rows: u64,
    seconds: f64,
    gib: f64,
}

/// Lets the peers answer at three sizes, one tenfold the other; prints a table and draws a chart.
///
/// # Errors
/// When a folder cannot be made, or the chart cannot be written. A peer that fails or answers otherwise is told by the exit code.
pub fn run(options: &Options, setting: &Setting) -> Result<ExitCode> {
    let (mut points, mut well) = (Vec::new(), true);
    for rows in [options.usage.div_ceil(10), options.usage, options.usage * 10] {
        for (name, folder) in folders(options, rows, setting)? {
            warm(&folder)?;
            let (lines, fine) = measure(options, setting, &format!("{name} {}", shown(rows)), &folder);
            well &= fine;
            points.extend(lines.iter().filter_map(|line| point(line, rows)));
        }
    }
    print(&points);
    let chart = places::workspace().join("docs/images/growth.svg");
    fs::write(&chart, draw(&points)).with_context(|| format!("cannot write `{}`", chart.display()))?;
    println!("\ndrawn in docs/images/growth.svg");
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn point(line: &Line, rows: u64) -> Option<Point> {
    Some(Point { peer: line.peer, rows, seconds: line.seconds()?, gib: line.peak_gib()? })
}

/// A number of rows in a few signs, such as `20 M`.
fn shown(rows: u64) -> String {
    match rows {
        1_000_000.. => format!("{} M", rows / 1_000_000),
        1_000.. => format!("{} k", rows / 1_000),
        _ => rows.to_string(),
    }
}

fn print(points: &[Point]) {
    println!("\n{:<12}  {:>8}  {:>9}  {:>12}  {:>10}", "peer", "rows", "time", "rows/second", "memory");
    for peer in PEERS {
        for Point { rows, seconds, gib, .. } in points.iter().filter(|point| point.peer == peer) {
            let speed = format!("{:.2} M", *rows as f64 / seconds / 1e6);
            println!("{:<12}  {:>8}  {seconds:>7.2} s  {speed:>12}  {gib:>6.2} GiB", peer.name(), shown(*rows));
        }
    }
}

/// One half of the chart: where it begins, what it shows, and the powers of ten that it spans.
struct Panel {
    left: f64,
    title: &'static str,
    unit: &'static str,
    tens: (i32, i32),
    value: fn(&Point) -> f64,
}

const WIDTH: f64 = 330.0;
const HEIGHT: f64 = 200.0;
const TOP: f64 = 60.0;

const STYLE: &str = "text { font: 13px ui-sans-serif, system-ui, sans-serif; fill: #4a5d75; } .title { font-weight: 600; fill: #16273d; } \
    .grid { stroke: #d4dce6; } .counterfoil { stroke: #0f6b66; fill: #0f6b66; } .duckdb { stroke: #b07a1e; fill: #b07a1e; } \
    .polars { stroke: #7d4aa5; fill: #7d4aa5; } polyline { fill: none !important; stroke-width: 2; } text.counterfoil, text.duckdb, text.polars { stroke: none; } \
    @media (prefers-color-scheme: dark) { text { fill: #a9bacd; } .title { fill: #eef3f9; } .grid { stroke: #34465c; } \
    .counterfoil { stroke: #4fc3b8; fill: #4fc3b8; } .duckdb { stroke: #e0b561; fill: #e0b561; } .polars { stroke: #c095e6; fill: #c095e6; } }";

/// Time and memory by rows, both axes by tens: a straight line that rises by one square a square is linear.
fn draw(points: &[Point]) -> String {
    let tens = |value: fn(&Point) -> f64| {
        let logs = points.iter().map(|point| value(point).max(1e-3).log10());
        let (low, high) = logs.fold((f64::MAX, f64::MIN), |(low, high), log| (low.min(log), high.max(log)));
        if low > high { (0, 1) } else { (low.floor() as i32, (high.ceil() as i32).max(low.floor() as i32 + 1)) }
    };
    let seconds: fn(&Point) -> f64 = |point| point.seconds;
    let gib: fn(&Point) -> f64 = |point| point.gib;
    let panels = [
        Panel { left: 60.0, title: "Time", unit: "s", tens: tens(seconds), value: seconds },
        Panel { left: 500.0, title: "Most memory held", unit: "GiB", tens: tens(gib), value: gib },
    ];
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 320\" role=\"img\" aria-labelledby=\"title description\">\n\
         <title id=\"title\">Crediting on ever more rows</title>\n<desc id=\"description\">Time and memory by rows of usage, both by tens. \
         The table beside it has the numbers.</desc>\n<style>{STYLE}</style>\n"
    );
    panels.iter().for_each(|panel| panel.draw(points, &mut svg));
    svg.push_str("</svg>\n");
    svg
}

impl Panel {
    fn draw(&self, points: &[Point], svg: &mut String) {
        let rows: Vec<u64> = points.iter().map(|point| point.rows).collect();
        let (first, last) = (rows.iter().min().copied().unwrap_or(1), rows.iter().max().copied().unwrap_or(10));
        let span = (last as f64 / first as f64).log10().max(1.0);
        let x = |rows: u64| self.left + WIDTH * (rows as f64 / first as f64).log10() / span;
        let share = |log: f64| (log - f64::from(self.tens.0)) / f64::from(self.tens.1 - self.tens.0);
        let y = |value: f64| TOP + HEIGHT * (1.0 - share(value.max(1e-3).log10()));
        let mut put = |line: String| svg.write_str(&line).expect("a text takes any line");
        put(format!("<text class=\"title\" x=\"{}\" y=\"28\">{}, {}</text>\n", self.left, self.title, self.unit));
        for ten in self.tens.0..=self.tens.1 {
            let at = y(10_f64.powi(ten));
            put(format!("<path class=\"grid\" d=\"M{:.0} {at:.0}h{WIDTH}\"/>\n", self.left));
            put(format!("<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>\n", self.left - 8.0, at + 4.0, 10_f64.powi(ten)));
        }
        for rows in rows.iter().copied().collect::<std::collections::BTreeSet<_>>() {
            put(format!("<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>\n", x(rows), TOP + HEIGHT + 20.0, shown(rows)));
        }
        for (at, peer) in PEERS.into_iter().enumerate() {
            let own: Vec<&Point> = points.iter().filter(|point| point.peer == peer).collect();
            let places: Vec<String> = own.iter().map(|point| format!("{:.1},{:.1}", x(point.rows), y((self.value)(point)))).collect();
            if places.is_empty() {
                continue;
            }
            put(format!("<polyline class=\"{}\" points=\"{}\"/>\n", peer.name(), places.join(" ")));
            let left = self.left + 110.0 * at as f64;
            put(format!("<text class=\"{}\" x=\"{left:.0}\" y=\"{:.0}\">● {}</text>\n", peer.name(), TOP + HEIGHT + 46.0, peer.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_in_a_few_signs() {
        assert_eq!([shown(900), shown(20_000), shown(200_000_000)], ["900", "20 k", "200 M"]);
    }

    #[test]
    fn ten_times_the_rows_in_ten_times_the_time_is_one_square_up() {
        let point = |rows, seconds| Point { peer: Peer::Counterfoil, rows, seconds, gib: 0.5 };
        let svg = draw(&[point(10, 1.0), point(100, 10.0)]);
        assert!(svg.contains("points=\"60.0,260.0 390.0,60.0\""), "{svg}");
    }
}
