//! Which articles are copies of each other, told from their bodies alone.
//!
//! A body becomes a set of hashed shingles, and of these the smallest are kept: the sketch of
//! A. Broder, "On the resemblance and containment of documents" (1997). The share of equal
//! elements among the smallest of two sketches estimates the resemblance of the sets, their
//! Jaccard coefficient. The very smallest elements are also keys: two texts with resemblance `r`
//! have none of [`KEYS`] keys in common with a probability of `(1 - r)^KEYS`, so that whoever looks
//! up articles by key and then compares sketches misses few copies and pairs no others.
//!
//! A shingle is three long words in a row. Short ones ("of the") are left out: they make texts of one
//! language look alike. Of pairs, which a copyist's changes break less often, one key in three would
//! lead to other articles too, and at a million articles to hundreds; of triples one in twenty
//! does. SimHash (Charikar 2002; Manku,
//! Jain and Sarma 2007), which finds pages that differ in a few words, is beaten by the rewriting
//! that news goes through; `cargo bench --bench copies` measures both.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use crate::{
    lang::{FNV_SEED, fnv},
    model::{Article, BlockKind},
    text::{Script, script},
};

/// Elements of a sketch. The error of an estimated resemblance `r` is `sqrt(r (1 - r) / 128)`:
/// 0.027 at [`COPY_AT`].
pub const SKETCH: usize = 128;

/// Elements of a sketch that it is looked up by.
pub const KEYS: usize = 16;

/// The resemblance from which two texts are copies. A text with 15 % of its words changed, a fifth
/// of its paragraphs dropped and fifty foreign words around it keeps 0.19 in 99 cases of 100; two
/// articles about one subject reach 0.04.
pub const COPY_AT: f64 = 0.10;

/// Texts with fewer different shingles, some eighty words, are not compared: a notice that two
/// pages share would make them copies.
pub const SHINGLES_MIN: usize = 40;

/// Bits of an element: so few that it is never negative where integers are signed, so many that
/// chance gives two shingles of a million articles the same one rarely.
const ELEMENT_BITS: u32 = 48;

/// Bytes of an element as stored.
const ELEMENT_BYTES: usize = ELEMENT_BITS as usize / 8;

/// The share of the shorter text's shingles that a page for phones, a teaser or a first page has in
/// common with the whole article at least. Two articles have a few in a hundred.
const PART_AT: f64 = 0.5;

/// Shingles of two or three sentences.
const TELLING_SHINGLES: usize = 10;

/// Letters of a long word in an alphabet; elsewhere a letter says more.
const LONG_WORD: usize = 4;

/// Letters of a long word in Arabic, Hebrew, Hangul and the scripts of India.
const LONG_WORD_ELSEWHERE: usize = 2;

/// Says whether two texts have the same words: SHA-256 of them, cut to 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordsDigest(pub [u8; 16]);

/// What a body is recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Of all its words.
    pub digest: WordsDigest,
    /// Ascending, without repetition.
    sketch: Vec<u64>,
}

impl Fingerprint {
    /// `None` for a text that is too short to be compared (see [`SHINGLES_MIN`]).
    pub fn of(article: &Article) -> Option<Fingerprint> {
        Fingerprint::of_words(&own_words(article))
    }

    fn of_words(words: &str) -> Option<Fingerprint> {
        let mut sketch = shingles(words);
        sketch.sort_unstable();
        sketch.dedup();
        if sketch.len() < SHINGLES_MIN {
            return None;
        }
        sketch.truncate(SKETCH);
        Some(Fingerprint {
            digest: digest(words),
            sketch,
        })
    }

    /// What it is looked up by.
    pub fn keys(&self) -> &[u64] {
        &self.sketch[..self.sketch.len().min(KEYS)]
    }

    /// The resemblance of two texts, in 0..=1; exact where both have fewer than [`SKETCH`]
    /// shingles. Symmetric.
    pub fn resemblance(&self, other: &Fingerprint) -> f64 {
        let (mut mine, mut theirs) = (self.sketch.as_slice(), other.sketch.as_slice());
        let (mut seen, mut shared) = (0_u32, 0_u32);
        while (seen as usize) < SKETCH {
            let (rest_mine, rest_theirs) = match (mine, theirs) {
                ([], []) => break,
                ([_, mine @ ..], []) => (mine, theirs),
                ([], [_, theirs @ ..]) => (mine, theirs),
                ([a, mine_after @ ..], [b, theirs_after @ ..]) => {
                    shared += u32::from(a == b);
                    (
                        if a <= b { mine_after } else { mine },
                        if b <= a { theirs_after } else { theirs },
                    )
                }
            };
            (mine, theirs) = (rest_mine, rest_theirs);
            seen += 1;
        }
        f64::from(shared) / f64::from(seen.max(1))
    }

    /// Whether one text is a copy of the other. Symmetric.
    pub fn is_copy_of(&self, other: &Fingerprint) -> bool {
        self.digest == other.digest || self.resemblance(other) >= COPY_AT
    }

    /// The sketch as bytes: at most [`SKETCH`] elements of six, big-endian.
    pub fn sketch_bytes(&self) -> Vec<u8> {
        let elements = self.sketch.iter();
        elements
            .flat_map(|element| element.to_be_bytes().into_iter().skip(8 - ELEMENT_BYTES))
            .collect()
    }

