//! Percent-encoding (RFC 3986, 2.1).

use std::borrow::Cow;

/// RFC 3986, 6.2.2.1: `%3a` and `%3A` are one. Nothing is decoded: servers differ in what they
/// take an escaped character for.
pub(super) fn in_upper_case(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_escape = |at: usize| {
        bytes[at] == b'%'
            && bytes
                .get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    let lower =
        |at: usize| is_escape(at) && text[at..at + 3].bytes().any(|b| b.is_ascii_lowercase());
    if !(0..bytes.len()).any(lower) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in 0..bytes.len() {
        if at >= from && is_escape(at) {
            out.push_str(&text[from..at]);
            out.push_str(&text[at..at + 3].to_ascii_uppercase());
            from = at + 3;
        }
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}
