//! The names of elements as numbers.

use scraper::node::Element;

use crate::lines::keys::{START, extend, step};

/// Class names of one element that count.
const NAMES_MAX: usize = 12;
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
