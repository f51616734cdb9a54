//! Draws the pictures of `docs/images` from the data beside them. The benchmarks write the data.

mod bars;
mod data;
mod theme;
mod window;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use bars::{Bars, Named};
use data::Data;

/// Names of the pictures, and how each is drawn.
type Draw = fn(&Data) -> Result<String, Box<dyn Error>>;
const PICTURES: [(&str, Draw); 3] = [
    ("worst-window", window::draw),
    ("compile-cost", compile_cost),
    ("call-cost", call_cost),
];

fn main() -> Result<(), Box<dyn Error>> {
    for (name, draw) in PICTURES {
        let path = images().join(name).with_extension("svg");
        fs::write(&path, draw(&data(name)?)?)?;
        println!("{}", path.display());
    }
    Ok(())
}

fn images() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images")
}

fn data(name: &str) -> Result<Data, Box<dyn Error>> {
    let path = images().join(name).with_extension("csv");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Data::parse(&text))
}

fn compile_cost(data: &Data) -> Result<String, Box<dyn Error>> {
    let kinds = ["from scratch", "after a touch"];
    let bars = Bars {
        title: "What one more endpoint adds to cargo check",
        axis: "milliseconds of CPU time per endpoint; × is relative to writing it by hand over reqwest",
        kinds,
        names: named(data, kinds, |row| {
            let (millis, over): (f64, f64) = (row.number(2)?, row.number(3)?);
            Ok((millis, format!("{millis:.2} ms, {over:.2} ×")))
        })?,
        line: None,
        note: &data.note,
    };
    bars.draw()
}

fn call_cost(data: &Data) -> Result<String, Box<dyn Error>> {
    let bars = Bars {
        title: "What a call costs, beside the same call with bare reqwest",
        axis: "time of a call over loopback, relative to reqwest",
        kinds: ["one at a time", "64 in flight"],
        names: named(data, ["1", "64"], |row| {
            let (micros, over): (f64, f64) = (row.number(2)?, row.number(3)?);
            Ok((over, format!("{over:.2} × ({micros:.0} µs)")))
        })?,
        line: Some((1.0, "reqwest")),
        note: &data.note,
    };
    bars.draw()
}

/// Returns the bars of each name, in order of length; the second column is the kind.
fn named<'d>(
    data: &'d Data,
    kinds: [&str; 2],
    bar: impl Fn(&data::Row<'_>) -> Result<(f64, String), Box<dyn Error>>,
) -> Result<Vec<Named<'d>>, Box<dyn Error>> {
    let mut all = Vec::new();
    // Variants of the side that all are compared with are data alone.
    let is_drawn = |name: &&str| !name.starts_with("reqwest, ");
    for name in data.names().into_iter().filter(is_drawn) {
        let mut bars = Vec::new();
        for kind in kinds {
            for row in data.rows() {
                if row.text(0)? == name && row.text(1)? == kind {
                    bars.push(bar(&row)?);
                }
            }
        }
        all.push(Named {
            name,
            is_ours: name.contains("this crate"),
            bars,
        });
    }
    all.sort_by(|one, other| one.bars[0].0.total_cmp(&other.bars[0].0));
    Ok(all)
}

/// Lines of at most that many characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width
        {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_are_those_of_the_data() {
        for (name, draw) in PICTURES {
            let drawn = draw(&data(name).unwrap()).unwrap();
            let path = images().join(name).with_extension("svg");
            assert!(
                fs::read_to_string(&path).unwrap() == drawn,
                "docs/images/{name}.svg is not what its data is drawn as; help: run `.ci/plots`"
            );
            assert!(drawn.len() < 60_000, "{name}: {} bytes", drawn.len());
        }
    }

    #[test]
    fn every_colour_has_one_for_dark_pages() {
        for (name, draw) in PICTURES {
            let drawn = draw(&data(name).unwrap()).unwrap();
            for property in ["fill=\"", "stroke=\""] {
                for value in drawn.split(property).skip(1) {
                    let value = value.split('"').next().unwrap();
                    let rule = format!("[{property}{value}\"]");
                    assert!(value == "none" || drawn.contains(&rule), "{name}: {rule}");
                }
            }
        }
    }
}
