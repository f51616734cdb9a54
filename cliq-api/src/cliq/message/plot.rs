//! Charts and graphs.

use serde::{Serialize, Serializer};

use super::check::{At, InvalidMessage};

/// The longest label of a value or an axis, in characters.
const MAX_LABEL: usize = 20;

/// Shares of a whole: up to 5, with labels of up to 20 characters.
///
/// ```
/// use cliq_api::cliq::message::{Chart, Message};
///
/// let chart = Chart::pie().value("Search", 40).value("Mail", 25).value("Other", 10.5);
/// assert!(Message::text("Visitors").slide(chart).check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Chart {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    data: Vec<Value>,
    styles: ChartStyles,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ChartStyles {
    preview: ChartForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum ChartForm {
    Pie,
    Doughnut,
    SemiDoughnut,
}

impl Chart {
    /// Sets the title above the content.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Returns an empty pie chart.
    pub fn pie() -> Self {
        Self::new(ChartForm::Pie)
    }

    /// Returns an empty doughnut chart.
    pub fn doughnut() -> Self {
        Self::new(ChartForm::Doughnut)
    }

    /// Returns an empty chart of half a doughnut.
    pub fn semi_doughnut() -> Self {
        Self::new(ChartForm::SemiDoughnut)
    }

    fn new(preview: ChartForm) -> Self {
        Self {
            title: None,
            data: Vec::new(),
            styles: ChartStyles { preview },
        }
    }

    /// Adds a value. Its size is relative to the sum of all.
    pub fn value(mut self, label: impl Into<String>, value: impl Into<f64>) -> Self {
        self.data.push(Value::new(label, value));
        self
    }

    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        Value::check_all(&self.data, at.member("data"), 5)
    }
}

/// Bars or lines: up to 5 categories with up to 20 values each. Names and labels have up to 20
/// characters.
///
/// ```
/// use cliq_api::cliq::message::{Graph, Message};
///
/// let graph = Graph::trend()
///     .x_axis("Month")
///     .y_axis("Builds")
///     .category("main", [("Jan", 9), ("Feb", 6)])
///     .category("release", [("Jan", 2), ("Feb", 4)]);
/// assert!(Message::text("Builds").slide(graph).check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
#[must_use]
pub struct Graph {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    styles: GraphStyles,
    data: Vec<Category>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transform = super::as_sent))]
struct GraphStyles {
    preview: GraphForm,
    #[serde(skip_serializing_if = "Option::is_none")]
    x_axis: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y_axis: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum GraphForm {
    VerticalBar,
    VerticalStackedBar,
    Trend,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Category {
    category: String,
    values: Vec<Value>,
}

impl Graph {
    /// Sets the title above the content.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Returns an empty graph of lines.
    pub fn trend() -> Self {
        Self::new(GraphForm::Trend)
    }

    /// Returns an empty graph of bars.
    pub fn vertical_bar() -> Self {
        Self::new(GraphForm::VerticalBar)
    }

    /// Returns an empty graph of stacked bars.
    pub fn vertical_stacked_bar() -> Self {
        Self::new(GraphForm::VerticalStackedBar)
    }

    fn new(preview: GraphForm) -> Self {
        Self {
            title: None,
            styles: GraphStyles {
                preview,
                x_axis: None,
                y_axis: None,
            },
            data: Vec::new(),
        }
    }

    /// Sets the label of the horizontal axis.
    pub fn x_axis(mut self, label: impl Into<String>) -> Self {
        self.styles.x_axis = Some(label.into());
        self
    }

    /// Sets the label of the vertical axis.
    pub fn y_axis(mut self, label: impl Into<String>) -> Self {
        self.styles.y_axis = Some(label.into());
        self
    }

    /// Adds a category, with its labels and values.
    pub fn category(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = (impl Into<String>, impl Into<f64>)>,
    ) -> Self {
        let values = values.into_iter();
        self.data.push(Category {
            category: name.into(),
            values: values
                .map(|(label, value)| Value::new(label, value))
                .collect(),
        });
        self
    }

    pub(super) fn check(&self, at: At<'_>) -> Result<(), InvalidMessage> {
        let styles = at.member("styles");
        styles.length_of("x_axis", self.styles.x_axis.as_deref(), MAX_LABEL)?;
        styles.length_of("y_axis", self.styles.y_axis.as_deref(), MAX_LABEL)?;
        let at = at.member("data");
        at.count(self.data.len(), 0..=5)?;
        self.data
            .iter()
            .enumerate()
            .try_for_each(|(index, category)| {
                let at = at.item(index);
                at.member("category")
                    .length(&category.category, MAX_LABEL)?;
                Value::check_all(&category.values, at.member("values"), 20)
            })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "PlotValue")
)]
struct Value {
    label: String,
    #[serde(serialize_with = "number")]
    value: f64,
}

impl Value {
    fn new(label: impl Into<String>, value: impl Into<f64>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
        }
    }

    fn check_all(values: &[Self], at: At<'_>, max: usize) -> Result<(), InvalidMessage> {
        at.count(values.len(), 0..=max)?;
        values.iter().enumerate().try_for_each(|(index, value)| {
            let at = at.item(index);
            at.member("label").length(&value.label, MAX_LABEL)?;
            // JSON has no such number.
            if value.value.is_finite() {
                Ok(())
            } else {
                at.member("value").problem("is not a finite number")
            }
        })
    }
}

/// Writes a whole number without a fraction, as Zoho's examples do.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the form that serde calls"
)]
fn number<S: Serializer>(value: &f64, out: S) -> Result<S::Ok, S::Error> {
    /// Up to here, floats are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        return out.serialize_i64(*value as i64);
    }
    out.serialize_f64(*value)
}
