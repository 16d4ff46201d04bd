//! What a block says.

use super::{
    figures::{overlap, share},
    page::PageSums,
};
use crate::{
    extract::{
        blocks::{TextBlock, phrases},
        body::article_body::bare_text,
    },
    lines::shape,
};

impl PageSums<'_, '_> {
    /// The text by itself.
    pub(super) fn write_text(&self, block: &TextBlock, row: &mut Vec<f32>) {
        shape::write(self.cut.text_of(block), row);
    }

    /// The text as a line that is known from elsewhere.
    pub(super) fn write_lines(&self, block: &TextBlock, words: &[u32], row: &mut Vec<f32>) {
        let text = self.cut.text_of(block);
        let short = block.len() <= 160;
        let in_told = !self.told.is_empty() && self.told.contains(&bare_text(text, 48));
        let copies = self.copies.of(text);
        let known = self.hints.words;
        row.extend([
            overlap(words, &self.title),
            overlap(&self.title, words),
            overlap(words, &self.description),
            f32::from(u8::from(
                short && phrases::is_byline(text, self.hints.byline, known),
            )),
            f32::from(u8::from(short && phrases::is_date_line(text))),
            f32::from(u8::from(short && phrases::is_furniture(text, known))),
            f32::from(u8::from(short && phrases::opens_afterwards(text, known))),
            f32::from(u8::from(in_told)),
            f32::from(copies.min(9)),
        ]);
    }

    /// Marks of notes, credits, biographies and invitations, which are set like paragraphs.
    pub(super) fn write_marks(&self, block: &TextBlock, row: &mut Vec<f32>) {
        let text = self.cut.text_of(block);
        let lower = text.to_lowercase();
        let colon = text.find([':', '：']).filter(|at| *at <= LABEL_BYTES_MAX);
        let named = |name: &str| position(&lower, name);
        let author = self.authors.iter().filter_map(|name| named(name));
        let site = self.site.as_deref().and_then(named);
        row.extend([
            share(block.emphasis_bytes, block.len()),
            block.links.min(9) as f32,
            share(block.links * 100, block.len()),
            colon.map_or(-1.0, |at| at as f32),
            f32::from(u8::from(text.ends_with([')', ']', '）']))),
            f32::from(u8::from(text.ends_with(['?', '？', '؟']))),
            f32::from(u8::from(text.ends_with('…') || text.ends_with("..."))),
            f32::from(u8::from(
                lower.contains("http") || lower.contains("www.") || lower.contains('@'),
            )),
            author.reduce(f32::min).unwrap_or(-1.0),
            site.unwrap_or(-1.0),
        ]);
    }
}

/// Where `name` begins in `text`, as a share of it.
fn position(text: &str, name: &str) -> Option<f32> {
    text.find(name).map(|at| share(at, text.len()))
}

/// A label before a colon is at most this long, in bytes.
const LABEL_BYTES_MAX: usize = 40;
