//! The date of publication and the authors in the data that a page keeps for its scripts.

use memchr::memmem;
use serde_json::{Deserializer, Value};

use super::jsonld::strings;
use crate::{dates::Reader, model::Date};

/// Keys under which scripts keep it, the most telling first.
const KEYS: [&str; 10] = [
    "datePublished",
    "publishedAt",
    "published_at",
    "publishDate",
    "publishedDate",
    "published_on",
    "first_publication_date",
    "postDate",
    "post_date",
    "date_published",
];

/// Bytes between a key and its value.
const GAP_MAX: usize = 24;
/// Bytes of a value: a time of ISO 8601 with its zone has at most 35.
const VALUE_MAX: usize = 40;

/// The first date of publication in the scripts of a page.
pub(in crate::extract) fn published(page: &str, dates: &Reader<'_>) -> Option<Date> {
    KEYS.iter().find_map(|key| {
        let at = memmem::find(page.as_bytes(), key.as_bytes())? + key.len();
        let bytes = page.as_bytes().get(at..)?;
        let start = bytes.iter().take(GAP_MAX).position(u8::is_ascii_digit)?;
        let value = bytes.get(start..)?;
        let is_end = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b',' | b'<' | b'}' | b'&');
        let length = value.iter().take(VALUE_MAX).position(is_end)?;
        dates.field(std::str::from_utf8(&value[..length]).ok()?)
    })
}

/// Keys under which scripts keep the authors, the most telling first.
const AUTHOR_KEYS: [&str; 5] = [
    "\"authors\":",
    "\"author\":",
    "\"byline\":",
    "\"creator\":",
    "\"creators\":",
];
/// Bytes of an article's data between its title and its authors.
const AUTHORS_WITHIN: usize = 2_000;
/// Places of a title in the scripts that are looked at.
const TITLES_MAX: usize = 8;

/// Who wrote the article of that title by the scripts of a page, where its data has both.
pub(super) fn authors(page: &str, title: &str) -> Vec<String> {
    let Ok(raw) = serde_json::to_string(title) else {
        return Vec::new();
    };
    let escaped: String = raw.chars().map(escaped).collect();
    let titles = [raw, escaped];
    let places = titles.iter().flat_map(|title| {
        let found = memmem::find_iter(page.as_bytes(), title.as_bytes()).take(TITLES_MAX);
        found.map(|at| at + title.len())
    });
    let found = places.map(|at| behind(page, at));
    found
        .into_iter()
        .find(|names| !names.is_empty())
        .unwrap_or_default()
}

/// A letter as JSON has it that is written in ASCII.
fn escaped(letter: char) -> String {
    match letter.is_ascii() {
        true => letter.to_string(),
        false => {
            let mut units = [0; 2];
            let units = letter.encode_utf16(&mut units);
            units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
        }
    }
}

/// The authors that are named behind a title, before the next one.
fn behind(page: &str, from: usize) -> Vec<String> {
    let mut end = page.len().min(from + AUTHORS_WITHIN);
    while !page.is_char_boundary(end) {
        end -= 1;
    }
    let near = &page[from..end];
    // The next article, or in JSON-LD another thing, which may have an author of its own: the picture.
    let next = ["\"title\":", "\"headline\":", "\"@type\""]
        .iter()
        .filter_map(|key| near.find(key))
        .min();
    let near = &near[..next.unwrap_or(near.len())];
    let named = AUTHOR_KEYS.iter().find_map(|key| {
        let start = from + near.find(key)? + key.len();
        let mut values = Deserializer::from_str(&page[start..]).into_iter::<Value>();
        let value = values.next()?.ok()?;
        let names: Vec<String> = strings(Some(&value))
            .into_iter()
            .map(str::to_string)
            .collect();
        (!names.is_empty()).then_some(names)
    });
    named.unwrap_or_default()
}
