//! Article text, cut into paragraphs, sentences and words once, shared by every detector.

mod quoted;

use std::sync::OnceLock;

use unicode_segmentation::UnicodeSegmentation;

use self::quoted::Quoted;
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
    /// Found when it is first asked for.
    quoted: OnceLock<Quoted>,
}

impl<'a> Text<'a> {
    /// Cuts `raw`. Never fails.
    pub fn new(raw: &'a str) -> Text<'a> {
        let paragraphs = paragraphs(raw);
        let mut sentences = Vec::with_capacity(raw.len() / 96);
        let mut words = Vec::with_capacity(raw.len() / 6);
        for paragraph in &paragraphs {
            cut_sentences(raw, paragraph, &mut sentences);
            cut_words(raw, paragraph, &mut words);
        }
        Text {
            raw,
            paragraphs,
            sentences,
            words,
            quoted: OnceLock::new(),
        }
    }

    /// The text of the word at `index`; empty past the end.
    pub fn word(&self, index: usize) -> &'a str {
        let span = self.words.get(index).cloned().unwrap_or_default();
        self.raw.get(span).unwrap_or_default()
    }

    /// What stands between the word at `index` and the next one; at the ends of the text, what
    /// stands between the word and that end.
    pub fn gap_after(&self, index: usize) -> &'a str {
        let from = self.words.get(index).map_or(self.raw.len(), |w| w.end);
        let to = self
            .words
            .get(index + 1)
            .map_or(self.raw.len(), |w| w.start);
        self.raw.get(from..to).unwrap_or_default()
    }

    /// What stands before the word at `index`, from the word before it or the start of the text.
    pub fn gap_before(&self, index: usize) -> &'a str {
        match index.checked_sub(1) {
            Some(before) => self.gap_after(before),
            None => {
                let to = self.words.first().map_or(self.raw.len(), |w| w.start);
                &self.raw[..to]
            }
        }
    }

    /// The words inside `span`, as a range of indices into `words`.
    pub fn words_in(&self, span: &Span) -> Span {
        let first = self.words.partition_point(|w| w.start < span.start);
        let end = self.words.partition_point(|w| w.start < span.end);
        first..end
    }

    fn quoted(&self) -> &Quoted {
        self.quoted
            .get_or_init(|| Quoted::new(self.raw, &self.paragraphs))
    }

    /// What stands between the quotation marks around the byte at `at`; up to the end of the
    /// paragraph where they are not closed.
    pub fn quotation(&self, at: usize) -> Option<Span> {
        self.quoted().quotation(at)
    }

    /// Whether a single quotation mark was opened before the byte at `at` in its paragraph and not
    /// closed.
    pub fn is_single_quoted(&self, at: usize) -> bool {
        self.quoted().is_single(at)
    }

    /// Whether the byte at `at` stands in round or square brackets.
    pub fn is_bracketed(&self, at: usize) -> bool {
        self.quoted().is_bracketed(at)
    }

    /// The paragraph of the byte at `at`, up to there.
    pub fn paragraph_before(&self, at: usize) -> Option<&'a str> {
        let index = self.paragraphs.partition_point(|p| p.end <= at);
        self.raw.get(self.paragraphs.get(index)?.start..at)
    }

    /// The length in words. Scripts written without spaces count two characters as one word, so
    /// that one threshold serves every language.
    pub fn length(&self) -> usize {
        let mut words = 0;
        let mut characters = 0;
        for index in 0..self.words.len() {
            let word = self.word(index);
            match word.chars().next() {
                Some(c) if script(c) == Some(Script::Han) || is_unspaced(c) => {
                    characters += word.chars().count();
                }
                _ => words += 1,
            }
        }
        words + characters / 2
    }
}

/// Thai, Lao, Burmese and Khmer: like Chinese and Japanese, written without spaces.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// A writing system, as far as telling one from another matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Script {
    /// Latin.
    Latin,
    /// Greek and Coptic.
    Greek,
    /// Cyrillic.
    Cyrillic,
    /// Armenian and Georgian.
    Caucasian,
    /// Hebrew.
    Hebrew,
    /// Arabic.
    Arabic,
    /// Devanagari and the other scripts of South Asia.
    Indic,
    /// Thai, Lao, Burmese, Khmer.
    SoutheastAsian,
    /// Hangul.
    Hangul,
    /// Han, Hiragana, Katakana, Bopomofo: Japanese mixes them in every sentence.
    Han,
}

