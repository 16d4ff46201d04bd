//! Names and words as numbers, and what is learned of them.

use scraper::node::Element;

/// FNV-1a, Fowler, Noll and Vo: the offset basis and prime of 32 bits.
pub(in crate::extract) const START: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// Goes on hashing.
pub(in crate::extract) fn extend(hash: u32, text: &str) -> u32 {
    text.bytes().fold(hash, step)
}

fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(PRIME)
}

/// Class names of one element that count.
const NAMES_MAX: usize = 12;
/// Words of a text that count.
const WORDS_MAX: usize = 64;

/// Adds the keys of an element: its own name, and each class name, id and role, whole and in
/// words. Digits are all one, since they number things.
pub(super) fn of_element(element: &Element, keys: &mut Vec<u32>) {
    keys.push(extend(START, element.name()));
    for (attribute, value) in element.attrs() {
        if !matches!(attribute, "class" | "id" | "role" | "itemprop") {
            continue;
        }
        for name in value.split_ascii_whitespace().take(NAMES_MAX) {
            of_name(name, keys);
        }
    }
}

fn of_name(name: &str, keys: &mut Vec<u32>) {
    let whole = step(START, b'.');
    let (mut all, mut word) = (whole, START);
    let (mut length, mut parts, mut lower_before) = (0, 0, false);
    let start = keys.len();
    for byte in name.bytes().take(64) {
        let lower = byte.to_ascii_lowercase();
        all = step(all, if byte.is_ascii_digit() { b'0' } else { lower });
        let letter = byte.is_ascii_alphabetic();
        if !letter || (byte.is_ascii_uppercase() && lower_before) {
            if length > 1 {
                keys.push(word ^ 1);
                parts += 1;
            }
            (word, length) = (START, 0);
        }
        if letter {
            word = step(word, lower);
            length += 1;
        }
        lower_before = byte.is_ascii_lowercase();
    }
    if length > 1 {
        keys.push(word ^ 1);
        parts += 1;
    }
    if parts > 8 {
        keys.truncate(start);
    }
    keys.push(all);
}

/// The words of a text as keys, in order; digits are all one.
pub(super) fn of_words(text: &str) -> Vec<u32> {
    let mut keys = Vec::new();
    let (mut word, mut length) = (START, 0);
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() {
            let c = if c.is_ascii() {
                c.to_ascii_lowercase()
            } else {
                c.to_lowercase().next().unwrap_or(c)
            };
            let c = if c.is_ascii_digit() { '0' } else { c };
            word = mix(word, u32::from(c));
            length += 1;
        } else if length > 0 {
            keys.push(word);
            if keys.len() == WORDS_MAX {
                break;
            }
            (word, length) = (START, 0);
        }
    }
    keys
}

fn mix(hash: u32, code: u32) -> u32 {
    (hash ^ code).wrapping_mul(PRIME)
}

/// Words that open a text, and those of a line that is known as a whole.
const OPENING: usize = 3;
const LINE: usize = 8;

/// What a text of these words can be known by: first its opening as a whole, then, once each, its
/// words, their pairs, its first words and its last, and a short line as a whole.
pub(super) fn of_wording(words: &[u32]) -> Vec<u32> {
    let together = |words: &[u32], salt| words.iter().fold(salt, |key, word| mix(key, *word));
    let Some((&first, &last)) = words.first().zip(words.last()) else {
        return Vec::new();
    };
    let mut keys = words.to_vec();
    keys.extend(words.windows(2).map(|pair| together(pair, START)));
    keys.extend([mix(first, 1), mix(last, 2)]);
    keys.push(together(&words[..words.len().min(2)], 3));
    if words.len() <= LINE {
        keys.push(together(words, 4));
    }
    keys.sort_unstable();
    keys.dedup();
    keys.insert(0, together(&words[..words.len().min(OPENING)], 5));
    keys
}

/// What is learned of keys: log-odds, found by open addressing.
#[derive(Debug, Clone, Default)]
pub(in crate::extract) struct LogOdds {
    slots: Vec<(u32, f32)>,
}

/// Steps of one log-odd in the stored form.
const STEPS: f32 = 24.0;

impl LogOdds {
    /// From stored pairs.
    pub(in crate::extract) fn new(pairs: &[(u32, i8)]) -> LogOdds {
        let size = (pairs.len() * 2 + 1).next_power_of_two();
        let mut slots = vec![(0, f32::NAN); size];
        for (key, steps) in pairs {
            let mut at = *key as usize & (size - 1);
            while !slots[at].1.is_nan() {
                at = (at + 1) & (size - 1);
            }
            slots[at] = (*key, f32::from(*steps) / STEPS);
        }
        LogOdds { slots }
    }

    /// A log-odd in its stored form.
    pub(in crate::extract) fn steps(odds: f32) -> i8 {
        (odds * STEPS).round().clamp(-127.0, 127.0) as i8
    }

    /// The log-odds of a key, if any are known.
    pub(in crate::extract) fn get(&self, key: u32) -> Option<f32> {
        let mut at = key as usize & (self.slots.len().max(1) - 1);
        loop {
            let (known, odds) = *self.slots.get(at)?;
            if odds.is_nan() {
                return None;
            }
            if known == key {
                return Some(odds);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}
