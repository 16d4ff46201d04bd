//! Strings in program code that hold an article, where the code is no JSON.

use serde_json::Value;

use super::{
    markup::{as_html, has_markup, prose_bytes},
    state,
};

/// Shorter strings are not looked at, in bytes; nor more than so many.
const LITERAL_BYTES_MIN: usize = 300;
const LITERALS_MAX: usize = 400;
/// Strings in strings that are looked into.
const LEVELS_MAX: usize = 2;

/// The longest article in the strings of a script: markup, or JSON that holds it.
pub(super) fn body(script: &str, title: Option<&str>) -> Option<String> {
    within(script, title, LEVELS_MAX)
}

fn within(code: &str, title: Option<&str>, levels: usize) -> Option<String> {
    let found = literals(code).filter_map(|raw| {
        let text: String = serde_json::from_str(&format!("\"{raw}\"")).ok()?;
        let data: Option<Value> = match text.trim_start().starts_with(['{', '[']) {
            true => serde_json::from_str(&text).ok(),
            false => None,
        };
        match data {
            Some(data) => state::body(&data, title),
            None if levels > 1 && text.contains(":\"") => within(&text, title, levels - 1),
            None => (has_markup(&text) && prose_bytes(&text) > 0).then(|| as_html(&text)),
        }
    });
    found.max_by_key(String::len)
}

/// What stands between double quotation marks.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    let bytes = code.as_bytes();
    let mut at = 0;
    let all = std::iter::from_fn(move || {
        let start = at + memchr::memchr(b'"', &bytes[at..])? + 1;
        let mut end = start;
        while *bytes.get(end)? != b'"' {
            end += 1 + usize::from(bytes[end] == b'\\');
        }
        at = end + 1;
        code.get(start..end)
    });
    all.filter(|literal| literal.len() >= LITERAL_BYTES_MIN)
        .take(LITERALS_MAX)
}
