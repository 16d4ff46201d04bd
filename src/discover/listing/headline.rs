//! How long a text is to the eye, whatever it is written in.

use crate::text::{Script, script};

/// So wide is the shortest headline; section names are narrower.
pub(super) const HEADLINE: usize = 25;

/// So wide is an ordinary headline.
pub(super) const LONG_HEADLINE: usize = 50;

/// The length of a text without the white space around its words, in Latin letters that would say
/// as much. Translated headlines of news agencies have about two fifths as many characters in
/// Chinese and Japanese as in English, half as many in Korean, two thirds in Thai.
pub(super) fn width(text: &str) -> usize {
    let words = text.split_whitespace();
    let mut tenths = 0;
    for (at, word) in words.enumerate() {
        tenths += if at > 0 { 10 } else { 0 };
        tenths += word.chars().map(tenths_of).sum::<usize>();
    }
    tenths / 10
}

fn tenths_of(c: char) -> usize {
    match script(c) {
        Some(Script::Han) => 25,
        Some(Script::Hangul) => 20,
        Some(Script::SoutheastAsian) => 16,
        Some(Script::Arabic | Script::Hebrew) => 12,
        _ => 10,
    }
}