impl Script {
    /// How many there are.
    pub const COUNT: usize = Script::Han as usize + 1;
}

/// The first `bytes` of a text at most, cut between characters.
pub fn head(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether `text` can be read at all, in whatever language: it has letters, and next to nothing that
/// is left where bytes are no text or are read in a wrong encoding. An empty text can be.
///
/// Of 4,612 texts of news and guides in 20 languages none has more than 1.4 % of such characters,
/// fewer than 57 % of letters, or more than 17 % of signs of code. Random bytes have over half.
pub fn is_legible(text: &str) -> bool {
    let (mut visible, mut broken, mut letters, mut signs) = (0_usize, 0_usize, 0_usize, 0_usize);
    for c in text.chars() {
        // Most characters of most texts.
        if c.is_ascii_alphabetic() {
            visible += 1;
            letters += 1;
        } else if !c.is_whitespace() {
            visible += 1;
            letters += usize::from(c.is_alphabetic());
            signs += usize::from(SIGNS_OF_CODE.contains(c));
            broken += usize::from(is_broken(c));
        }
    }
    broken * 33 <= visible && letters * 5 >= visible * 2 && signs * 5 <= visible
}

/// Of which programs, tables of keys and encoded bytes are full.
const SIGNS_OF_CODE: &str = "{}()=;[]<>_/\\|+*&^%$#@~";

/// Control characters, what stands for bytes that could not be read, and what no text is given.
fn is_broken(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..)
        || u32::from(c) & 0xfffe == 0xfffe
}

/// The script of a letter; `None` for digits, marks, signs and scripts not listed (Unicode block
/// ranges; enough to tell running text apart).
pub fn script(c: char) -> Option<Script> {
    if c.is_ascii() {
        return c.is_ascii_alphabetic().then_some(Script::Latin);
    }
    if !c.is_alphabetic() {
        return None;
    }
    Some(match c {
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' => Script::Cyrillic,
        '\u{530}'..='\u{58f}' | '\u{10a0}'..='\u{10ff}' => Script::Caucasian,
        '\u{590}'..='\u{5ff}' => Script::Hebrew,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Script::Arabic,
        '\u{900}'..='\u{dff}' => Script::Indic,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => {
            Script::SoutheastAsian
        }
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}' => {
            Script::Hangul
        }
        '\u{2e80}'..='\u{2fdf}'
        | '\u{3005}'..='\u{30ff}'
        | '\u{3100}'..='\u{312f}'
        | '\u{31f0}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Script::Han,
        _ => return None,
    })
}

/// Runs of lines without a blank one between them.
fn paragraphs(raw: &str) -> Vec<Span> {
    let mut paragraphs = Vec::new();
    let mut open: Option<Span> = None;
    let mut at = 0;
    for line in raw.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            paragraphs.extend(open.take());
        } else {
            let start = at + (line.len() - line.trim_start().len());
            let end = start + trimmed.len();
            open = Some(open.map_or(start, |span| span.start)..end);
        }
        at += line.len();
    }
    paragraphs.extend(open);
    paragraphs
}

/// UAX #29 never joins across white space, so each run between spaces is cut by itself; a run of
/// plain letters and digits, which is most of them, needs no table.
fn cut_words(raw: &str, paragraph: &Span, words: &mut Vec<Span>) {
    let bytes = raw.as_bytes();
    let mut at = paragraph.start;
    while at < paragraph.end {
        let start = at;
        at += plain_letters(&bytes[at..paragraph.end]);
        let plain_end = at;
        while at < paragraph.end && !bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        // "Moscow," and "(Moscow" too: what follows the letters is ASCII and cannot join.
        let rest = &bytes[plain_end..at];
        if rest
            .iter()
            .all(|b| matches!(b, b',' | b'.' | b')' | b'"' | b';' | b'!' | b'?'))
        {
            if plain_end > start {
                words.push(start..plain_end);
            }
        } else {
            let run = &raw[start..at];
            let found = run.unicode_word_indices();
            words.extend(found.map(|(offset, w)| start + offset..start + offset + w.len()));
        }
        at += 1;
    }
}

