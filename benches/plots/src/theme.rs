//! Colors and fonts, for light and dark pages.

use std::fmt::Write as _;

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoFont as _, RGBColor, TextStyle};

/// A color on a light page, and its replacement on a dark page.
pub(crate) struct Shade(RGBColor, &'static str);

impl Shade {
    pub(crate) const fn light(&self) -> &RGBColor {
        &self.0
    }
}

pub(crate) const PAGE: Shade = Shade(RGBColor(0xff, 0xff, 0xff), "#0d1117");
pub(crate) const TEXT: Shade = Shade(RGBColor(0x1f, 0x23, 0x28), "#f0f6fc");
pub(crate) const MUTED: Shade = Shade(RGBColor(0x59, 0x63, 0x6e), "#9198a1");
pub(crate) const GRID: Shade = Shade(RGBColor(0xe1, 0xe5, 0xea), "#262c34");
pub(crate) const AXIS: Shade = Shade(RGBColor(0x8b, 0x94, 0x9e), "#656c76");
/// Our library.
pub(crate) const OURS: Shade = Shade(RGBColor(0x09, 0x69, 0xda), "#4493f8");
pub(crate) const OURS_PALE: Shade = Shade(RGBColor(0x8f, 0xc1, 0xff), "#1f4f91");
/// Other libraries.
pub(crate) const OTHERS: Shade = Shade(RGBColor(0x6e, 0x77, 0x81), "#8d96a0");
pub(crate) const OTHERS_PALE: Shade = Shade(RGBColor(0xb7, 0xbf, 0xc8), "#4a525c");
/// The limit, and the area above it.
pub(crate) const LIMIT: Shade = Shade(RGBColor(0xcf, 0x22, 0x2e), "#f85149");
pub(crate) const ABOVE: Shade = Shade(RGBColor(0xff, 0xce, 0xcb), "#67201f");

const ALL: [Shade; 11] = [
    PAGE,
    TEXT,
    MUTED,
    GRID,
    AXIS,
    OURS,
    OURS_PALE,
    OTHERS,
    OTHERS_PALE,
    LIMIT,
    ABOVE,
];

/// Returns the style of text in units of plotters, 1.24 per pixel. `end` aligns it: left, center or
/// right.
pub(crate) fn text(size: u32, shade: &Shade, end: HPos) -> TextStyle<'static> {
    let style = ("sans-serif", size).into_font().color(shade.light());
    style.pos(Pos::new(end, VPos::Center))
}

/// Returns the style of bold text.
pub(crate) fn bold(size: u32, shade: &Shade) -> TextStyle<'static> {
    let font = ("sans-serif", size).into_font();
    let style = font.style(plotters::style::FontStyle::Bold);
    style
        .color(shade.light())
        .pos(Pos::new(HPos::Left, VPos::Center))
}

/// Adds the alternative text for screen readers, and the colors of a dark page.
pub(crate) fn finish(svg: &str, title: &str, description: &str) -> String {
    let (head, rest) = svg.split_once(">\n").unwrap_or((svg, ""));
    let mut dark = String::new();
    for Shade(RGBColor(red, green, blue), instead) in ALL {
        let light = format!("#{red:02X}{green:02X}{blue:02X}");
        for property in ["fill", "stroke"] {
            let _ = writeln!(
                dark,
                "  [{property}=\"{light}\"] {{ {property}: {instead}; }}"
            );
        }
    }
    format!(
        "{head} role=\"img\" aria-labelledby=\"title description\">\n\
         <title id=\"title\">{title}</title>\n\
         <desc id=\"description\">{description}</desc>\n\
         <style>\n@media (prefers-color-scheme: dark) {{\n{dark}}}\n</style>\n{rest}"
    )
}
