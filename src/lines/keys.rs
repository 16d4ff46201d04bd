//! Words as numbers, and what is learned of them.

/// FNV-1a, Fowler, Noll and Vo: the offset basis and prime of 32 bits.
pub const START: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// Goes on hashing.
pub fn extend(hash: u32, text: &str) -> u32 {
    text.bytes().fold(hash, step)
}

/// Goes on hashing by one byte.
pub fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(PRIME)
}

/// Words of a text that count.
const WORDS_MAX: usize = 64;
/// Words of a line, of whatever script, that are read.
const ALL_WORDS_MAX: usize = 400;

/// The words of a text as keys, in order; digits are all one.
pub fn of_words(text: &str) -> Vec<u32> {
    let mut keys = Vec::new();
    read_words(
        text,
        |_| false,
        |word| {
            keys.push(word.key);
            keys.len() < WORDS_MAX
        },
    );
    keys
}

/// The same, for texts in any script: characters that nothing parts are words of their own.
pub(super) fn of_all_words(text: &str) -> Vec<WordOfLine> {
    let mut words = Vec::new();
    read_words(text, is_ideograph, |word| {
        words.push(word);
        words.len() < ALL_WORDS_MAX
    });
    words
}

/// A word of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct WordOfLine {
    pub(super) key: u32,
    /// Its characters.
    pub(super) length: usize,
}

/// Han, kana and their like; Hangul is written with spaces.
fn is_ideograph(c: char) -> bool {
    ('\u{2e80}'..='\u{abff}').contains(&c)
}

/// Hands the words of a text to `take` until that wants no more.
fn read_words(
    text: &str,
    is_apart: impl Fn(char) -> bool,
    mut take: impl FnMut(WordOfLine) -> bool,
) {
    let none = WordOfLine {
        key: START,
        length: 0,
    };
    let mut word = none;
    for c in text.chars().chain([' ']) {
        let apart = is_apart(c);
        let ends = word.length > 0 && (apart || !c.is_alphanumeric());
        if ends && !take(std::mem::replace(&mut word, none)) {
            return;
        }
        if !c.is_alphanumeric() {
            continue;
        }
        let c = if c.is_ascii() {
            c.to_ascii_lowercase()
        } else {
            c.to_lowercase().next().unwrap_or(c)
        };
        let c = if c.is_ascii_digit() { '0' } else { c };
        word.key = mix(word.key, u32::from(c));
        word.length += 1;
        if apart && !take(std::mem::replace(&mut word, none)) {
            return;
        }
    }
}

fn mix(hash: u32, code: u32) -> u32 {
    (hash ^ code).wrapping_mul(PRIME)
}

/// Words that open a text, and those of a line that is known as a whole.
const OPENING: usize = 3;
const LINE: usize = 8;

/// What a text of these words can be known by: first its opening as a whole, then, once each, its
/// words, their pairs, its first words and its last, and a short line as a whole.
pub fn of_wording(words: &[u32]) -> Vec<u32> {
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
pub struct LogOdds {
    slots: Vec<(u32, f32)>,
}

/// Steps of one log-odd in the stored form.
const STEPS: f32 = 24.0;

impl LogOdds {
    /// From stored pairs.
    pub fn new(pairs: &[(u32, i8)]) -> LogOdds {
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
    pub fn steps(odds: f32) -> i8 {
        (odds * STEPS).round().clamp(-127.0, 127.0) as i8
    }

    /// The log-odds of a key, if any are known.
    pub fn get(&self, key: u32) -> Option<f32> {
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

    /// What is learned of a wording: its worst and best key, its opening, and all of it together on
    /// the scale of its training, where each text is as long as the next.
    pub fn of_wording(&self, keys: &[u32]) -> [f32; 4] {
        let (mut low, mut high, mut sum) = (0.0f32, 0.0f32, 0.0f32);
        for weight in keys.iter().filter_map(|key| self.get(*key)) {
            low = low.min(weight);
            high = high.max(weight);
            sum += weight;
        }
        let opening = keys.first().and_then(|key| self.get(*key));
        let length = (keys.len().max(1) as f32).sqrt();
        [low, high, opening.unwrap_or(0.0), sum / length]
    }
}
