//! The words of a finding with what stands around them, cut to the width of a line.

use super::{
    Mark,
    wrapped::{char_width, width},
};
use crate::model::Span;

/// Stands where something was left out.
const ELLIPSIS: &str = "…";

/// Words in their context. White space is plain spaces: an excerpt is one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// What precedes in the same paragraph.
    pub before: String,
    /// The words; their middle is left out where they are too long.
    pub words: String,
    /// What follows in the same paragraph.
    pub after: String,
    /// The number of the paragraph, from 1.
    pub paragraph: usize,
}

impl Excerpt {
    /// The words of a finding; those that are no part of the body stand alone.
    pub fn of(body: &str, mark: &Mark<'_>, columns: usize) -> Option<Excerpt> {
        let Some(left_out) = mark.left_out else {
            return Excerpt::new(body, &mark.span, columns);
        };
        Some(Excerpt {
            before: String::new(),
            words: one_line(&shorten(left_out, columns)),
            after: String::new(),
            paragraph: body
                .get(..mark.span.start)?
                .trim_end()
                .matches("\n\n")
                .count()
                + 1,
        })
    }

    /// Cuts `columns` columns of a terminal around `span`. `None` if it points outside `body` or
    /// at nothing.
    pub fn new(body: &str, span: &Span, columns: usize) -> Option<Excerpt> {
        let words = body.get(span.clone()).filter(|words| !words.is_empty())?;
        let (first, rest) = match words.split_once("\n\n") {
            Some((first, _)) => (first, ELLIPSIS),
            None => (words, ""),
        };
        let start = body[..span.start].rfind("\n\n").map_or(0, |at| at + 2);
        let first_end = span.start + first.len();
        let end = body[first_end..]
            .find("\n\n")
            .map_or(body.len(), |at| first_end + at);

        let words = shorten(first, columns * 3 / 4) + rest;
        let left = &body[start..span.start];
        let right = &body[first_end..end];
        let room = columns.saturating_sub(width(&words));
        let (left_room, right_room) = share(room, width(left), width(right));
        Some(Excerpt {
            before: one_line(&tail(left, left_room)),
            words: one_line(&words),
            after: one_line(&head(right, right_room)),
            paragraph: body[..start].matches("\n\n").count() + 1,
        })
    }
}

/// Halves the room, and gives to one side what the other does not need.
fn share(room: usize, left: usize, right: usize) -> (usize, usize) {
    let half = room / 2;
    if left <= half {
        (left, room - left)
    } else if right <= half {
        (room - right, right)
    } else {
        (half, room - half)
    }
}

/// Leaves out the middle of what is wider than `columns`.
fn shorten(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_string();
    }
    let kept = columns.saturating_sub(3);
    let (first, last) = (first_words(text, kept * 2 / 3), last_words(text, kept / 3));
    format!("{} {ELLIPSIS} {}", first.trim_end(), last.trim_start())
}

/// The first `columns` columns.
fn head(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_string();
    }
    let kept = first_words(text, columns.saturating_sub(2));
    format!("{} {ELLIPSIS}", kept.trim_end())
}

/// The last `columns` columns. The space before the words stays.
fn tail(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_string();
    }
    let kept = last_words(text, columns.saturating_sub(2));
    format!("{ELLIPSIS} {}", kept.trim_start())
}

/// The longest beginning within `columns` that ends with a word, or with a letter where no word
/// ends.
fn first_words(text: &str, columns: usize) -> &str {
    let cut = prefix(text, columns);
    let words = cut.rfind(char::is_whitespace).map(|at| &cut[..at]);
    words.unwrap_or(cut)
}

/// The longest end within `columns` that begins with a word, or with a letter where no word does.
fn last_words(text: &str, columns: usize) -> &str {
    let cut = suffix(text, columns);
    let words = cut
        .trim_end()
        .find(char::is_whitespace)
        .map(|at| &cut[at..]);
    words.unwrap_or(cut)
}

fn prefix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += char_width(*c);
        used > columns
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

fn suffix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let start = text.char_indices().rev().find(|(_, c)| {
        used += char_width(*c);
        used > columns
    });
    &text[start.map_or(0, |(at, c)| at + c.len_utf8())..]
}

fn one_line(text: &str) -> String {
    text.replace(char::is_whitespace, " ")
}
