//! The data of a picture: rows of values separated by `;`, below a note and a header.

use std::error::Error;
use std::str::FromStr;

/// The parsed data.
pub(crate) struct Data {
    /// How it was measured or simulated.
    pub(crate) note: String,
    rows: Vec<Vec<String>>,
}

impl Data {
    pub(crate) fn parse(text: &str) -> Self {
        let (notes, lines): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.starts_with('#'));
        let notes = notes.iter().map(|note| note.trim_start_matches(['#', ' ']));
        let row = |line: &&str| line.split(';').map(str::to_owned).collect();
        Self {
            note: notes.collect::<Vec<_>>().join(" "),
            rows: lines.iter().skip(1).map(row).collect(),
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|row| Row(row))
    }

    /// Returns the distinct values of the first column, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for row in &self.rows {
            if !names.contains(&row[0].as_str()) {
                names.push(row[0].as_str());
            }
        }
        names
    }
}

/// A row.
pub(crate) struct Row<'d>(&'d [String]);

impl<'d> Row<'d> {
    pub(crate) fn text(&self, column: usize) -> Result<&'d str, Box<dyn Error>> {
        let value = self.0.get(column).map(String::as_str);
        value.ok_or_else(|| format!("no column {column} in {:?}", self.0).into())
    }

    pub(crate) fn number<T: FromStr>(&self, column: usize) -> Result<T, Box<dyn Error>> {
        let text = self.text(column)?;
        let number = text.parse();
        number.map_err(|_| format!("not a number: `{text}` in {:?}", self.0).into())
    }
}
