//! Checks the facts of `docs/comparison.md` about this crate: each test that it names, each figure
//! that it repeats, each link to another library.

use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn comparison() -> String {
    fs::read_to_string(docs().join("comparison.md")).unwrap()
}

/// Returns the targets of links that begin like that.
fn targets<'t>(text: &'t str, begins: &'t str) -> impl Iterator<Item = &'t str> {
    let targets = text.split("](").skip(1);
    let target = targets.filter_map(|rest| rest.split(')').next());
    target.filter(move |target| target.starts_with(begins))
}

/// Returns the rows of the table below that heading.
fn table<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let below = text.split(heading).nth(1).unwrap();
    let rows = below.lines().skip_while(|line| !line.starts_with('|'));
    rows.take_while(|line| line.starts_with('|'))
        .skip(2)
        .collect()
}

#[test]
fn the_tests_that_it_names_exist() {
    let text = comparison();
    let rows = table(&text, "\n## This crate\n");
    assert_eq!(rows.len(), 18, "{rows:#?}");
    for row in rows {
        assert!(targets(row, "../").next().is_some(), "names no test: {row}");
    }
    for target in targets(&text, "../").chain(targets(&text, "images/")) {
        assert!(docs().join(target).is_file(), "docs/{target} doesn't exist");
    }
}

#[test]
fn each_cell_has_its_source() {
    let text = comparison();
    for heading in [
        "Libraries for Rust",
        "Other languages and generators",
        "SDKs of one provider",
    ] {
        let rows = table(&text, &format!("\n## {heading}\n"));
        assert!(rows.len() >= 16, "{heading}: {rows:#?}");
        for row in rows {
            for cell in row.trim_matches('|').split('|').skip(1).map(str::trim) {
                let is_nothing = ["not found", "not measured"].contains(&cell);
                let has_source = cell.contains("][") || cell.contains("](#figures)");
                assert!(is_nothing || has_source, "{heading}: {cell} in {row}");
            }
        }
    }
    for name in text
        .split("][")
        .skip(1)
        .filter_map(|rest| rest.split(']').next())
    {
        let definition = format!("\n[{name}]: https://");
        assert!(text.contains(&definition), "[{name}] is not defined");
    }
}

/// Of libraries: calls by hand are what they are compared with.
#[test]
fn the_figures_are_those_of_the_data() {
    let text = comparison();
    for (picture, over, second) in [
        ("compile-cost", "by hand", "after a touch"),
        ("call-cost", "reqwest", "with 64 in flight"),
    ] {
        let data = docs().join("images").join(picture).with_extension("csv");
        let data = fs::read_to_string(data).unwrap();
        let rows = data.lines().filter(|row| !row.starts_with('#')).skip(1);
        let rows: Vec<Vec<&str>> = rows.map(|row| row.split(';').collect()).collect();
        for row in &rows {
            let name = row[0];
            let ratios = rows.iter().filter(|other| other[0] == name);
            let ratios: Vec<f64> = ratios.map(|row| row[3].parse().unwrap()).collect();
            let [first, then] = ratios[..] else {
                panic!("{name}: {ratios:?}")
            };
            let cell = format!("{first:.2} × {over}, {then:.2} × {second}");
            let by_hand = ["by hand", "reqwest", "hyper-util"];
            let is_compared = !by_hand.iter().any(|hand| name.starts_with(hand));
            assert!(
                !is_compared || text.contains(&cell),
                "{picture}, {name}: no `{cell}`"
            );
        }
    }
}