    /// The inverse of [`Fingerprint::sketch_bytes`]; `None` for what it did not make.
    pub fn from_bytes(digest: WordsDigest, sketch: &[u8]) -> Option<Fingerprint> {
        let elements = sketch.chunks(ELEMENT_BYTES);
        let sketch: Vec<u64> = elements
            .map(|bytes| {
                bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
            })
            .collect();
        let whole = sketch.len() <= SKETCH && sketch.is_sorted_by(|a, b| a < b);
        whole.then_some(Fingerprint { digest, sketch })
    }
}

/// Whether a second reading of one address brought another text: other words in the headline or
/// the body. White space, punctuation, case and lines that are mostly links (what to read next
/// changes daily) make no other text, and neither does a reading without any words: a bot wall
/// today does not unsay what was read yesterday.
pub fn is_corrected(before: &Article, after: &Article) -> bool {
    let (old, new) = (own_words(before), own_words(after));
    if old.is_empty() || new.is_empty() {
        return false;
    }
    old != new || headline(before) != headline(after)
}

/// Whether two texts are certainly different articles: neither is a copy of the other, nor a part.
/// Where one is too short to be compared (see [`SHINGLES_MIN`]) it may be a notice in the place of
/// an article: these must have nothing in common, nor the headline. Symmetric.
pub fn are_different(one: &Article, other: &Article) -> bool {
    let words = [one, other].map(own_words);
    let [mine, theirs] = [0, 1].map(|n| HashSet::<u64>::from_iter(shingles(&words[n])));
    let shared = mine.intersection(&theirs).count();
    let shorter = mine.len().min(theirs.len());
    if shorter < SHINGLES_MIN {
        return shorter >= TELLING_SHINGLES && shared == 0 && headline(one) != headline(other);
    }
    let [mine, theirs] = [0, 1].map(|n| Fingerprint::of_words(&words[n]));
    let is_copy = mine.is_some_and(|mine| theirs.is_some_and(|theirs| mine.is_copy_of(&theirs)));
    !is_copy && (shared as f64) < PART_AT * shorter as f64
}

/// Whether there is anything to compare.
pub fn has_words(article: &Article) -> bool {
    !own_words(article).is_empty()
}

/// The shingles of a body, hashed to 48 bits: what a sketch is chosen from.
pub fn shingles_of(article: &Article) -> Vec<u64> {
    shingles(&own_words(article))
}

fn headline(article: &Article) -> String {
    let mut words = String::new();
    push_words(article.title.as_deref().unwrap_or_default(), &mut words);
    words
}

fn digest(words: &str) -> WordsDigest {
    let mut first = [0; 16];
    first.copy_from_slice(&Sha256::digest(words)[..16]);
    WordsDigest(first)
}

/// The words of the blocks that are neither lines of the page nor mostly links, in lower case, a
/// space between two.
fn own_words(article: &Article) -> String {
    let (body, blocks) = (&article.body, &article.blocks);
    let mut words = String::with_capacity(body.len());
    if blocks.is_empty() {
        push_words(body, &mut words);
    }
    for block in blocks {
        let is_own = block.kind != BlockKind::Residue;
        if is_own && block.link_bytes * 2 < block.span.len() {
            push_words(body.get(block.span.clone()).unwrap_or_default(), &mut words);
        }
    }
    words
}

/// Appends the runs of letters and digits of `text`, cut where a script without spaces begins.
fn push_words(text: &str, words: &mut String) {
    let mut before = None;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            before = None;
            continue;
        }
        let unspaced = is_unspaced(c);
        if before != Some(unspaced) && !words.is_empty() {
            words.push(' ');
        }
        before = Some(unspaced);
        if c.is_ascii() {
            words.push(c.to_ascii_lowercase());
        } else {
            words.extend(c.to_lowercase());
        }
    }
}

fn is_unspaced(c: char) -> bool {
    !c.is_ascii() && matches!(script(c), Some(Script::Han | Script::SoutheastAsian))
}

/// The shingles of normalised words, in order, hashed to [`ELEMENT_BITS`] bits. In scripts written
/// without spaces, every two characters in a row are a word.
fn shingles(words: &str) -> Vec<u64> {
    let mut hashes = Vec::with_capacity(words.len() / 6);
    for word in words.split(' ') {
        match word.chars().next() {
            Some(first) if is_unspaced(first) => {
                let starts = word.char_indices().map(|(at, _)| at);
                let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
                let pairs = starts.zip(ends.skip(1));
                hashes.extend(pairs.map(|(start, end)| hash(&word[start..end])));
            }
            Some(first) if is_long(word, first) => hashes.push(hash(word)),
            _ => {}
        }
    }
    let triples = hashes.windows(3);
    triples
        .map(|words| {
            let joined = words[0].rotate_left(42) ^ words[1].rotate_left(21) ^ words[2];
            mixed(joined) >> (64 - ELEMENT_BITS)
        })
        .collect()
}

/// Numbers are long: they tell today's table from yesterday's.
fn is_long(word: &str, first: char) -> bool {
    let letters = match script(first) {
        Some(Script::Latin | Script::Greek | Script::Cyrillic | Script::Caucasian) => LONG_WORD,
        Some(_) => LONG_WORD_ELSEWHERE,
        None => 1,
    };
    word.chars().nth(letters - 1).is_some()
}

fn hash(word: &str) -> u64 {
    fnv(FNV_SEED, word.as_bytes())
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit depends on every other.
fn mixed(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
