//! A name that nothing marks as an author's: it stands alone beside the date, between the headline and the
//! text.

use super::{
    names::{PARTICLES, is_one_name},
    vocabulary::Vocabulary,
};
use crate::{
    extract::blocks::phrases,
    lang::{PageList, PageWords},
};

/// The head of an article has at most so many nodes, and one piece of text of so many bytes: its standfirst.
const HEAD_NODES: usize = 40;
const PROSE_BYTES_MIN: usize = 100;
/// What sets a name and a date apart that stand in one line.
const PARTING: [&str; 8] = [" — ", " – ", " - ", " | ", " · ", " • ", "\u{a0}", "  "];
/// Bytes of a name, and its words.
const NAME_BYTES: std::ops::RangeInclusive<usize> = 6..=48;
const NAME_WORDS: std::ops::RangeInclusive<usize> = 2..=4;

/// The name that stands so, if there is one.
#[derive(Debug, Default)]
pub(super) struct PlacedAuthor {
    /// The node after the headline.
    head: Option<usize>,
    /// The standfirst has been passed.
    has_prose: bool,
    /// The piece before is a date.
    is_dated: bool,
    /// The piece before has the shape of a name.
    pending: Option<String>,
    found: Option<String>,
}

impl PlacedAuthor {
    /// Notes the headline, by the node after it.
    pub(super) fn headline(&mut self, end: usize) {
        *self = PlacedAuthor {
            head: Some(end),
            ..PlacedAuthor::default()
        };
    }

    /// Looks at one piece of text; `is_linked` tells whether it leads elsewhere.
    pub(super) fn piece(
        &mut self,
        text: &str,
        at: usize,
        is_linked: impl Fn() -> bool,
        vocabulary: &Vocabulary<'_>,
    ) {
        let Some(head) = self.head.filter(|_| self.found.is_none()) else {
            return;
        };
        let text = text.trim();
        if at < head || text.is_empty() {
            return;
        }
        let is_prose = text.len() >= PROSE_BYTES_MIN;
        if at - head > HEAD_NODES || (is_prose && self.has_prose) {
            self.head = None;
            return;
        }
        if is_prose {
            (self.has_prose, self.is_dated, self.pending) = (true, false, None);
            return;
        }
        if let Some(name) = beside_date(text, vocabulary) {
            self.found = Some(name.to_string());
            return;
        }
        // "Photo: Bob Ray" stands between the one who wrote and the date.
        if self.pending.is_some()
            && vocabulary
                .words
                .opens(PageList::CreditedOtherwise, &text.to_lowercase())
        {
            return;
        }
        let is_date = phrases::is_date_line(text);
        let before = self.pending.take();
        if is_date && before.is_some() {
            self.found = before;
        } else if is_person(text, vocabulary) && !is_linked() {
            match self.is_dated {
                true => self.found = Some(text.to_string()),
                false => self.pending = Some(text.to_string()),
            }
        }
        self.is_dated = is_date;
    }

    /// The name, if there is one.
    pub(super) fn name(&self) -> Option<&str> {
        self.found.as_deref()
    }
}

/// The name in a line that has one and a date and nothing else: "Ann Lee · 5 May 2025".
fn beside_date<'t>(text: &'t str, vocabulary: &Vocabulary<'_>) -> Option<&'t str> {
    let sides = PARTING.iter().filter_map(|mark| {
        let (left, right) = text.split_once(mark)?;
        Some((
            left.trim(),
            right.trim_matches(|c: char| c.is_whitespace() || "—–-|·•".contains(c)),
        ))
    });
    let sides = sides.flat_map(|(left, right)| [(left, right), (right, left)]);
    let mut named = sides.filter(|(name, date)| {
        phrases::is_date_line(date) && !phrases::is_date_line(name) && is_person(name, vocabulary)
    });
    named.next().map(|(name, _)| name)
}

/// Whether a line is built as a full name is, and says nothing else that pages say there.
fn is_person(text: &str, vocabulary: &Vocabulary<'_>) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((first, last)) = words.first().zip(words.last()) else {
        return false;
    };
    let is_part = |word: &&str| is_name_word(word) || PARTICLES.contains(word);
    NAME_BYTES.contains(&text.len())
        && NAME_WORDS.contains(&words.len())
        && is_name_word(first)
        && is_name_word(last)
        && words.iter().all(is_part)
        && !is_listed(text, vocabulary.words)
        && !words.iter().any(|word| vocabulary.dates.is_month(word))
        && is_one_name(text, vocabulary)
}

/// `Ann`, `J.`, `O'Neill`, `Jean-Paul`: one capital and small letters, or a lone initial.
fn is_name_word(word: &str) -> bool {
    let mut letters = word.chars();
    let is_initial = word.ends_with('.') && word.chars().count() <= 3;
    letters.next().is_some_and(char::is_uppercase)
        && (is_initial
            || (letters.any(char::is_lowercase)
                && word
                    .chars()
                    .all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))))
}

fn is_listed(text: &str, words: &PageWords) -> bool {
    let lower = text.to_lowercase();
    let is_role = |word: &str| words.is(PageList::Roles, word);
    words.is(PageList::Furniture, &lower)
        || words.is(PageList::Afterwards, &lower)
        || words.ends(PageList::Groups, &lower)
        || lower.split_whitespace().any(is_role)
}
