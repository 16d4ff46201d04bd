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
    /// It is shown, and does not lead elsewhere as a whole.
    pub(super) is_proper: bool,
}

/// Pieces of a heading that are told apart.
const HEADING_PARTS_MAX: usize = 8;

impl Heading {
    /// `is_shown` tells whether readers see it.
    pub(super) fn new(whole: ElementRef<'_>, is_shown: bool) -> Option<Heading> {
        let parts = whole.text().map(plain).filter(|part| !part.is_empty());
        let text = plain(&text_of(whole)?);
        Some(Heading {
            is_proper: is_shown && !is_linked(whole, &text),
            text,
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

/// Whether one link holds all of a heading: it leads to the front page or to a section.
fn is_linked(whole: ElementRef<'_>, text: &str) -> bool {
    let mut elements = whole.descendants().filter_map(ElementRef::wrap);
    let link = elements.find(|element| element.value().name() == "a");
    let linked = link
        .filter(|link| link.attr("href").is_some())
        .and_then(text_of);
    linked.is_some_and(|linked| phrases::same_words(&linked, text))
}
