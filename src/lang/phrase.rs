//! Stock phrases, matched loosely: case, punctuation and optional words do not matter.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

use unicode_segmentation::UnicodeSegmentation;

/// What a word is compared by: see [`key`].
pub type WordKey = u64;

/// A [`WordKey`] is a hash already.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = fnv(self.0, bytes);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// A set of words.
pub type KeySet = HashSet<WordKey, BuildHasherDefault<KeyHasher>>;
/// A map from words.
pub type KeyMap<V> = HashMap<WordKey, V, BuildHasherDefault<KeyHasher>>;

/// The words that one `*` stands for, at most.
const WILD_MAX: usize = 6;

/// 64-bit FNV-1a (Fowler, Noll, Vo): stable over releases and machines, so it may be stored.
pub const fn fnv(seed: u64, bytes: &[u8]) -> u64 {
    let mut hash = seed;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x100_0000_01b3);
        at += 1;
    }
    hash
}

/// Where [`fnv`] starts.
pub const FNV_SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// A hash of `word` in lower case, with one form for every apostrophe and for the Russian ё.
pub fn key(word: &str) -> WordKey {
    key_onward(FNV_SEED, word)
}

/// The [`key`] of two words with a space between them.
pub(super) fn key_of_two(first: WordKey, second: &str) -> WordKey {
    key_onward(fnv(first, b" "), second)
}

/// The [`key`]s of what a word begins with, from its first letter to the whole.
pub(super) fn prefix_keys(word: &str) -> impl Iterator<Item = WordKey> {
    word.chars().scan(FNV_SEED, |hash, c| {
        *hash = key_onward(*hash, c.encode_utf8(&mut [0; 4]));
        Some(*hash)
    })
}

fn key_onward(seed: u64, word: &str) -> WordKey {
    if word.is_ascii() {
        return word
            .bytes()
            .fold(seed, |hash, byte| fnv(hash, &[byte.to_ascii_lowercase()]));
    }
    let mut buffer = [0; 4];
    let mut add = |hash, c: char| fnv(hash, c.encode_utf8(&mut buffer).as_bytes());
    word.chars().fold(seed, |hash, c| match c {
        // Most letters of the packs' languages, without a look into Unicode's tables.
        'a'..='z' | 'а'..='я' | 'ß'..='ö' | 'ø'..='ÿ' => add(hash, c),
        '’' | 'ʼ' | '‘' => add(hash, '\''),
        'ё' | 'Ё' => add(hash, 'е'),
        // The dot that lower-casing leaves of the Turkish capital İ.
        'İ' => add(hash, 'i'),
        other => other.to_lowercase().fold(hash, &mut add),
    })
}

/// The keys of the words of `text`.
pub fn keys(text: &str) -> Vec<WordKey> {
    text.unicode_words().map(key).collect()
}

/// What may stand after a phrase in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing, or another phrase.
    Nothing,
    /// A colon, then anything.
    Colon,
    /// Anything.
    Anything,
}

#[derive(Debug, Clone, PartialEq)]
enum Element {
    /// One of these runs of words; an empty run makes it optional.
    OneOf(Vec<Vec<WordKey>>),
    /// Between `min` and [`WILD_MAX`] words of any kind.
    Wild { min: usize },
}

/// A pattern over words, written as they read:
///
/// ```text
/// leave a (reply|comment) to? *?     alternatives, an optional word, optional words of any kind
/// read also:                         a colon must follow, then anything
/// copyright * all rights reserved …  anything may follow
/// … as an ai language model i …      anything may stand before and after
/// ```
///
/// A hyphen joins the words of one alternative: `e-mail|email`. Endings stand in braces: `ship{,s,ping}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    elements: Vec<Element>,
    /// Whether it may stand anywhere in a line, not just at its start.
    pub floats: bool,
    /// What may follow.
    pub tail: Tail,
}

