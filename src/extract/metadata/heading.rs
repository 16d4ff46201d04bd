//! Headings of level one, with the pieces that they are made of.

use scraper::ElementRef;

use super::field::{plain, text_of};
use crate::extract::blocks::phrases;

/// A heading of level one.
#[derive(Debug)]
pub(super) struct Heading {
    text: String,
    /// Its pieces of text: a kicker or a date often stands in the same heading as the title.
    parts: Vec<String>,
}

/// Pieces of a heading that are told apart.
const HEADING_PARTS_MAX: usize = 8;

impl Heading {
    pub(super) fn new(whole: ElementRef<'_>) -> Option<Heading> {
        let parts = whole.text().map(plain).filter(|part| !part.is_empty());
        Some(Heading {
            text: plain(&text_of(whole)?),
            parts: parts.take(HEADING_PARTS_MAX).collect(),
        })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether all its parts from one on, or up to one, say what `title` says, and the rest more.
    pub(super) fn has_part(&self, title: &str) -> bool {
        let says = |parts: &[String]| phrases::same_words(&parts.concat(), title);
        (1..self.parts.len()).any(|cut| says(&self.parts[cut..]) || says(&self.parts[..cut]))
    }
}
