//! Elements that their style hides.

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
