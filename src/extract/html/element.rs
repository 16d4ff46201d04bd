//! What is asked of single elements.

use html5ever::LocalName;
use scraper::node::Element;

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
    const TELLING: [&str; 5] = ["none", "hidden", "0", "9999", "rect("];
    if !TELLING.iter().any(|word| style.contains(word)) {
        return false;
    }
    let bare: String = style
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .take(STYLE_CHARS_MAX)
        .collect();
    let is_moving = ["transition", "transform", "animation", "will-change"]
        .iter()
        .any(|word| bare.contains(word));
    bare.split(';').any(|declaration| {
        let (property, value) = declaration.split_once(':').unwrap_or_default();
        let value = value.trim_end_matches("!important");
        let is_nothing = || value.trim_end_matches("px").trim_end_matches(".0") == "0";
        match property {
            "display" => value == "none",
            "visibility" => matches!(value, "hidden" | "collapse"),
            "opacity" => is_nothing() && !is_moving,
            "font-size" => is_nothing() || matches!(value, "0em" | "0rem" | "0%"),
            "left" | "top" | "right" | "text-indent" | "margin-left" => is_far_off(value),
            "clip" => value.starts_with("rect(0") || value.starts_with("rect(1px"),
            _ => false,
        }
    })
}

/// Characters of a style that are looked at.
const STYLE_CHARS_MAX: usize = 600;

/// `-9999px` and the like: further out than any screen is wide.
fn is_far_off(value: &str) -> bool {
    let digits: String = value
        .chars()
        .skip(1)
        .take_while(char::is_ascii_digit)
        .collect();
    value.starts_with('-') && (digits.len() >= 4 || (value.ends_with("em") && digits.len() >= 3))
}
