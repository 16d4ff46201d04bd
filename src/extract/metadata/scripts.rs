//! The date of publication in the data that a page keeps for its scripts.

use memchr::memmem;

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
