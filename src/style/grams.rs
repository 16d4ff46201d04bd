//! A text as a stream of hashed features: characters inside words, words, and how words follow one
//! another.
//!
//! What tells the origin or the typesetter of a text rather than its style is evened out first:
//! case, the shape of quotes and dashes, full-width forms, digits, white space.

/// Ends and begins a word in the stream of symbols; no text contains it.
const EDGE: u32 = 1;

/// Characters of the longest n-gram, edges included.
const GRAM_MAX: usize = 5;

/// A word of at most so many letters stands for itself in the pattern of function words; of a
/// longer one only its ending does.
const SHORT_WORD: usize = 4;

/// Letters of an ending.
const ENDING: usize = 2;

/// From here on a single character is a feature too: Han, kana, hangul and their like.
const IDEOGRAPHS: u32 = 0x2e80;

/// Calls `take` with the hash of each feature of `text` and returns how many there were.
pub fn grams(text: &str, mut take: impl FnMut(u32)) -> usize {
    let symbols = symbols(text);
    let mut count = 0;
    let mut counted = |hash: u64| {
        count += 1;
        take(finish(hash));
    };
    characters(&symbols, &mut counted);
    words(&symbols, &mut counted);
    count
}

/// Character n-grams of two to [`GRAM_MAX`] symbols; none reaches beyond a word and its edges.
fn characters(symbols: &[u32], take: &mut impl FnMut(u64)) {
    for (start, first) in symbols.iter().enumerate() {
        let mut hash = mix(0x00ab_cdef, *first);
        if *first >= IDEOGRAPHS {
            take(hash);
        }
        for symbol in symbols.iter().skip(start + 1).take(GRAM_MAX - 1) {
            hash = mix(hash, *symbol);
            take(hash);
            if *symbol == EDGE {
                break;
            }
        }
    }
}

/// Words and pairs of words; pairs and triples of the skeleton, in which long words are reduced to
/// their endings, so that what is left is grammar. Punctuation marks are words.
fn words(symbols: &[u32], take: &mut impl FnMut(u64)) {
    let mut previous = 7;
    let (mut bone, mut bone_before) = (7, 9);
    for word in symbols.split(|symbol| *symbol == EDGE) {
        let Some(ending) = word.len().checked_sub(ENDING) else {
            if let [mark] = word {
                let hash = mix(0x0123_4567, *mark);
                pairs(hash, hash, &mut previous, &mut bone, &mut bone_before, take);
            }
            continue;
        };
        let hash = word.iter().fold(0x0123_4567, |hash, s| mix(hash, *s));
        let own = if word.len() <= SHORT_WORD {
            hash
        } else {
            word[ending..].iter().fold(0x777, |hash, s| mix(hash, *s))
        };
        pairs(hash, own, &mut previous, &mut bone, &mut bone_before, take);
    }
}

fn pairs(
    word: u64,
    own: u64,
    previous: &mut u64,
    bone: &mut u64,
    bone_before: &mut u64,
    take: &mut impl FnMut(u64),
) {
    take(mix(word, 77));
    take(mix(mix(*previous, 5), fold(word)));
    take(mix(mix(*bone, 11), fold(own)));
    take(mix(mix(mix(*bone_before, 13), fold(*bone)), fold(own)));
    *previous = word;
    *bone_before = *bone;
    *bone = own;
}

fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

/// Multiplicative hashing with the golden ratio (Knuth, TAOCP 3, 6.4).
fn mix(hash: u64, symbol: u32) -> u64 {
    (hash ^ u64::from(symbol))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
}

fn finish(hash: u64) -> u32 {
    (hash.wrapping_mul(0xd6e8_feb8_6659_fd93) >> 32) as u32
}

/// The letters of `text` in lower case, each word between edges. A number is one zero.
fn symbols(text: &str) -> Vec<u32> {
    let mut symbols = Vec::with_capacity(text.len() + text.len() / 4);
    symbols.push(EDGE);
    let mut in_number = false;
    for c in text.chars() {
        if c.is_ascii_lowercase() {
            in_number = false;
            symbols.push(u32::from(c));
            continue;
        }
        let c = plain(c);
        let separates = in_number && matches!(c, '.' | ',');
        if c.is_numeric() || separates {
            if !in_number {
                symbols.push(u32::from('0'));
            }
            in_number = true;
            continue;
        }
        in_number = false;
        if c.is_alphabetic() || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}') {
            symbols.extend(c.to_lowercase().next().map(u32::from));
            continue;
        }
        edge(&mut symbols);
        if !c.is_whitespace() {
            symbols.extend([u32::from(c), EDGE]);
        }
    }
    edge(&mut symbols);
    symbols
}

fn edge(symbols: &mut Vec<u32>) {
    if symbols.last() != Some(&EDGE) {
        symbols.push(EDGE);
    }
}

/// One shape for all quotes, apostrophes and dashes; ASCII for full-width forms.
fn plain(c: char) -> char {
    match c {
        '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '‟' | '″' | '〝' | '〟' => {
            '"'
        }
        '’' | '‘' | '‚' | '`' | '´' | '‹' | '›' => '\'',
        '–' | '—' | '‐' | '‑' | '−' | '―' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '。' => '.',
        '、' => ',',
        // Control characters are white space here: none may pass for an edge.
        c if c.is_control() => ' ',
        c => c,
    }
}
