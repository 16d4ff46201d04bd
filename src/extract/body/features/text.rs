//! What a block says.

use super::{
    figures::{overlap, share},
    page::PageSums,
};
use crate::extract::{
    blocks::{TextBlock, phrases},
    body::article_body::bare_text,
};

impl PageSums<'_, '_> {
    /// The text by itself.
    pub(super) fn write_text(&self, block: &TextBlock, row: &mut Vec<f32>) {
        let text = self.cut.text_of(block);
        let counts = CharCounts::of(text);
        let per = |n: u32| n as f32 / counts.chars.max(1) as f32;
        let per_word = |n: u32| n as f32 / counts.words.max(1) as f32;
        let last = text.chars().next_back().unwrap_or(' ');
        let first = text.chars().next().unwrap_or(' ');
        row.extend([
            counts.words as f32,
            per_word(counts.commas),
            per_word(counts.stops),
            per(counts.digits),
            per(counts.upper),
            per_word(counts.capitals),
            per_word(counts.short),
            per(counts.letters),
            per_word(counts.quotes),
            counts.signs as f32,
            f32::from(u8::from(phrases::ends_sentence(text))),
            f32::from(u8::from(last == ':')),
            f32::from(u8::from(first.is_lowercase())),
            f32::from(u8::from(!first.is_alphanumeric())),
        ]);
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

/// What one pass over a text counts.
#[derive(Debug, Default)]
struct CharCounts {
    chars: u32,
    letters: u32,
    upper: u32,
    digits: u32,
    commas: u32,
    stops: u32,
    quotes: u32,
    signs: u32,
    words: u32,
    capitals: u32,
    short: u32,
}

/// Characters of a block that are counted.
const COUNTED_MAX: usize = 600;

impl CharCounts {
    fn of(text: &str) -> CharCounts {
        let mut counts = CharCounts::default();
        let mut length = 0;
        for c in text.chars().take(COUNTED_MAX) {
            counts.chars += 1;
            if c.is_alphabetic() {
                counts.letters += 1;
                let upper = c.is_uppercase();
                counts.upper += u32::from(upper);
                counts.capitals += u32::from(upper && length == 0);
                length += 1;
                continue;
            }
            counts.words += u32::from(length > 0);
            counts.short += u32::from((1..=3).contains(&length));
            length = 0;
            match c {
                '0'..='9' => counts.digits += 1,
                ',' | '、' | '，' | '،' => counts.commas += 1,
                '.' | '!' | '?' | '。' | '؟' => counts.stops += 1,
                '"' | '“' | '”' | '„' | '«' | '»' => counts.quotes += 1,
                '©' | '@' | '|' | '#' | '•' | '→' | '›' | '/' => counts.signs += 1,
                _ => {}
            }
        }
        counts.words += u32::from(length > 0);
        counts
    }
}
