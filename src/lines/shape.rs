//! What a line looks like, whatever its language: counts of characters and words, and how it begins
//! and ends.

/// Whether `text` ends as a sentence does, in any script.
pub fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'', '”', '’', '»', '“', '」', '』', ')', ']', '）']);
    text.ends_with([
        '.', '!', '?', '…', ':', ';', '。', '！', '？', '؟', '۔', '।', '॥', '։', '።', '၊', '။',
    ])
}

/// Adds 14 numbers to `row`.
pub fn write(text: &str, row: &mut Vec<f32>) {
    let counts = CharCounts::of(text);
    let per = |n: u32| n as f32 / counts.chars.max(1) as f32;
    let per_word = |n: u32| n as f32 / counts.words.max(1) as f32;
    let last = text.chars().next_back().unwrap_or(' ');
    let first = text.chars().next().unwrap_or(' ');
    row.extend([
        counts.words as f32,
        per_word(counts.commas),
        per_word(counts.stops),
        per(counts.digits),
        per(counts.upper),
        per_word(counts.capitals),
        per_word(counts.short),
        per(counts.letters),
        per_word(counts.quotes),
        counts.signs as f32,
        f32::from(u8::from(ends_sentence(text))),
        f32::from(u8::from(last == ':')),
        f32::from(u8::from(first.is_lowercase())),
        f32::from(u8::from(!first.is_alphanumeric())),
    ]);
}

/// What one pass over a text counts.
#[derive(Debug, Default)]
struct CharCounts {
    chars: u32,
    letters: u32,
    upper: u32,
    digits: u32,
    commas: u32,
    stops: u32,
    quotes: u32,
    signs: u32,
    words: u32,
    capitals: u32,
    short: u32,
}

/// Characters of a block that are counted.
const COUNTED_MAX: usize = 600;

impl CharCounts {
    fn of(text: &str) -> CharCounts {
        let mut counts = CharCounts::default();
        let mut length = 0;
        for c in text.chars().take(COUNTED_MAX) {
            counts.chars += 1;
            if c.is_alphabetic() {
                counts.letters += 1;
                let upper = c.is_uppercase();
                counts.upper += u32::from(upper);
                counts.capitals += u32::from(upper && length == 0);
                length += 1;
                continue;
            }
            counts.words += u32::from(length > 0);
            counts.short += u32::from((1..=3).contains(&length));
            length = 0;
            match c {
                '0'..='9' => counts.digits += 1,
                ',' | '、' | '，' | '،' => counts.commas += 1,
                '.' | '!' | '?' | '。' | '؟' => counts.stops += 1,
                '"' | '“' | '”' | '„' | '«' | '»' => counts.quotes += 1,
                '©' | '@' | '|' | '#' | '•' | '→' | '›' | '/' => counts.signs += 1,
                _ => {}
            }
        }
        counts.words += u32::from(length > 0);
        counts
    }
}
