//! A bar chart with one or two bars per name.

use std::error::Error;
use std::fmt::Write as _;

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::theme::{
    self, AXIS, GRID, LIMIT, MUTED, OTHERS, OTHERS_PALE, OURS, OURS_PALE, PAGE, TEXT,
};

/// The contents of a chart.
pub(crate) struct Bars<'d> {
    pub(crate) title: &'d str,
    /// The label of the axis, with its unit.
    pub(crate) axis: &'d str,
    /// The labels of the two kinds of bars.
    pub(crate) kinds: [&'d str; 2],
    pub(crate) names: Vec<Named<'d>>,
    /// A value to compare with, and its label.
    pub(crate) line: Option<(f64, &'d str)>,
    pub(crate) note: &'d str,
}

/// The bars of one name.
pub(crate) struct Named<'d> {
    pub(crate) name: &'d str,
    pub(crate) is_ours: bool,
    /// Each bar's length, and the text after it.
    pub(crate) bars: Vec<(f64, String)>,
}

const WIDTH: u32 = 820;
/// The height of one name's bars.
const HEIGHT: u32 = 50;

impl Bars<'_> {
    pub(crate) fn draw(&self) -> Result<String, Box<dyn Error>> {
        let rows = u32::try_from(self.names.len())?;
        let notes = crate::wrapped(self.note, 125);
        let below = 24 + 15 * u32::try_from(notes.len())?;
        let size = (WIDTH, 70 + rows * HEIGHT + 40 + below);
        let all = self.names.iter().flat_map(|named| &named.bars);
        let longest = all.map(|bar| bar.0).fold(0.0, f64::max) * 1.22;
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            root.fill(PAGE.light())?;
            root.draw(&Text::new(
                self.title.to_owned(),
                (16, 24),
                theme::bold(21, &TEXT),
            ))?;
            self.draw_legend(&root)?;
            let mut chart = ChartBuilder::on(&root)
                .margin_top(66)
                .margin_right(20)
                .margin_bottom(below)
                .x_label_area_size(44)
                .y_label_area_size(170)
                .build_cartesian_2d(0.0..longest, 0.0..f64::from(rows))?;
            chart
                .configure_mesh()
                .disable_y_mesh()
                .bold_line_style(GRID.light())
                .max_light_lines(0)
                .axis_style(AXIS.light())
                .y_labels(0)
                .x_labels(8)
                .x_desc(self.axis)
                .label_style(("sans-serif", 15).into_font().color(MUTED.light()))
                .axis_desc_style(("sans-serif", 16).into_font().color(MUTED.light()))
                .draw()?;
            if let Some((value, _)) = self.line {
                let line = [(value, 0.0), (value, f64::from(rows))];
                chart.draw_series(LineSeries::new(line, LIMIT.light().stroke_width(1)))?;
            }
            for (row, named) in self.names.iter().rev().enumerate() {
                let bottom = f64::from(u32::try_from(row)?);
                let name = EmptyElement::at((0.0, bottom + 0.5))
                    + Text::new(
                        named.name.to_owned(),
                        (-10, 0),
                        theme::text(17, &TEXT, HPos::Right),
                    );
                chart.plotting_area().draw(&name)?;
                for (kind, (value, text)) in named.bars.iter().enumerate() {
                    let [top, low] = [[0.86, 0.52], [0.48, 0.14]][kind];
                    let shade = shade(named.is_ours, kind);
                    let corners = [(0.0, bottom + low), (*value, bottom + top)];
                    chart.draw_series([Rectangle::new(corners, shade.light().filled())])?;
                    let text = EmptyElement::at((*value, bottom + f64::midpoint(top, low)))
                        + Text::new(text.clone(), (6, 0), theme::text(15, &TEXT, HPos::Left));
                    chart.plotting_area().draw(&text)?;
                }
            }
            let first = i32::try_from(size.1 - below)? + 14;
            for (line, y) in notes.iter().zip((first..).step_by(15)) {
                root.draw(&Text::new(
                    line.clone(),
                    (16, y),
                    theme::text(15, &MUTED, HPos::Left),
                ))?;
            }
            root.present()?;
        }
        Ok(theme::finish(&svg, self.title, &self.description()))
    }

    fn draw_legend(
        &self,
        root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    ) -> Result<(), Box<dyn Error>> {
        let style = theme::text(16, &MUTED, HPos::Left);
        for (kind, (name, x)) in self.kinds.iter().zip([170, 330]).enumerate() {
            for (ours, left) in [(true, 0), (false, 14)] {
                let corners = [(x + left, 43), (x + left + 12, 55)];
                root.draw(&Rectangle::new(corners, shade(ours, kind).light().filled()))?;
            }
            root.draw(&Text::new((*name).to_owned(), (x + 32, 49), style.clone()))?;
        }
        if let Some((_, name)) = self.line {
            root.draw(&Rectangle::new(
                [(510, 48), (530, 49)],
                LIMIT.light().filled(),
            ))?;
            root.draw(&Text::new(name.to_owned(), (538, 49), style))?;
        }
        Ok(())
    }

    /// Returns the chart's contents in words.
    fn description(&self) -> String {
        let mut text = format!("{}. ", self.axis);
        for named in &self.names {
            let _ = write!(text, "{}:", named.name);
            for (kind, (_, value)) in self.kinds.iter().zip(&named.bars) {
                let _ = write!(text, " {kind} {value};");
            }
            text.push(' ');
        }
        text + self.note
    }
}

fn shade(is_ours: bool, kind: usize) -> &'static theme::Shade {
    match (is_ours, kind) {
        (true, 0) => &OURS,
        (true, _) => &OURS_PALE,
        (false, 0) => &OTHERS,
        (false, _) => &OTHERS_PALE,
    }
}
