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

/// Whether a style attribute hides its element.
pub(in crate::extract) fn is_hidden_style(style: &str) -> bool {
    if !style.contains("none") && !style.contains("hidden") {
        return false;
    }
    let bare: String = style
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(400)
        .collect();
    bare.contains("display:none") || bare.contains("visibility:hidden")
}
