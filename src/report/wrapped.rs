//! Text in the columns that a terminal has.

use textwrap::{Options, core::display_width};

/// `text` behind `name`, in lines of so many columns that all begin where the first one does.
pub fn hung(name: &str, text: &str, columns: usize) -> String {
    if text.is_empty() {
        return name.to_string();
    }
    let under = " ".repeat(display_width(name));
    let options = Options::new(columns)
        .initial_indent(name)
        .subsequent_indent(&under)
        .break_words(false);
    textwrap::fill(text, options)
}

/// Columns of a text. White space is told as the plain spaces that are shown in its place.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns of one character: none for a combining mark, two for a wide one.
pub(super) fn char_width(c: char) -> usize {
    match c.is_whitespace() {
        true => 1,
        false => display_width(c.encode_utf8(&mut [0; 4])),
    }
}
