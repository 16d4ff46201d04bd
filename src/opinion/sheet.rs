//! The text that is sent: numbered lines, and where they stood.

use super::folded::Folded;
use crate::{
    model::{Lang, Span},
    text::Text,
};

/// Words of body that are sent at most: what most articles have, and about 2,200 tokens.
const WORDS_MAX: usize = 1_500;

/// Bytes of body that are sent at most, whatever its words are.
const BYTES_MAX: usize = 24_000;

/// Bytes of a headline that are sent at most.
const TITLE_MAX: usize = 500;

/// A text ready to be sent, and to be searched for what is quoted from it.
#[derive(Debug)]
pub struct Sheet<'a> {
    pub(super) title: Text<'a>,
    pub(super) body: Text<'a>,
    pub(super) lang: Option<&'a Lang>,
    /// Number 0 is the headline, if there is one.
    pub(super) lines: Vec<Line>,
    /// Its end was left out.
    pub(super) is_cut: bool,
}

/// A paragraph of a sheet.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) folded: Folded,
    /// Where the raw text of the paragraph begins in the body or in the headline.
    pub(super) start: usize,
}

impl<'a> Sheet<'a> {
    /// The sheet of a text. What is too long is cut at a paragraph, or within the first.
    pub fn new(title: Option<&'a str>, body: &'a str, lang: Option<&'a Lang>) -> Sheet<'a> {
        let title = Text::new(title.map_or("", |title| within(title, TITLE_MAX)));
        let body = Text::new(body);
        let mut lines = Vec::new();
        lines.extend(line(0, title.raw, 0));
        let (mut words, mut bytes) = (0, 0);
        let mut is_cut = false;
        for (number, paragraph) in (1..).zip(&body.paragraphs) {
            words += body.words_in(paragraph).len();
            bytes += paragraph.len();
            is_cut = words > WORDS_MAX || bytes > BYTES_MAX;
            if is_cut && number > 1 {
                break;
            }
            let sent = match is_cut {
                true => beginning(&body, paragraph),
                false => paragraph.clone(),
            };
            lines.extend(line(number, &body.raw[sent], paragraph.start));
            if is_cut {
                break;
            }
        }
        Sheet {
            title,
            body,
            lang,
            lines,
            is_cut,
        }
    }

    /// What the line is a part of.
    pub(super) fn text_of(&self, line: &Line) -> &Text<'a> {
        match line.number {
            0 => &self.title,
            _ => &self.body,
        }
    }

    pub(super) fn line(&self, number: u32) -> Option<&Line> {
        self.lines.iter().find(|line| line.number == number)
    }
}

fn line(number: u32, raw: &str, start: usize) -> Option<Line> {
    let folded = Folded::new(raw);
    (!folded.text.is_empty()).then_some(Line {
        number,
        folded,
        start,
    })
}

/// As much of a paragraph as may be sent.
fn beginning(body: &Text<'_>, paragraph: &Span) -> Span {
    let words = body.words_in(paragraph);
    let last = (words.start + WORDS_MAX).min(words.end).checked_sub(1);
    let end = last.and_then(|last| body.words.get(last));
    let end = end.map_or(paragraph.end, |word| word.end);
    let sent = within(&body.raw[paragraph.start..end], BYTES_MAX);
    paragraph.start..paragraph.start + sent.len()
}

/// The beginning of a text, whole characters within `bytes`.
fn within(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev();
    let mut ends = end.filter(|end| text.is_char_boundary(*end));
    &text[..ends.next().unwrap_or(0)]
}
