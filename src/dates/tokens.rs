//! A text as numbers, words and marks, whatever its script.

use std::ops::Range;

/// What a text is made of, in order.
#[derive(Debug)]
pub(super) struct Line<'t>(Vec<Token<'t>>);

#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    kind: Kind<'t>,
    /// Whether white space stands before it.
    is_spaced: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind<'t> {
    Number(Number),
    Word(&'t str),
    Mark(char),
    /// It has been read already.
    Taken,
}

/// A run of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: u64,
    pub(super) digits: usize,
}

/// Tokens that are looked at: the longest dates have about thirty.
const TOKENS_MAX: usize = 60;

/// The zeros of the digits that news is written in, besides ASCII.
const ZEROS: [char; 14] = [
    '\u{660}',  // Arabic
    '\u{6f0}',  // Persian, Urdu
    '\u{966}',  // Devanagari
    '\u{9e6}',  // Bengali
    '\u{a66}',  // Gurmukhi
    '\u{ae6}',  // Gujarati
    '\u{be6}',  // Tamil
    '\u{c66}',  // Telugu
    '\u{ce6}',  // Kannada
    '\u{d66}',  // Malayalam
    '\u{e50}',  // Thai
    '\u{1040}', // Burmese
    '\u{17e0}', // Khmer
    '\u{ff10}', // full-width
];

/// Whether a date is written as ISO 8601 has it, the year first.
pub fn is_iso(text: &str) -> bool {
    let year = text.trim().as_bytes().get(..4);
    year.is_some_and(|year| year.iter().all(u8::is_ascii_digit))
}

/// How many digits a text has, in any script.
pub fn digits(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii_digit).count();
    if text.is_ascii() {
        return ascii;
    }
    ascii + text.chars().filter_map(foreign_digit).count()
}

/// Lower case, digits and marks in ASCII, nothing invisible, and abbreviations without their inner
/// dots: `a.m.` becomes `am.`.
pub(super) fn fold(text: &str) -> String {
    let plain = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.to_lowercase().chars().filter_map(plain).collect()
    };
    let plain = match plain.contains('年') {
        true => in_common_era(plain),
        false => plain,
    };
    match plain.contains('.') {
        true => without_inner_dots(&plain),
        false => plain,
    }
}

/// Years that are counted from an emperor's or the Republic of China's first, and the year before that.
const ERAS: [(&str, u32); 5] = [
    ("令和", 2018),
    ("平成", 1988),
    ("昭和", 1925),
    ("民國", 1911),
    ("民国", 1911),
];

/// `令和6年` as `2024年`; the first year of an era is called `元`.
fn in_common_era(mut text: String) -> String {
    for (era, before) in ERAS {
        let Some(at) = text.find(era) else {
            continue;
        };
        let rest = text[at + era.len()..].trim_start();
        let Some((number, _)) = rest.split_once('年') else {
            continue;
        };
        let year = match number.trim() {
            "元" => Some(1),
            number => number.parse::<u32>().ok().filter(|year| *year < 200),
        };
        if let Some(year) = year {
            let end = text.len() - rest.len() + number.len();
            text.replace_range(at..end, &(before + year).to_string());
        }
    }
    text
}

fn plain(c: char) -> Option<char> {
    match c {
        // The dot that lower-casing leaves of the Turkish capital İ, and what cannot be seen.
        '\u{307}'
        | '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => None,
        '\u{2212}' => Some('-'),
        '\u{2019}' => Some('\''),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        _ => Some(foreign_digit(c).unwrap_or(c)),
    }
}

fn foreign_digit(c: char) -> Option<char> {
    if !matches!(c, '\u{660}'..='\u{17e9}' | '\u{ff10}'..='\u{ff19}') {
        return None;
    }
    let zeros = ZEROS.iter().map(|zero| u32::from(*zero));
    let mut values = zeros.filter_map(|zero| u32::from(c).checked_sub(zero));
    let value = values.find(|value| *value < 10)?;
    char::from_digit(value, 10)
}

/// Letters before a dot that may be an abbreviation's, and after it.
const BEFORE_DOT_MAX: usize = 2;
const AFTER_DOT_MAX: usize = 3;

