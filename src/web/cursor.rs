//! Where a list goes on. Clients take a cursor from one page to the next and read nothing into it.

/// The cursor after the article `id`.
pub(super) fn after_article(id: i64) -> String {
    format!("{id:x}")
}

/// The inverse of [`after_article`].
pub(super) fn article(cursor: &str) -> Option<i64> {
    i64::from_str_radix(cursor, 16).ok().filter(|id| *id >= 0)
}

/// The cursor after the source `name`, in letters that need no escaping in a URL.
pub(super) fn after_source(name: &str) -> String {
    name.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The inverse of [`after_source`].
pub(super) fn source(cursor: &str) -> Option<String> {
    if !cursor.len().is_multiple_of(2) {
        return None;
    }
    let bytes = cursor.as_bytes().chunks(2).map(|pair| {
        let digits = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(digits, 16).ok()
    });
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}
