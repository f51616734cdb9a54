//! Calls in a server's window of the last minute, by limiter.

use std::error::Error;
use std::fmt::Write as _;

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::data::Data;
use crate::theme::{self, ABOVE, AXIS, GRID, LIMIT, MUTED, OTHERS, OTHERS_PALE, OURS, PAGE, TEXT};

const SIZE: (u32, u32) = (820, 590);
const ALLOWED: usize = 20;
const WINDOW: u64 = 60_000;
const END: u64 = 180_000;
const MINUTES: f64 = 3.0;
const CALLS: f64 = 40.0;

/// The calls of one limiter.
struct Counted {
    name: String,
    /// The number of calls in the window that ends at each time, until the next time.
    steps: Vec<(u64, usize)>,
}

impl Counted {
    fn new(name: &str, arrived: &[u64]) -> Self {
        let mut moments: Vec<u64> = arrived.iter().flat_map(|&at| [at, at + WINDOW]).collect();
        moments.sort_unstable();
        moments.dedup();
        let count = |&now: &u64| {
            let counted = arrived.iter().filter(|&&at| at <= now && now < at + WINDOW);
            (now, counted.count())
        };
        Self {
            name: name.to_owned(),
            steps: moments.iter().map(count).collect(),
        }
    }

    fn fullest(&self) -> usize {
        self.steps.iter().map(|step| step.1).max().unwrap_or(0)
    }

    /// Returns when the number of calls first exceeds the limit.
    fn locked(&self) -> Option<u64> {
        let above = self.steps.iter().find(|step| step.1 > ALLOWED);
        above.map(|step| step.0)
    }

    fn verdict(&self) -> String {
        match self.locked() {
            Some(at) => format!(
                "locked out at {}; fullest window: {} calls",
                clock(at),
                self.fullest()
            ),
            None => format!("never locked out; fullest window: {} calls", self.fullest()),
        }
    }

    /// Returns the corners of the step line between two times.
    fn line(&self, from: u64, until: u64) -> Vec<(f64, f64)> {
        let mut line: Vec<(f64, f64)> = Vec::new();
        let mut last = 0.0;
        for &(at, calls) in self.steps.iter().filter(|step| step.0 <= until) {
            let calls = number(calls);
            if at < from {
                last = calls;
                continue;
            }
            line.extend([(minutes(at), last), (minutes(at), calls)]);
            last = calls;
        }
        line.push((minutes(until), last));
        line
    }
}

/// Converts a small number of calls.
fn number(calls: usize) -> f64 {
    u32::try_from(calls).map_or(f64::MAX, f64::from)
}

fn minutes(millis: u64) -> f64 {
    u32::try_from(millis).map_or(f64::MAX, f64::from) / 60_000.0
}

fn clock(millis: u64) -> String {
    format!("{}:{:02}", millis / 60_000, millis / 1000 % 60)
}

/// Draws the picture.
pub(crate) fn draw(data: &Data) -> Result<String, Box<dyn Error>> {
    let mut all = Vec::new();
    for name in data.names() {
        let mut arrived = Vec::new();
        for row in data.rows() {
            if row.text(0)? == name {
                arrived.push(row.number(1)?);
            }
        }
        all.push(Counted::new(name, &arrived));
    }
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(PAGE.light())?;
        root.draw(&Text::new(TITLE, (16, 24), theme::bold(21, &TEXT)))?;
        let panels = root.margin(44, 44, 10, 10).split_evenly((2, 2));
        for (panel, counted) in panels.iter().zip(&all) {
            draw_panel(panel, counted)?;
        }
        let note = format!("{} {CROSS}", data.note);
        let lines = crate::wrapped(&note, 125);
        for (line, y) in lines
            .iter()
            .zip((i32::try_from(SIZE.1)? - 32..).step_by(15))
        {
            root.draw(&Text::new(
                line.clone(),
                (16, y),
                theme::text(15, &MUTED, HPos::Left),
            ))?;
        }
        root.present()?;
    }
    let mut description = String::new();
    for counted in &all {
        let _ = write!(description, "{}: {}. ", counted.name, counted.verdict());
    }
    Ok(theme::finish(
        &svg,
        TITLE,
        &format!("{description}{}", data.note),
    ))
}

const CROSS: &str = "After a cross: what would follow without the lockout.";
const TITLE: &str = "Calls that the server counts in its last 60 seconds, where 20 are allowed";

fn draw_panel(
    panel: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    counted: &Counted,
) -> Result<(), Box<dyn Error>> {
    let line = if counted.locked().is_none() {
        &OURS
    } else {
        &OTHERS
    };
    panel.draw(&Text::new(
        counted.name.clone(),
        (34, 12),
        theme::bold(19, &TEXT),
    ))?;
    let verdict = theme::text(
        13,
        if counted.locked().is_none() {
            &MUTED
        } else {
            &LIMIT
        },
        HPos::Left,
    );
    panel.draw(&Text::new(counted.verdict(), (34, 30), verdict))?;
    let mut chart = ChartBuilder::on(panel)
        .margin_top(42)
        .margin_right(14)
        .x_label_area_size(44)
        .y_label_area_size(34)
        .build_cartesian_2d(0.0..MINUTES, 0.0..CALLS)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID.light())
        .light_line_style(PAGE.light())
        .max_light_lines(0)
        .axis_style(AXIS.light())
        .x_labels(4)
        .y_labels(5)
        .x_label_formatter(&|minutes| format!("{minutes:.0}"))
        .y_label_formatter(&|calls| format!("{calls:.0}"))
        .x_desc("minutes")
        .label_style(("sans-serif", 15).into_font().color(MUTED.light()))
        .axis_desc_style(("sans-serif", 15).into_font().color(MUTED.light()))
        .draw()?;
    let allowed = number(ALLOWED);
    // The area above the limit.
    let steps = counted.line(0, END);
    for pair in steps.windows(2) {
        let [(from, calls), (until, _)] = [pair[0], pair[1]];
        if until > from && calls > allowed {
            let corners = [(from, allowed), (until, calls)];
            chart.draw_series([Rectangle::new(corners, ABOVE.light().filled())])?;
        }
    }
    chart.draw_series(LineSeries::new(
        [(0.0, allowed), (MINUTES, allowed)],
        LIMIT.light().stroke_width(1),
    ))?;
    let label = EmptyElement::at((MINUTES, allowed))
        + Text::new("allowed", (0, -8), theme::text(14, &LIMIT, HPos::Right));
    chart.plotting_area().draw(&label)?;
    let locked = counted.locked();
    if let Some(at) = locked {
        let rest = counted.line(at, END);
        chart.draw_series(LineSeries::new(rest, OTHERS_PALE.light().stroke_width(2)))?;
    }
    let until_lock = counted.line(0, locked.unwrap_or(END));
    chart.draw_series(LineSeries::new(until_lock, line.light().stroke_width(2)))?;
    if let Some(at) = locked {
        let at = (minutes(at), allowed + 1.0);
        chart.draw_series([Cross::new(at, 5, LIMIT.light().stroke_width(3))])?;
    }
    Ok(())
}
