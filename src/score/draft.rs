//! What every detector is given: the text, its words ready to compare, and its language.

use std::cell::OnceCell;

use super::native_usage::{NativeUsage, use_of};
use crate::{
    dates::Customs,
    lang::{Lexicon, Pack, Places, TopicWord, WordKey, Wordings, identify_words, key},
    model::{Article, Lang, Span},
    text::{Script, Text, script},
    usage::{Heard, USES_MAX, Usage},
};

/// Words of a quotation that may be a title.
const TITLE_WORDS_MAX: usize = 7;

/// Words before and after a wording that are read as its sentence or paragraph. No sentence is so long;
/// a page that has one must not make every wording of it as dear as the whole.
const AROUND_MAX: usize = 400;

/// What may stand between the last word of a sentence and its full stop.
const CLOSERS: [char; 7] = ['"', '”', '»', '\'', '’', ')', ']'];

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
    /// What betrays a translation into its language.
    pub wordings: Option<&'a Wordings>,
    /// The places of its language.
    pub places: Option<&'a Places>,
    /// The pack of the language that page templates are written in.
    pub templates: Option<&'a Pack>,
    /// All packs.
    pub lexicon: &'a Lexicon,
    /// What each word tells of topics; looked up when first asked for.
    topics: OnceCell<Vec<TopicWord>>,
    /// The article that it is the body of.
    pub(super) article: Option<&'a Article>,
    /// What is known of how its language is used.
    pub(super) usage: NativeUsage<'a>,
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
            wordings: self.wordings,
            places: self.places,
            templates: self.templates,
            lexicon: self.lexicon,
            topics: OnceCell::new(),
            article: None,
            usage: NativeUsage::default(),
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
            wordings: lang.and_then(|lang| lexicon.wordings(lang)),
            places: lang.and_then(|lang| lexicon.places(lang)),
            templates: lexicon.template_pack(),
            lexicon,
            topics: OnceCell::new(),
            article: None,
            usage: NativeUsage::default(),
        }
    }

    /// The same with what is known of the usage of languages.
    #[must_use]
    pub fn among(self, usage: &'a Usage) -> Draft<'a> {
        Draft {
            usage: NativeUsage::new(usage, self.lang.as_ref()),
            ..self
        }
    }

    /// The same as the body of an article.
    #[must_use]
    pub(super) fn of(self, article: &'a Article) -> Draft<'a> {
        Draft {
            article: Some(article),
            ..self
        }
    }

    /// The pack of the text's language and that of templates, each once.
    pub fn packs(&self) -> impl Iterator<Item = &'a Pack> + Clone {
        let templates = self
            .templates
            .filter(|t| self.pack.is_none_or(|pack| pack.lang != t.lang));
        self.pack.into_iter().chain(templates)
    }

    /// What the word at `at` tells of topics.
    pub(super) fn topic(&self, at: usize) -> TopicWord {
        let topics = self.topics.get_or_init(|| {
            let all = 0..self.keys.len();
            self.wordings.map_or_else(Vec::new, |wordings| {
                let told = all.map(|at| wordings.topics.of(self.text.word(at)));
                told.collect()
            })
        });
        topics.get(at).copied().unwrap_or_default()
    }

    /// How texts of its language write dates and times.
    pub(super) fn customs(&self) -> Option<Customs<'a>> {
        self.lexicon.dates().customs(self.lang.as_ref()?)
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

    /// The words of the line that holds the word at `at`.
    pub(super) fn line(&self, at: usize) -> Span {
        self.text.words_in(&self.whole_line(&(at..at + 1)))
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

    /// The words of the sentence that holds the first of `words`, up to [`AROUND_MAX`] on either side.
    pub(super) fn sentence(&self, words: &Span) -> Span {
        self.around(words, &self.text.sentences)
    }

    /// The words of the paragraph that holds the first of `words`, up to [`AROUND_MAX`] on either side.
    pub(super) fn paragraph(&self, words: &Span) -> Span {
        self.around(words, &self.text.paragraphs)
    }

    fn around(&self, words: &Span, parts: &[Span]) -> Span {
        let from = self.span(words.start, words.start + 1).start;
        let index = parts.partition_point(|part| part.end <= from);
        let Some(part) = parts.get(index) else {
            return words.clone();
        };
        let part = self.text.words_in(part);
        let start = part.start.max(words.start.saturating_sub(AROUND_MAX));
        start..part.end.min(words.end + AROUND_MAX)
    }

    /// Whether the words stand in a quotation of a few words: a title, or a term that is spoken about.
    /// In a longer one somebody speaks, and what he says was translated too.
    pub(super) fn is_title(&self, words: &Span) -> bool {
        let quoted = self.quotation(self.span(words.start, words.end).start);
        quoted.is_some_and(|quoted| self.text.words_in(&quoted).len() <= TITLE_WORDS_MAX)
    }

    /// Whether the words `line` end with what ends a sentence.
    pub(super) fn ends_sentence(&self, line: &Span) -> bool {
        let gap = self.text.gap_after(line.end.saturating_sub(1));
        let gap = gap.trim_start_matches(CLOSERS).trim_start();
        gap.starts_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।'])
    }

    /// Whether the word at `index` is one of a script that is written without spaces, where every
    /// character may be cut as a word.
    pub(super) fn is_unspaced(&self, index: usize) -> bool {
        let first = self.text.word(index).chars().next();
        first.is_some_and(|c| matches!(script(c), Some(Script::Han | Script::SoutheastAsian)))
    }

    /// Whether enough independent hosts write these words of the text, whole and in this order, so
    /// that they are native usage whatever a rule thinks of them. What is asked about is what the
    /// stream learns: ask about all that would else be marked, and nothing more.
    pub(super) fn is_native(&self, words: &Span) -> bool {
        self.usage.is_native(use_of(&self.keys, words))
    }

    /// What the text shows of its language: what rules asked about, and words with a capital amid a
    /// sentence, which do not follow another one.
    pub(super) fn heard(&self) -> Option<Heard> {
        let lang = self.lang.clone().filter(|_| self.pack.is_some())?;
        let mut uses = self.usage.asked();
        let is_amid =
            |at: usize| self.joins_next(at - 1) && self.is_capital(at) && !self.is_capital(at - 1);
        for at in (1..self.keys.len()).filter(|at| is_amid(*at)) {
            if uses.len() >= USES_MAX {
                break;
            }
            uses.insert(use_of(&self.keys, &(at..at + 1)));
        }
        let uses = uses.into_iter().collect();
        Some(Heard { lang, uses })
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
        self.text.is_bracketed(at) || self.quotation(at).is_some()
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
