//! What every detector is given: the text, its words ready to compare, and its language.

use crate::{
    lang::{Lexicon, Pack, Places, WordKey, identify_words, key},
    model::{Lang, Span},
    text::Text,
};

/// A text with what is known about its language.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The text.
    pub text: &'a Text<'a>,
    /// The key of each of its words.
    pub keys: Vec<WordKey>,
    /// Its language, as far as it is known.
    pub lang: Option<Lang>,
    /// The pack of its language; `None` where none serves it.
    pub pack: Option<&'a Pack>,
    /// The places of its language.
    pub places: Option<&'a Places>,
    /// The pack of the language that page templates are written in.
    pub templates: Option<&'a Pack>,
    /// All packs.
    pub lexicon: &'a Lexicon,
}

impl<'a> Draft<'a> {
    /// A text whose language is read from its words.
    ///
    /// `declared` is what the caller or the page names: it counts where the text does not tell by
    /// itself. Pages name their template's language too often to be asked first.
    pub fn new(text: &'a Text<'a>, declared: Option<&Lang>, lexicon: &'a Lexicon) -> Draft<'a> {
        let keys = look_up(text);
        let read = identify_words(text.raw, &keys, lexicon);
        Draft::assembled(text, keys, read.as_ref().or(declared), lexicon)
    }

    /// A text whose language is known.
    pub fn in_language(text: &'a Text<'a>, lang: Option<&Lang>, lexicon: &'a Lexicon) -> Draft<'a> {
        Draft::assembled(text, look_up(text), lang, lexicon)
    }

    /// Another text of the same article.
    pub(super) fn beside(&self, text: &'a Text<'a>) -> Draft<'a> {
        Draft {
            text,
            keys: look_up(text),
            lang: self.lang.clone(),
            pack: self.pack,
            places: self.places,
            templates: self.templates,
            lexicon: self.lexicon,
        }
    }

    fn assembled(
        text: &'a Text<'a>,
        keys: Vec<WordKey>,
        lang: Option<&Lang>,
        lexicon: &'a Lexicon,
    ) -> Draft<'a> {
        Draft {
            text,
            keys,
            lang: lang.cloned(),
            pack: lang.and_then(|lang| lexicon.pack(lang)),
            places: lang.and_then(|lang| lexicon.places(lang)),
            templates: lexicon.template_pack(),
            lexicon,
        }
    }

    /// The pack of the text's language and that of templates, each once.
    pub fn packs(&self) -> impl Iterator<Item = &'a Pack> {
        let templates = self
            .templates
            .filter(|t| self.pack.is_none_or(|pack| pack.lang != t.lang));
        self.pack.into_iter().chain(templates)
    }

    /// The lines of the text, as ranges of word indices.
    pub fn lines(&self) -> impl Iterator<Item = Span> {
        let text = self.text;
        text.paragraphs.iter().flat_map(move |paragraph| {
            let lines = text.raw[paragraph.clone()].split_inclusive('\n');
            lines.scan(paragraph.start, move |start, line| {
                let span = *start..*start + line.len();
                *start = span.end;
                Some(text.words_in(&span))
            })
        })
    }

    /// The line of the words `line`, with its punctuation.
    pub(super) fn whole_line(&self, line: &Span) -> Span {
        let raw = self.text.raw;
        let words = self.span(line.start, line.end);
        let start = raw[..words.start].rfind('\n').map_or(0, |at| at + 1);
        let end = raw[words.end..]
            .find('\n')
            .map_or(raw.len(), |at| words.end + at);
        let text = &raw[start..end];
        let start = start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }

    /// From the first to the last of the words `from..end`.
    pub fn span(&self, from: usize, end: usize) -> Span {
        let words = &self.text.words;
        let start = words.get(from).map_or(self.text.raw.len(), |w| w.start);
        start
            ..end
                .checked_sub(1)
                .and_then(|last| words.get(last))
                .map_or(start, |w| w.end)
    }

    /// Whether the word at `index` begins with a capital.
    pub fn is_capital(&self, index: usize) -> bool {
        self.text.word(index).starts_with(char::is_uppercase)
    }

    /// Whether only space or hyphens part the word at `index` from the next.
    pub fn joins_next(&self, index: usize) -> bool {
        let gap = self.text.gap_after(index);
        !gap.contains("\n\n") && gap.chars().all(|c| c == '-' || c.is_whitespace())
    }

    /// Whether a colon stands right before the word at `index`, after the word before it.
    pub fn has_colon_before(&self, index: usize) -> bool {
        let gap = self.text.gap_before(index).trim_start();
        index > 0 && gap.starts_with([':', '\u{ff1a}'])
    }

    /// Whether the byte at `at` stands inside quotation marks or brackets that its paragraph
    /// opened: what is quoted, glossed or named is no fault of the text.
    pub fn is_quoted(&self, at: usize) -> bool {
        let Some(before) = self.text.paragraph_before(at) else {
            return false;
        };
        let brackets = before.chars().fold(0_i32, |open, c| match c {
            '(' | '[' | '\u{ff08}' => open + 1,
            ')' | ']' | '\u{ff09}' => (open - 1).max(0),
            _ => open,
        });
        brackets > 0 || self.quotation(at).is_some()
    }

    /// What stands between the quotation marks around the byte at `at`; up to the end of the
    /// paragraph where they are not closed.
    pub fn quotation(&self, at: usize) -> Option<Span> {
        self.text.quotation(at)
    }
}

/// The key of each word.
fn look_up(text: &Text<'_>) -> Vec<WordKey> {
    (0..text.words.len()).map(|at| key(text.word(at))).collect()
}
