//! Slides: structured content below a message.

use std::collections::BTreeMap;

use serde::Serialize;

use super::check::{At, InvalidMessage};
use super::plot::{Chart, Graph};
use super::table::{AnyTable, Table};

/// Structured content below a message.
///
/// Its forms convert into it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Slide {
    /// A table.
    Table(AnyTable),
    /// A list.
    List(List),
    /// Names with values.
    #[serde(rename = "label")]
    Labels(Labels),
    /// Images.
    Images(Images),
    /// A text.
    #[serde(rename = "text")]
    Paragraph(Paragraph),
    /// Shares of a whole.
    #[serde(rename = "percentage_chart")]
    Chart(Chart),
    /// Bars or lines.
    Graph(Graph),
}

impl Slide {
    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        match self {
            Self::Table(slide) => slide.check(at),
            Self::Chart(slide) => slide.check(at),
            Self::Graph(slide) => slide.check(at),
            Self::List(_) | Self::Labels(_) | Self::Images(_) | Self::Paragraph(_) => Ok(()),
        }
    }
}

macro_rules! slides {
    ($($name:ident)*) => {
        $(impl From<$name> for Slide {
            fn from(slide: $name) -> Self {
                Self::$name(slide)
            }
        })*
    };
}

slides! { List Labels Images Paragraph Chart Graph }

impl From<AnyTable> for Slide {
    fn from(slide: AnyTable) -> Self {
        Self::Table(slide)
    }
}

impl<const N: usize> From<Table<N>> for Slide {
    fn from(slide: Table<N>) -> Self {
        Self::Table(slide.into())
    }
}

/// Adds the setter of a slide's title.
macro_rules! titled {
    ($($name:ident)*) => {
        $(impl $name {
            /// Sets the title above the content.
            pub fn title(mut self, title: impl Into<String>) -> Self {
                self.title = Some(title.into());
                self
            }
        })*
    };
}

titled! { List Labels Images Paragraph }

/// A list with bullets or numbers.
///
/// ```
/// use cliq_api::cliq::message::{Bullet, List, Message};
///
/// let steps = List::new(["Stop the queue", "Migrate", "Start the queue"]).bullet(Bullet::Decimal);
/// let message = Message::text("Tonight").slide(steps);
/// assert!(message.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct List {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    data: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    styles: Option<ListStyles>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ListStyles {
    #[serde(rename = "type")]
    bullet: Bullet,
}

/// What is in front of the items of a [`List`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Bullet {
    /// A filled circle.
    Disc,
    /// A circle.
    Circle,
    /// A square.
    Square,
    /// 1, 2, 3.
    Decimal,
    /// a, b, c.
    LowerAlpha,
    /// A, B, C.
    UpperAlpha,
    /// i, ii, iii.
    LowerRoman,
    /// I, II, III.
    UpperRoman,
}

impl List {
    /// Returns a list of these items.
    pub fn new(items: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            title: None,
            data: items.into_iter().map(Into::into).collect(),
            styles: None,
        }
    }

    /// Sets what is in front of the items.
    pub fn bullet(mut self, bullet: Bullet) -> Self {
        self.styles = Some(ListStyles { bullet });
        self
    }
}

/// Names with values.
///
/// ```
/// use cliq_api::cliq::message::{Labels, Message};
///
/// let figures = Labels::new([("Revenue", "$500,000"), ("Growth", "25 %")]);
/// let message = serde_json::to_value(Message::text("April").slide(figures)).unwrap();
/// assert_eq!(message["slides"][0]["data"][1]["Growth"], "25 %");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Labels {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    data: Vec<BTreeMap<String, String>>,
}

impl Labels {
    /// Returns these names with their values.
    pub fn new(labels: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let labels = labels.into_iter();
        Self {
            title: None,
            // Zoho sends an object of one member for each.
            data: labels
                .map(|(name, value)| BTreeMap::from([(name.into(), value.into())]))
                .collect(),
        }
    }
}

/// Images.
///
/// ```
/// use cliq_api::cliq::message::{Images, Message};
///
/// let plan = Images::new(["https://example.com/plan.png"]).title("Floor plan");
/// assert!(Message::text("We move").slide(plan).check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Images {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    data: Vec<String>,
}

impl Images {
    /// Returns the images of these URLs. They must be public and point to the images themselves.
    pub fn new(urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            title: None,
            data: urls.into_iter().map(Into::into).collect(),
        }
    }
}

/// A text below the message.
///
/// ```
/// use cliq_api::cliq::message::{Message, Paragraph};
///
/// let log = Paragraph::new("error: could not compile `orders`").title("Last lines");
/// assert!(Message::text("Build 4711 failed").slide(log).check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Paragraph {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    data: String,
}

impl Paragraph {
    /// Returns this text as a slide.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            title: None,
            data: text.into(),
        }
    }
}
