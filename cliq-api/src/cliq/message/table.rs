//! Tables.

use std::collections::HashSet;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::check::{At, InvalidMessage, counted};

/// A table with a number of columns that the compiler knows: a row with another number of cells
/// doesn't compile.
///
/// ```
/// use cliq_api::cliq::message::{Message, Table};
///
/// let table = Table::new(["Check", "Result"])
///     .row(["Build", "passed"])
///     .row(["Tests", "3 failed"])
///     .widths([40, 60]);
/// let message = Message::text("main is red").slide(table.title("Pipeline"));
/// assert!(message.check().is_ok());
/// ```
///
/// ```compile_fail,E0308
/// use cliq_api::cliq::message::Table;
///
/// Table::new(["Check", "Result"]).row(["Build"]);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Table<const N: usize>(AnyTable);

impl<const N: usize> Table<N> {
    /// Returns an empty table with these headers, of which no two are the same.
    pub fn new(headers: [impl Into<String>; N]) -> Self {
        Self(AnyTable::new(headers))
    }

    /// Sets the title above the table.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self(self.0.title(title))
    }

    /// Adds a row.
    pub fn row(self, cells: [impl Into<String>; N]) -> Self {
        Self(self.0.row(cells))
    }

    /// Adds rows.
    pub fn rows(self, rows: impl IntoIterator<Item = [impl Into<String>; N]>) -> Self {
        rows.into_iter().fold(self, Self::row)
    }

    /// Sets the columns' widths in percent: each 1 or more, and 100 together.
    pub fn widths(self, percent: [u8; N]) -> Self {
        Self(self.0.widths(percent))
    }

    /// Sets how many rows and columns remain in place while the table is scrolled: up to 2 each.
    pub fn sticky(self, rows: u8, columns: u8) -> Self {
        Self(self.0.sticky(rows, columns))
    }
}

impl<const N: usize> From<Table<N>> for AnyTable {
    fn from(table: Table<N>) -> Self {
        table.0
    }
}

/// A table whose number of columns isn't known before the program runs.
///
/// A row with another number of cells is an error before the message is sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct AnyTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[cfg_attr(feature = "schema", schemars(with = "SentData"))]
    data: Data,
}

#[derive(Debug, Clone, PartialEq)]
struct Data {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
    styles: Styles,
}

/// [`Data`] as it is sent.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(transform = super::as_sent)]
#[expect(dead_code, reason = "only its schema is used")]
struct SentData {
    headers: Vec<String>,
    rows: Vec<std::collections::BTreeMap<String, String>>,
    styles: Option<Styles>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
struct Styles {
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sticky: Option<Sticky>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Sticky {
    rows: u8,
    columns: u8,
}

impl AnyTable {
    /// Returns an empty table with these headers, of which no two are the same.
    pub fn new(headers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            title: None,
            data: Data {
                headers: headers.into_iter().map(Into::into).collect(),
                rows: Vec::new(),
                styles: Styles::default(),
            },
        }
    }

    /// Sets the title above the table.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Adds a row, with a cell for each header.
    pub fn row(mut self, cells: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.data
            .rows
            .push(cells.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the columns' widths in percent: each 1 or more, and 100 together.
    pub fn widths(mut self, percent: impl IntoIterator<Item = u8>) -> Self {
        self.data.styles.width = Some(percent.into_iter().collect());
        self
    }

    /// Sets how many rows and columns remain in place while the table is scrolled: up to 2 each.
    pub fn sticky(mut self, rows: u8, columns: u8) -> Self {
        self.data.styles.sticky = Some(Sticky { rows, columns });
        self
    }

    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        let data = at.member("data");
        let Data {
            headers,
            rows,
            styles,
        } = &self.data;
        let mut before = HashSet::new();
        for (index, header) in headers.iter().enumerate() {
            // A row is an object: of two columns with the same name, one would be lost.
            if !before.insert(header) {
                let at = data.member("headers");
                return at
                    .item(index)
                    .problem("repeats the header of another column");
            }
        }
        for (index, row) in rows.iter().enumerate() {
            if row.len() != headers.len() {
                let at = data.member("rows");
                return at.item(index).problem(format!(
                    "has {}; the table has {}",
                    counted(row.len(), "cell"),
                    counted(headers.len(), "column")
                ));
            }
        }
        styles.check(data.member("styles"), headers.len())
    }
}

impl Styles {
    fn check(&self, at: At<'_>, columns: usize) -> Result<(), InvalidMessage> {
        if let Some(widths) = &self.width {
            let at = at.member("width");
            if widths.len() != columns {
                return at.problem(format!(
                    "has {}; the table has {}",
                    counted(widths.len(), "item"),
                    counted(columns, "column")
                ));
            }
            let sum: u32 = widths.iter().copied().map(u32::from).sum();
            if sum != 100 || widths.contains(&0) {
                return at.problem(format!(
                    "adds up to {sum}; Cliq accepts percentages of 1 or more that add up to 100"
                ));
            }
        }
        if let Some(sticky) = &self.sticky {
            let at = at.member("sticky");
            for (name, count) in [("rows", sticky.rows), ("columns", sticky.columns)] {
                if count > 2 {
                    let at = at.member(name);
                    return at.problem(format!("is {count}; Cliq accepts up to 2"));
                }
            }
        }
        Ok(())
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(None)?;
        map.serialize_entry("headers", &self.headers)?;
        map.serialize_entry("rows", &Rows(self))?;
        if self.styles != Styles::default() {
            map.serialize_entry("styles", &self.styles)?;
        }
        map.end()
    }
}

/// The rows, each an object with a member for each column.
struct Rows<'a>(&'a Data);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        struct Row<'a>(&'a [String], &'a [String]);

        impl Serialize for Row<'_> {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_map(self.0.iter().zip(self.1))
            }
        }

        let mut list = out.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            list.serialize_element(&Row(&self.0.headers, row))?;
        }
        list.end()
    }
}
