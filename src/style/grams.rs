//! A text as a stream of hashed features: words, how they follow one another, and the parts that
//! they are made of.
//!
//! What tells the origin or the typesetter of a text rather than its style is evened out first:
//! case, the shape of quotes and dashes, full-width forms, digits, white space. Longer sequences,
//! shorter parts and patterns of function words were tried on years that were not trained on, and
//! told no more.

use std::ops::RangeInclusive;

/// Begins and ends a run of letters; no text contains it.
const EDGE: u64 = 1;

/// Characters that are words of their own, for nothing parts them: Han, kana and their like.
const IDEOGRAPHS: RangeInclusive<u32> = 0x2e80..=0xabff;

/// Symbols of a part.
const PART: usize = 4;

/// Calls `take` with the hash of each feature of `text` and returns how many there were. The
/// lowest bit of a hash is that of `is_of_words`.
pub fn grams(text: &str, take: impl FnMut(u32)) -> usize {
    let mut reader = GramReader::new(take);
    for c in text.chars() {
        reader.read(c);
    }
    reader.end_run();
    reader.count
}

/// Whether a hash is that of words and not of a part of one.
pub(super) fn is_of_words(hash: u32) -> bool {
    hash & 1 == 1
}

/// What was read so far of a text.
struct GramReader<F> {
    take: F,
    count: usize,
    /// The hash of the word under way; `NOTHING` between words.
    word: u64,
    /// The word before, and the one before that.
    before: [u64; 2],
    /// The last symbols of the run under way.
    run: [u64; PART],
    /// Symbols of the run, edges included.
    run_length: usize,
    in_number: bool,
}

/// The hash of a word that has no letter yet.
const NOTHING: u64 = 0;

impl<F: FnMut(u32)> GramReader<F> {
    fn new(take: F) -> GramReader<F> {
        GramReader {
            take,
            count: 0,
            word: NOTHING,
            before: [NOTHING; 2],
            run: [EDGE; PART],
            run_length: 0,
            in_number: false,
        }
    }

    fn read(&mut self, c: char) {
        if c.is_ascii_lowercase() {
            self.letter(u64::from(c));
            return;
        }
        let c = plain(c);
        if c.is_numeric() || self.in_number && matches!(c, '.' | ',') {
            // A number is one zero.
            if !self.in_number {
                self.letter(u64::from('0'));
                self.in_number = true;
            }
        } else if IDEOGRAPHS.contains(&u32::from(c)) && c.is_alphabetic() {
            self.ideograph(u64::from(c));
        } else if c.is_alphabetic() || is_mark_of_letter(c) {
            if let Some(lower) = c.to_lowercase().next() {
                self.letter(u64::from(lower));
            }
        } else {
            self.end_run();
            if !c.is_whitespace() {
                self.follow(mix(NOTHING, u64::from(c)));
            }
        }
    }

    fn letter(&mut self, symbol: u64) {
        self.in_number = false;
        self.word = mix(self.word, symbol);
        self.symbol(symbol);
    }

    fn ideograph(&mut self, symbol: u64) {
        self.in_number = false;
        self.end_word();
        let [first, second] = self.before;
        let own = mix(NOTHING, symbol);
        self.emit(mix(mix(mix(3, second), first), own), 1);
        self.follow(own);
        self.symbol(symbol);
    }

    /// One more symbol of the run, which starts with an edge.
    fn symbol(&mut self, symbol: u64) {
        if self.run_length == 0 {
            self.run = [EDGE; PART];
            self.run_length = 1;
        }
        self.run = [self.run[1], self.run[2], self.run[3], symbol];
        self.run_length += 1;
        if self.run_length >= PART {
            // Four independent products, not one chain of four.
            let [a, b, c, d] = self.run;
            let hash = a.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                ^ b.wrapping_mul(0xc2b2_ae3d_27d4_eb4f).rotate_left(17)
                ^ c.wrapping_mul(0x1656_67b1_9e37_79f9).rotate_left(31)
                ^ d.wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(47);
            self.emit(hash, 0);
        }
    }

    fn end_run(&mut self) {
        self.in_number = false;
        self.end_word();
        if self.run_length > 0 {
            self.symbol(EDGE);
            self.run_length = 0;
        }
    }

    fn end_word(&mut self) {
        if self.word != NOTHING {
            self.follow(self.word);
            self.word = NOTHING;
        }
    }

    /// A word is complete: itself, and the pair with the one before. Punctuation marks are words.
    fn follow(&mut self, word: u64) {
        let [previous, _] = self.before;
        self.emit(mix(1, word), 1);
        self.emit(mix(mix(2, previous), word), 1);
        self.before = [word, previous];
    }

    fn emit(&mut self, hash: u64, kind: u32) {
        self.count += 1;
        (self.take)(finish(hash) & !1 | kind);
    }
}

/// Multiplicative hashing with the golden ratio (Knuth, TAOCP 3, 6.4).
fn mix(hash: u64, symbol: u64) -> u64 {
    (hash ^ symbol)
        .wrapping_add(0x1f83_d9ab_fb41_bd6b)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}

fn finish(hash: u64) -> u32 {
    ((hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 32) as u32
}

/// Accents that stand behind their letter, and the vowel signs of Indic scripts.
fn is_mark_of_letter(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}')
}

/// One shape for all quotes, apostrophes and dashes; ASCII for full-width forms.
fn plain(c: char) -> char {
    match c {
        '\0'..='\x1f' | '\x7f' => ' ',
        '\x20'..='\x7e' => match c {
            '`' => '\'',
            c => c,
        },
        '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '‟' | '″' | '〝' | '〟' => {
            '"'
        }
        '’' | '‘' | '‚' | '´' | '‹' | '›' => '\'',
        '–' | '—' | '‐' | '‑' | '−' | '―' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '。' => '.',
        '、' => ',',
        c if c.is_control() => ' ',
        c => c,
    }
}
