//! Texts that may hold markup.

/// Less text than this is no body, in bytes.
pub(super) const BODY_BYTES_MIN: usize = 250;

/// What a text without markup becomes: a paragraph for each line. Markup that was escaped once more is
/// markup again.
pub(super) fn as_html(text: &str) -> String {
    let is_escaped = !has_markup(text) && (text.contains("&lt;p") || text.contains("&lt;br"));
    if is_escaped {
        let markup = text.replace("&lt;", "<").replace("&gt;", ">");
        return markup.replace("&quot;", "\"").replace("&amp;", "&");
    }
    if has_markup(text) {
        return text.to_string();
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| format!("<p>{}</p>", line.replace('<', "&lt;")))
        .collect()
}

/// Whether a text has the tags of paragraphs.
pub(super) fn has_markup(text: &str) -> bool {
    const TAGS: [&str; 6] = ["<p>", "<p ", "</p>", "<br", "<div", "<h2"];
    TAGS.iter().any(|tag| text.contains(tag))
}

/// Bytes outside of tags.
pub(super) fn text_bytes(html: &str) -> usize {
    let mut bytes = 0;
    let mut is_tag = false;
    for byte in html.bytes() {
        match byte {
            b'<' => is_tag = true,
            b'>' => is_tag = false,
            _ => bytes += usize::from(!is_tag),
        }
    }
    bytes
}

/// Bytes of running text in a string; 0 for addresses, keys and code.
pub(super) fn prose_bytes(text: &str) -> usize {
    if text.len() < PROSE_BYTES_MIN || text.starts_with("http") || text.contains("function(") {
        return 0;
    }
    let spaces = text.bytes().filter(|byte| *byte == b' ').count();
    let others = text.bytes().filter(|byte| !byte.is_ascii()).count();
    let is_prose = spaces * WORD_BYTES_MAX >= text.len() || others * 3 >= text.len();
    match is_prose {
        true => text_bytes(text),
        false => 0,
    }
}

/// A shorter string is a label, in bytes.
const PROSE_BYTES_MIN: usize = 40;
/// Words of a text have no more bytes on average, markup and all.
const WORD_BYTES_MAX: usize = 24;