impl Phrase {
    /// Reads a pattern; the error says what is wrong with it.
    pub fn parse(pattern: &str) -> Result<Phrase, String> {
        let mut rest = pattern.trim();
        let mut floats = false;
        let mut tail = Tail::Nothing;
        if let Some(after) = rest.strip_prefix('…') {
            (rest, floats) = (after.trim_start(), true);
        }
        if let Some(before) = rest.strip_suffix('…') {
            (rest, tail) = (before.trim_end(), Tail::Anything);
        } else if let Some(before) = rest.strip_suffix(':') {
            (rest, tail) = (before.trim_end(), Tail::Colon);
        }
        let elements = with_endings(rest)
            .split_whitespace()
            .map(|part| element(part).ok_or_else(|| format!("`{part}` has no words in it")))
            .collect::<Result<Vec<_>, _>>()?;
        let phrase = Phrase {
            elements,
            floats,
            tail,
        };
        match phrase
            .elements
            .iter()
            .find(|element| !element.is_optional())
        {
            Some(Element::OneOf(_)) => Ok(phrase),
            _ => Err("a phrase needs a word that is not optional, before any `*`".to_string()),
        }
    }

    /// The words that it can begin with, each with the one behind it where there are few.
    fn openings(&self) -> Vec<(WordKey, Option<WordKey>)> {
        let optional = self.elements.iter().take_while(|e| e.is_optional()).count();
        let last = optional.min(self.elements.len() - 1);
        let openings = |at: usize| {
            // Where the next element may be left out, or is anything, any word may follow.
            let next = self.elements.get(at + 1).filter(|next| !next.is_optional());
            let next = next.map(Element::runs).filter(|runs| !runs.is_empty());
            let runs = self.elements[at].runs().iter();
            runs.flat_map(move |run| match (run.as_slice(), next) {
                ([], _) => Vec::new(),
                ([first], None) => vec![(*first, None)],
                ([first], Some(next)) => {
                    let seconds = next.iter().filter_map(|run| run.first());
                    seconds.map(|second| (*first, Some(*second))).collect()
                }
                ([first, second, ..], _) => vec![(*first, Some(*second))],
            })
        };
        let mut all: Vec<_> = (0..=last).flat_map(openings).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Element {
    fn runs(&self) -> &[Vec<WordKey>] {
        match self {
            Element::OneOf(runs) => runs,
            Element::Wild { .. } => &[],
        }
    }

    fn is_optional(&self) -> bool {
        match self {
            Element::OneOf(runs) => runs.iter().any(Vec::is_empty),
            Element::Wild { min } => *min == 0,
        }
    }
}

/// A pattern with each word that has endings in braces written out: `(ship{,s}|boat)` is
/// `(ship|ships|boat)`.
pub(super) fn with_endings(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains('{') {
        return pattern.into();
    }
    let parts = pattern.split_whitespace().map(|part| {
        if !part.contains('{') {
            return part.to_string();
        }
        let (part, optional) = match part.strip_suffix('?') {
            Some(part) => (part, "?"),
            None => (part, ""),
        };
        let words = part.trim_start_matches('(').trim_end_matches(')');
        let words: Vec<_> = words.split('|').flat_map(written_out).collect();
        format!("({}){optional}", words.join("|"))
    });
    parts.collect::<Vec<_>>().join(" ").into()
}

fn written_out(word: &str) -> Vec<String> {
    let endings = word.split_once('{').and_then(|(stem, rest)| {
        let (endings, after) = rest.split_once('}')?;
        Some((stem, endings, written_out(after)))
    });
    let Some((stem, endings, after)) = endings else {
        return vec![word.to_string()];
    };
    let with = |ending| {
        after
            .iter()
            .map(move |after| format!("{stem}{ending}{after}"))
    };
    endings.split(',').flat_map(with).collect()
}

fn element(part: &str) -> Option<Element> {
    let (part, optional) = match part.strip_suffix('?') {
        Some(part) => (part, true),
        None => (part, false),
    };
    if part == "*" {
        return Some(Element::Wild {
            min: usize::from(!optional),
        });
    }
    let part = part.trim_start_matches('(').trim_end_matches(')');
    let mut runs: Vec<_> = part.split('|').map(keys).collect();
    if runs.iter().any(Vec::is_empty) {
        return None;
    }
    if optional {
        runs.push(Vec::new());
    }
    Some(Element::OneOf(runs))
}

/// Whether `keys` begin with `run`: of a word or two, and mostly not with the first.
fn begins(keys: &[WordKey], run: &[WordKey]) -> bool {
    run.len() <= keys.len() && run.iter().zip(keys).all(|(one, other)| one == other)
}

/// The end of the longest match of `elements` in `keys` from `at` that `accept` allows.
fn end(
    elements: &[Element],
    keys: &[WordKey],
    at: usize,
    accept: &dyn Fn(usize) -> bool,
) -> Option<usize> {
    let Some((first, rest)) = elements.split_first() else {
        return accept(at).then_some(at);
    };
    match first {
        Element::OneOf(runs) => runs
            .iter()
            .filter(|run| keys.get(at..).is_some_and(|tail| begins(tail, run)))
            .filter_map(|run| end(rest, keys, at + run.len(), accept))
            .max(),
        Element::Wild { min } => (*min..=WILD_MAX.min(keys.len().saturating_sub(at)))
            .filter_map(|skipped| end(rest, keys, at + skipped, accept))
            .max(),
    }
}

/// A phrase found in a text.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a, T> {
    /// The phrase.
    pub phrase: &'a Phrase,
    /// What it is filed under.
    pub family: T,
    /// The index of the word after its last.
    pub end: usize,
}

/// What two words in a row are filed under.
fn two(first: WordKey, second: WordKey) -> WordKey {
    first.rotate_left(1) ^ second
}

/// Phrases by their first words, so that a text is looked through once for all of them.
#[derive(Debug, Clone)]
pub struct PhraseBook<T> {
    phrases: Vec<(Phrase, T)>,
    /// Words that begin one.
    first: KeySet,
    /// By the first word, where any may follow.
    by_one: KeyMap<Vec<usize>>,
    /// By the first two: many begin with a word that every sentence has.
    by_two: KeyMap<Vec<usize>>,
}

impl<T> Default for PhraseBook<T> {
    fn default() -> PhraseBook<T> {
        PhraseBook {
            phrases: Vec::new(),
            first: KeySet::default(),
            by_one: KeyMap::default(),
            by_two: KeyMap::default(),
        }
    }
}

impl<T: Copy> PhraseBook<T> {
    /// Files a phrase under `family`.
    pub fn add(&mut self, phrase: Phrase, family: T) {
        for (first, second) in phrase.openings() {
            self.first.insert(first);
            let of_opening = match second {
                None => self.by_one.entry(first),
                Some(second) => self.by_two.entry(two(first, second)),
            };
            of_opening.or_default().push(self.phrases.len());
        }
        self.phrases.push((phrase, family));
    }

    /// Whether any phrase begins with `word`.
    pub fn begins_with(&self, word: WordKey) -> bool {
        self.first.contains(&word)
    }

    /// The phrases that match the words of `keys` from `at` on. `accept` says whether a phrase with
    /// such a tail may end before the word at an index.
    pub fn at<'a>(
        &'a self,
        keys: &'a [WordKey],
        at: usize,
        accept: &'a dyn Fn(Tail, usize) -> bool,
    ) -> impl Iterator<Item = Hit<'a, T>> {
        let first = keys.get(at).filter(|first| self.first.contains(first));
        let second = first.and_then(|_| keys.get(at + 1));
        let pair = first.zip(second);
        let by_one = first.and_then(|first| self.by_one.get(first));
        let by_two = pair.and_then(|(first, second)| self.by_two.get(&two(*first, *second)));
        let candidates = by_one.into_iter().chain(by_two).flatten();
        candidates.filter_map(move |&index| {
            let (phrase, family) = self.phrases.get(index)?;
            let accept = |end| accept(phrase.tail, end);
            Some(Hit {
                phrase,
                family: *family,
                end: end(&phrase.elements, keys, at, &accept)?,
            })
        })
    }
}
