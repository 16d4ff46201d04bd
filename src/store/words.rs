//! The words that articles are found by. Scripts that put no space between words are cut at every
//! letter instead, in what is kept and in what is asked, so that a run of letters is found wherever it
//! stands.

use crate::model::Article;

/// Characters of an article that can be found: the rest of a longer one cannot.
const CHARACTERS_MAX: usize = 100_000;
/// Words and phrases of one question.
const TERMS_MAX: usize = 16;

/// The searchable text of an article.
pub(super) fn searchable(title: Option<&str>, body: &str) -> String {
    let title = title.unwrap_or_default();
    spaced(title.chars().chain(['\n']).chain(body.chars()))
}

/// The same of an article as it was read.
pub(super) fn words_of(article: &Article) -> String {
    searchable(article.title.as_deref(), &article.body)
}

/// A word or a phrase that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// Cut as the searchable texts are.
    pub(super) words: String,
    /// The last word may go on.
    pub(super) is_start: bool,
}

/// What somebody asked for: every word and every phrase in quotation marks, a `*` after a word standing
/// for its endings. Empty where nothing is left to look for.
pub(super) fn terms(asked: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    // What stands between quotation marks is every second piece.
    for (at, piece) in asked.split(['"', '“', '”', '„']).enumerate() {
        match at % 2 {
            1 => terms.extend(term(piece)),
            _ => terms.extend(piece.split_whitespace().filter_map(term)),
        }
    }
    terms.truncate(TERMS_MAX);
    terms
}

fn term(words: &str) -> Option<Term> {
    words.contains(char::is_alphanumeric).then(|| Term {
        words: spaced(words.chars()).trim().to_string(),
        is_start: words.ends_with('*'),
    })
}

fn spaced(text: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for c in text.take(CHARACTERS_MAX) {
        match c {
            '"' | '\0' => out.push(' '),
            c if stands_alone(c) => out.extend([' ', c, ' ']),
            c => out.push(c),
        }
    }
    out
}

/// Scripts written without spaces (UAX #14, 5.1: ideographs, kana, and what a dictionary breaks).
fn stands_alone(c: char) -> bool {
    matches!(
        c,
        '\u{0e00}'..='\u{0eff}'       // Thai, Lao
            | '\u{1000}'..='\u{109f}' // Myanmar
            | '\u{1780}'..='\u{17ff}' // Khmer
            | '\u{3040}'..='\u{30ff}' // Kana
            | '\u{3400}'..='\u{9fff}' // Han
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3fffd}'
    )
}
