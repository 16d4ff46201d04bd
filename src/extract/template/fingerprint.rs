//! Lines, and the labels before links, as numbers that come back on other pages of the site.

use crate::{
    extract::blocks::TextBlock,
    lang::{FNV_SEED, fnv},
    text,
};

/// A paragraph from this length on tells one article from another, in bytes.
pub(super) const TELLING_BYTES_MIN: usize = 80;

/// Characters of a line that make its fingerprint; its length tells longer ones apart.
const CHARACTERS_MAX: usize = 240;

/// A line without a letter or digit more than this says nothing.
const CHARACTERS_MIN: usize = 2;

/// A label before a link is at most this long, in bytes.
const LABEL_BYTES_MAX: usize = 40;

/// A line by its words: case, spaces and punctuation do not count, nor do numbers in short ones.
/// What kind of block it is and whether it is a link does.
pub(in crate::extract) fn fingerprint(text: &str, block: &TextBlock) -> Option<u64> {
    let numbers = match text.len() < TELLING_BYTES_MIN {
        true => Numbers::Alike,
        false => Numbers::Told,
    };
    let (hash, characters) = hashed(text, numbers);
    (characters >= CHARACTERS_MIN).then(|| place(hash, block))
}

/// "Read also: a title": the label comes back, the title does not.
pub(super) fn label(text: &str, block: &TextBlock) -> Option<u64> {
    if block.link_bytes * 3 < block.len() {
        return None;
    }
    let colon = text::head(text, LABEL_BYTES_MAX).find([':', '\u{ff1a}'])?;
    let (hash, characters) = hashed(&text[..colon], Numbers::Alike);
    (characters >= CHARACTERS_MIN).then(|| !place(hash, block))
}

fn place(hash: u64, block: &TextBlock) -> u64 {
    let link = block.link_bytes * 2 > block.len();
    spread(fnv(hash, &[block.kind as u8, u8::from(link)]))
}

/// Whether two numbers make two lines. They do in paragraphs: a report on today's rates says what
/// yesterday's said, but for the rates.
#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    Alike,
    Told,
}

/// Letters and digits in lower case, and how many there were.
fn hashed(text: &str, numbers: Numbers) -> (u64, usize) {
    let (mut hash, mut characters) = (FNV_SEED, 0);
    let (mut buffer, mut in_number) = ([0; 4], false);
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        let goes_on = in_number && c.is_ascii_digit();
        in_number = c.is_ascii_digit() && numbers == Numbers::Alike;
        if goes_on {
            continue;
        }
        if characters == CHARACTERS_MAX {
            return (fnv(hash, &text.len().to_le_bytes()), characters);
        }
        characters += 1;
        if c.is_ascii() {
            let c = if in_number { b'0' } else { c as u8 };
            hash = fnv(hash, &[c.to_ascii_lowercase()]);
        } else {
            for lower in c.to_lowercase() {
                hash = fnv(hash, lower.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
    (hash, characters)
}

/// Every bit depends on every other (the finaliser of MurmurHash3): the low ones of FNV do not.
pub(super) fn spread(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
