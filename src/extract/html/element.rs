//! What is asked of single elements.

use html5ever::LocalName;
use scraper::node::Element;

use crate::text::head;

/// The value of an attribute. scraper's own look-up makes an atom of the name each time, which
/// takes longer than to look through the two or three attributes there are.
pub(in crate::extract) fn attr<'e>(element: &'e Element, name: &LocalName) -> Option<&'e str> {
    let mut attributes = element.attrs.iter();
    attributes
        .find(|(own, _)| own.local == *name)
        .map(|(_, value)| &**value)
}

/// Whether the declarations of a style hide an element: they take it off the page, off the screen, or
/// make it too small or too faint to be read. What fades or slides in is shown after all.
pub(in crate::extract) fn is_hidden_style(style: &str) -> bool {
    let style = head(style, STYLE_BYTES_MAX);
    style.split(';').any(|declaration| {
        let (property, value) = declaration.split_once(':').unwrap_or_default();
        let property = property.trim();
        let telling = TELLING
            .iter()
            .find(|known| property.eq_ignore_ascii_case(known));
        telling.is_some_and(|property| takes_away(property, value, style))
    })
}

/// Bytes of a style that are looked at.
const STYLE_BYTES_MAX: usize = 800;

/// What may take an element out of sight.
const TELLING: [&str; 10] = [
    "display",
    "visibility",
    "opacity",
    "font-size",
    "left",
    "top",
    "right",
    "text-indent",
    "margin-left",
    "clip",
];

/// Whether a declaration among those of `style` does.
fn takes_away(property: &str, value: &str, style: &str) -> bool {
    let bare: String = value
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let value = bare.trim_end_matches("!important");
    let is_nothing = || value.trim_end_matches("px").trim_end_matches(".0") == "0";
    let is_moving = || {
        let style = style.to_ascii_lowercase();
        let mut words = ["transition", "transform", "animation", "will-change"].iter();
        words.any(|word| style.contains(word))
    };
    match property {
        "display" => value == "none",
        "visibility" => matches!(value, "hidden" | "collapse"),
        "opacity" => is_nothing() && !is_moving(),
        "font-size" => is_nothing() || matches!(value, "0em" | "0rem" | "0%"),
        "clip" => value.starts_with("rect(0") || value.starts_with("rect(1px"),
        _ => is_far_off(value),
    }
}

/// `-9999px` and the like: further out than any screen is wide.
fn is_far_off(value: &str) -> bool {
    let digits: String = value
        .chars()
        .skip(1)
        .take_while(char::is_ascii_digit)
        .collect();
    value.starts_with('-') && (digits.len() >= 4 || (value.ends_with("em") && digits.len() >= 3))
}
