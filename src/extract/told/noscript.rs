//! What a page shows to readers without scripts.

use memchr::memmem;

use super::markup::{has_markup, text_bytes};

/// The longest text in a `<noscript>` that has paragraphs.
pub(super) fn longest(page: &str) -> Option<String> {
    let starts = memmem::find_iter(page.as_bytes(), b"<noscript");
    let texts = starts.take(NOSCRIPTS_MAX).filter_map(|start| {
        let inner = start + page[start..].find('>')? + 1;
        let end = inner + page[inner..].find("</noscript")?;
        Some(&page[inner..end])
    });
    let longest = texts
        .filter(|text| has_markup(text))
        .max_by_key(|text| text_bytes(text));
    longest.map(str::to_string)
}

/// Elements that are looked at.
const NOSCRIPTS_MAX: usize = 64;