fn without_inner_dots(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let (mut run, mut skip_to) = (0, 0);
    for (at, c) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        if c == '.' && (1..=BEFORE_DOT_MAX).contains(&run) {
            let rest = &text[at + 1..];
            // `a. m.` is written with a space in Spanish.
            let next = rest.trim_start();
            let letters = next.chars().take_while(|c| is_letter(*c)).count();
            let after = next.chars().nth(letters);
            let is_spaced = next.len() < rest.len();
            let is_inner = match is_spaced {
                false => (1..=AFTER_DOT_MAX).contains(&letters),
                true => run == 1 && letters == 1 && matches!(after, None | Some('.')),
            };
            if is_inner && !after.is_some_and(|c| c.is_ascii_digit()) {
                skip_to = text.len() - next.len();
                continue;
            }
        }
        run = if is_letter(c) { run + 1 } else { 0 };
        joined.push(c);
    }
    joined
}

fn is_letter(c: char) -> bool {
    // Marks that stand on or within a word, of the scripts above.
    c.is_alphabetic()
        || matches!(c,
            '\u{300}'..='\u{36f}' | '\u{5b0}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' | '\u{93c}'
            | '\u{94d}' | '\u{9bc}' | '\u{9cd}' | '\u{bcd}' | '\u{c4d}' | '\u{e47}'..='\u{e4e}')
}

/// Chinese and Japanese have no spaces: each character is a word.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

impl<'t> Line<'t> {
    /// Cuts a text that was folded.
    pub(super) fn cut(folded: &'t str) -> Line<'t> {
        let mut tokens = Vec::new();
        let (mut rest, mut is_spaced) = (folded, false);
        while let Some(c) = rest.chars().next() {
            let is_in: &dyn Fn(char) -> bool = match c {
                _ if tokens.len() == TOKENS_MAX => break,
                _ if c.is_whitespace() => &char::is_whitespace,
                _ if c.is_ascii_digit() => &|c| c.is_ascii_digit(),
                _ if is_letter(c) && !is_ideograph(c) => &|c| is_letter(c) && !is_ideograph(c),
                _ => &|_| false,
            };
            let tail = &rest[c.len_utf8()..];
            let length = rest.len() - tail.trim_start_matches(is_in).len();
            let (token, after) = rest.split_at(length);
            rest = after;
            if c.is_whitespace() {
                is_spaced = true;
                continue;
            }
            let kind = match c {
                _ if c.is_ascii_digit() => Kind::Number(Number {
                    // What no 64 bits hold is no date either.
                    value: token.parse().unwrap_or(u64::MAX),
                    digits: token.len(),
                }),
                _ if is_letter(c) => Kind::Word(token),
                _ => Kind::Mark(c),
            };
            tokens.push(Token { kind, is_spaced });
            is_spaced = false;
        }
        Line(tokens)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn number(&self, at: usize) -> Option<Number> {
        match self.0.get(at)?.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn word(&self, at: usize) -> Option<&'t str> {
        match self.0.get(at)?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn mark(&self, at: usize) -> Option<char> {
        match self.0.get(at)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    /// Whether nothing is left to be read at a place: the line ends there, or it was read.
    pub(super) fn is_over(&self, at: usize) -> bool {
        let token = self.0.get(at);
        token.is_none_or(|token| matches!(token.kind, Kind::Taken))
    }

    /// Whether a token stands right behind the one before.
    pub(super) fn is_glued(&self, at: usize) -> bool {
        at > 0 && self.0.get(at).is_some_and(|token| !token.is_spaced)
    }

    /// Notes that these tokens have been read.
    pub(super) fn take(&mut self, range: Range<usize>) {
        for token in &mut self.0[range] {
            token.kind = Kind::Taken;
        }
    }

    /// The words of `range`, one space between them; `None` if anything else stands there.
    pub(super) fn words(&self, range: Range<usize>) -> Option<String> {
        let words: Option<Vec<&str>> = range.map(|at| self.word(at)).collect();
        Some(words?.join(" "))
    }
}
