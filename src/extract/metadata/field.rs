//! What every field is made with: the text of an element, plain text, and where a field came from.

use scraper::{ElementRef, Html, Node};

/// Longest title, byline or section that is believed, in bytes.
pub(super) const FIELD_BYTES_MAX: usize = 400;

/// Nodes of an element whose text is wanted: nested elements of one class must not be read over
/// and over.
const FIELD_NODES_MAX: usize = 80;

/// The text of a short element; `None` where it is empty or long.
pub(super) fn text_of(element: ElementRef<'_>) -> Option<String> {
    let mut text = String::new();
    let nodes = element.descendants().take(FIELD_NODES_MAX);
    for piece in nodes.filter_map(|node| node.value().as_text()) {
        for word in piece.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        if text.len() > FIELD_BYTES_MAX {
            return None;
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The same with a line for each piece that a break or a box parts from the others.
pub(super) fn lines_of(element: ElementRef<'_>) -> Option<String> {
    let mut text = String::new();
    for node in element.descendants().take(FIELD_NODES_MAX) {
        match node.value() {
            Node::Element(inner)
                if PARTING.contains(&inner.name()) && !text.is_empty() && !text.ends_with('\n') =>
            {
                text.push('\n');
            }
            Node::Text(piece) => {
                for word in piece.split_whitespace() {
                    if !text.is_empty() && !text.ends_with('\n') {
                        text.push(' ');
                    }
                    text.push_str(word);
                }
            }
            _ => {}
        }
        if text.len() > FIELD_BYTES_MAX {
            return None;
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Elements that begin a line of their own.
const PARTING: [&str; 9] = ["br", "p", "div", "li", "ul", "time", "h3", "h4", "section"];

/// A field and where it came from.
pub(super) type FieldValue<T> = Option<(T, &'static str)>;

/// Characters of a field that are read: a bound on the parser below.
const PLAIN_CHARS_MAX: usize = 1_000;

/// Character references that are escaped twice, and tags, as some JSON-LD has them.
pub(super) fn plain(text: &str) -> String {
    let text = text
        .char_indices()
        .nth(PLAIN_CHARS_MAX)
        .map_or(text, |(end, _)| &text[..end]);
    if !text.contains(['&', '<']) {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let fragment = Html::parse_fragment(text);
    let joined: String = fragment.root_element().text().collect();
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters and digits in lower case.
pub(super) fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
