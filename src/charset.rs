//! Bytes to text, by the WHATWG Encoding Standard and HTML 13.2.3, with one departure: bytes that
//! are valid UTF-8 and not plain ASCII are UTF-8 whatever a label says. Text in another encoding
//! is almost never valid UTF-8 by chance, while labels often lie.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::{memchr, memchr_iter, memmem};

/// How far into a document a `meta` label is looked for. The standard says 1,024 bytes; real pages
/// put it later and browsers follow it all the same.
const META_WINDOW: usize = 8 << 10;

/// The bytes that chardetng is shown: enough to decide, and a bound on its time.
const DETECT_WINDOW: usize = 256 << 10;

/// Bytes outside ASCII without which nothing is said of their neighbours.
const HIGH_BYTES_MIN: usize = 20;

/// One byte in so many at least is NUL in markup that is UTF-16.
const UTF16_NULS_MIN: usize = 20;

/// The text of a page or feed without its byte order mark. `content_type` is the header's value,
/// or empty.
pub fn decode<'a>(bytes: &'a [u8], content_type: &str) -> Cow<'a, str> {
    let (encoding, bytes) = choose(bytes, content_type);
    encoding.decode_without_bom_handling(bytes).0
}

/// The encoding and the bytes after the byte order mark.
fn choose<'a>(bytes: &'a [u8], content_type: &str) -> (&'static Encoding, &'a [u8]) {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return (encoding, &bytes[length..]);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return (encoding, bytes);
    }
    let in_header = label_after(content_type.as_bytes(), b"charset");
    if let Some(encoding) = in_header.filter(|encoding| is_utf16(encoding)) {
        // Markup is ASCII for a good part, which UTF-16 fills up with NULs.
        let head = &bytes[..bytes.len().min(DETECT_WINDOW)];
        if memchr_iter(0, head).count() * UTF16_NULS_MIN >= head.len() {
            return (encoding, bytes);
        }
    }
    (
        labelled_or_seen(in_header, || meta_label(bytes), bytes),
        bytes,
    )
}

fn labelled_or_seen(
    in_header: Option<&'static Encoding>,
    in_page: impl FnOnce() -> Option<&'static Encoding>,
    bytes: &[u8],
) -> &'static Encoding {
    let ascii_end = Encoding::ascii_valid_up_to(bytes);
    if ascii_end == bytes.len() {
        // Pure ASCII, unless escape sequences say ISO-2022-JP.
        return match in_header.or_else(in_page) {
            Some(encoding) if encoding == encoding_rs::ISO_2022_JP => encoding,
            _ => UTF_8,
        };
    }
    if is_utf8_but_for_noise(bytes) {
        return UTF_8;
    }
    let is_right = |encoding: &&'static Encoding| {
        **encoding != *UTF_8
            && (**encoding != *WINDOWS_1252 || is_western(bytes))
            && decodes(encoding, bytes)
    };
    // Latin-1 is what servers say of whatever they serve: then the page knows better.
    let labels = match in_header {
        Some(encoding) if encoding == WINDOWS_1252 => [in_page(), in_header],
        _ => [in_header, in_page()],
    };
    let mut labels = labels.into_iter().flatten();
    labels.find(is_right).unwrap_or_else(|| detect(bytes))
}

/// Valid UTF-8, but for a character cut in two at the end or a few stray bytes as are left by
/// texts pasted together.
fn is_utf8_but_for_noise(bytes: &[u8]) -> bool {
    if std::str::from_utf8(bytes).is_ok() {
        return true;
    }
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad == 0 || (bad * 20 <= good)
}

/// Whether bytes may be Latin-1: there a letter outside ASCII stands among letters of ASCII, while
/// other alphabets have nothing but such bytes.
fn is_western(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(DETECT_WINDOW)];
    let high = head.iter().filter(|byte| !byte.is_ascii()).count();
    let pairs = head.windows(2);
    let in_a_row = pairs.filter(|pair| !pair[0].is_ascii() && !pair[1].is_ascii());
    high < HIGH_BYTES_MIN || in_a_row.count() * 2 < high
}

/// A label that turns the text into replacement characters is not believed.
fn decodes(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(&bytes[..bytes.len().min(DETECT_WINDOW)]);
    let broken = text.matches('\u{FFFD}').count();
    broken * 100 <= text.chars().filter(|c| !c.is_ascii()).count()
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(DETECT_WINDOW)], true);
    match detector.guess(None, Utf8Detection::Allow) {
        encoding if encoding == UTF_8 => WINDOWS_1252,
        encoding => encoding,
    }
}

/// UTF-16 markup without a byte order mark has a NUL at every other place; at least it begins so.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, 1..=0x7f, 0, ..] => return Some(UTF_16LE),
        [0, b'<', 0, 1..=0x7f, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(1024) & !1];
    if head.len() < 8 {
        return None;
    }
    let (mut even, mut odd) = (0, 0);
    for pair in head.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let most = head.len() / 2 * 6 / 10;
    if odd >= most && even * 10 <= odd {
        return Some(UTF_16LE);
    }
    (even >= most && odd * 10 <= even).then_some(UTF_16BE)
}

/// The first `charset` in a `meta` tag or XML declaration. UTF-16 named in readable bytes is UTF-8
/// (HTML 13.2.3.2).
fn meta_label(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(META_WINDOW)];
    if head.trim_ascii_start().starts_with(b"<?xml") {
        let end = memchr(b'>', head).unwrap_or(head.len());
        if let Some(encoding) = label_after(&head[..end], b"encoding") {
            return Some(as_readable(encoding));
        }
    }
    let mut rest = head;
    while let Some(at) = memchr(b'<', rest) {
        rest = &rest[at + 1..];
        if rest.starts_with(b"!--") {
            let end = memmem::find(rest, b"-->").unwrap_or(0);
            rest = &rest[end..];
            continue;
        }
        if rest.len() < 5 || !rest[..4].eq_ignore_ascii_case(b"meta") {
            continue;
        }
        let end = memchr(b'>', rest).unwrap_or(rest.len());
        if let Some(encoding) = label_after(&rest[..end], b"charset") {
            return Some(as_readable(encoding));
        }
    }
    None
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

fn as_readable(encoding: &'static Encoding) -> &'static Encoding {
    if is_utf16(encoding) { UTF_8 } else { encoding }
}

/// The encoding named after `key =` in `text`; `None` for an unknown label.
fn label_after(text: &[u8], key: &[u8]) -> Option<&'static Encoding> {
    let at = text
        .windows(key.len())
        .position(|window| window.eq_ignore_ascii_case(key))?;
    let value = text[at + key.len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    let value = value.strip_prefix(b"'").unwrap_or(value);
    let end = value
        .iter()
        .position(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b';' | b'>' | b'/'))
        .unwrap_or(value.len());
    Encoding::for_label(&value[..end])
}