/// The bytes of the letters and digits that `bytes` begins with: ASCII, Latin-1 and Russian ones,
/// which UAX #29 joins with each other whatever else stands around them.
fn plain_letters(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += match bytes[at..] {
            [first, ..] if first.is_ascii_alphanumeric() => 1,
            // À to ÿ without × and ÷; А to п; р to я; Ё; ё.
            [0xc3, 0x80..=0x96 | 0x98..=0xb6 | 0xb8..=0xbf, ..]
            | [0xd0, 0x90..=0xbf, ..]
            | [0xd1, 0x80..=0x8f, ..]
            | [0xd0, 0x81, ..]
            | [0xd1, 0x91, ..] => 2,
            _ => return at,
        };
    }
}

/// A full stop after one of these ends no sentence. Lower case; the languages of the packs
/// together, since none of them is an ordinary last word in another.
const ABBREVIATIONS: [&str; 62] = [
    "abb", "abs", "adm", "al", "art", "bzw", "ca", "capt", "cf", "col", "dll", "dr", "dra", "drs",
    "dsb", "eds", "etc", "evtl", "fig", "gen", "ggf", "gov", "h", "hj", "hlm", "inkl", "ir", "jl",
    "jr", "kol", "lt", "lic", "maj", "mio", "mme", "mr", "mrd", "mrs", "ms", "nr", "prof", "rep",
    "rev", "rp", "sen", "sgt", "sr", "sra", "srta", "st", "str", "tgl", "usw", "vgl", "vs", "z",
    "г", "гг", "им", "тыс", "ул", "др",
];

/// Cuts at full stops, question and exclamation marks. A Latin or Cyrillic stop must be followed
/// by space and something that can begin a sentence; a CJK one ends a sentence by itself.
fn cut_sentences(raw: &str, paragraph: &Span, sentences: &mut Vec<Span>) {
    let bytes = raw.as_bytes();
    let mut start = paragraph.start;
    let mut at = start;
    while at < paragraph.end {
        let end = match bytes[at] {
            b'.' | b'!' | b'?' => stop_end(raw, paragraph, start, at, 1),
            // The lead bytes of "…" and of the CJK stops.
            0xe2 | 0xe3 | 0xef => match raw[at..].chars().next() {
                Some('…') => stop_end(raw, paragraph, start, at, 3),
                Some('。' | '\u{ff01}' | '\u{ff1f}' | '\u{ff61}') => {
                    Some(after_closers(raw, at + 3))
                }
                _ => None,
            },
            _ => None,
        };
        match end {
            Some(end) => {
                let end = end.min(paragraph.end);
                sentences.push(start..end);
                start = end
                    + (raw[end..paragraph.end].len() - raw[end..paragraph.end].trim_start().len());
                at = start;
            }
            None => at += 1,
        }
    }
    if start < paragraph.end {
        sentences.push(start..paragraph.end);
    }
}

/// Where the sentence that began at `start` ends, if the mark at `at` ends it.
fn stop_end(raw: &str, paragraph: &Span, start: usize, at: usize, len: usize) -> Option<usize> {
    let end = after_closers(raw, at + len);
    let rest = raw.get(end..paragraph.end)?;
    if rest.is_empty() {
        return Some(end);
    }
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let next = rest.trim_start().chars().next()?;
    if next.is_lowercase() || (raw.as_bytes()[at] == b'.' && is_abbreviated(&raw[start..at])) {
        return None;
    }
    Some(end)
}

/// Whether the full stop after `before` belongs to an initial, an abbreviation or an ordinal.
fn is_abbreviated(before: &str) -> bool {
    let from = before
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
    let word = &before[from..];
    if word.is_empty() || word.len() > 8 {
        return false;
    }
    let mut chars = word.chars();
    let first = chars.next();
    if chars.next().is_none() && first.is_some_and(char::is_uppercase) {
        return true;
    }
    // "3. Oktober"
    if word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// Past the quotes and brackets that close with the sentence, and further stops.
fn after_closers(raw: &str, at: usize) -> usize {
    let rest = &raw[at..];
    let closers = |c: char| {
        matches!(
            c,
            '.' | '!'
                | '?'
                | '…'
                | '"'
                | '\''
                | ')'
                | ']'
                | '”'
                | '’'
                | '»'
                | '」'
                | '』'
                | '\u{ff09}'
        )
    };
    at + (rest.len() - rest.trim_start_matches(closers).len())
}
