//! The body as text: unpacked if it is gzip, decoded if it is not UTF-8.

use std::{borrow::Cow, io::Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::read::MultiGzDecoder;

use super::links::problem;
use crate::model::{Page, Problem};

/// Bytes of an unpacked body: the sitemap protocol allows 50 MB uncompressed.
const UNPACKED_MAX: usize = 50 << 20;

/// Unpacked bytes for each packed one. A monotonous sitemap reaches 60, a bomb 1,000.
const RATIO_MAX: usize = 100;

/// Unpacked bytes that are always free.
const RATIO_FREE: usize = 1 << 20;

/// Up to here the buffer doubles; beyond, all that is allowed is reserved at once, so that no old
/// half lies beside the new whole.
const DOUBLES_TO: usize = 4 << 20;

/// How far in an encoding must be declared: the prescan of HTML (13.2.3.2).
const DECLARED_WITHIN: usize = 1_024;

/// The text of `page`, without a byte order mark, and what was lost on the way.
pub(super) fn text(page: &Page) -> (Cow<'_, str>, Vec<Problem>) {
    let (bytes, problems) = unpacked(&page.body);
    let text = match bytes {
        Cow::Borrowed(bytes) => decoded(bytes, page),
        Cow::Owned(bytes) => Cow::Owned(owned(bytes, page)),
    };
    (text, problems)
}

/// Sitemaps are stored as `.xml.gz` and served as they lie there; RFC 1952 says how they begin.
fn unpacked(body: &[u8]) -> (Cow<'_, [u8]>, Vec<Problem>) {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return (Cow::Borrowed(body), Vec::new());
    }
    let most = body.len().saturating_mul(RATIO_MAX);
    let most = most.clamp(RATIO_FREE, UNPACKED_MAX);
    let mut bytes = Vec::new();
    let mut problems = Vec::new();
    if let Err(why) = unpack(body, most + 1, &mut bytes) {
        problems.push(problem(format!("the gzip data are damaged: {why}")));
    }
    if bytes.len() > most {
        bytes.truncate(most);
        problems.push(problem(format!(
            "read only the first {most} bytes unpacked"
        )));
    }
    (Cow::Owned(bytes), problems)
}

fn unpack(body: &[u8], most: usize, into: &mut Vec<u8>) -> std::io::Result<()> {
    let mut reader = MultiGzDecoder::new(body).take(most.min(DOUBLES_TO) as u64);
    reader.read_to_end(into)?;
    let rest = most.saturating_sub(DOUBLES_TO);
    if rest > 0 && into.len() == DOUBLES_TO {
        into.reserve_exact(rest);
        reader.set_limit(rest as u64);
        reader.read_to_end(into)?;
    }
    Ok(())
}

/// As [`decoded`], without a second copy of what is UTF-8 already.
fn owned(bytes: Vec<u8>, page: &Page) -> String {
    match String::from_utf8(bytes) {
        Ok(text)
            if !text.starts_with('\u{feff}')
                && !text.starts_with("\0<\0")
                && !text.starts_with("<\0") =>
        {
            text
        }
        Ok(text) => decoded(text.as_bytes(), page).into_owned(),
        Err(error) => decoded(error.as_bytes(), page).into_owned(),
    }
}

fn decoded<'a>(bytes: &'a [u8], page: &Page) -> Cow<'a, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    // What reads as UTF-8 is UTF-8, whatever anybody declares, but UTF-16 may pass for it.
    match bytes {
        [b'<', 0, ..] => return UTF_16LE.decode_without_bom_handling(bytes).0,
        [0, b'<', 0, ..] => return UTF_16BE.decode_without_bom_handling(bytes).0,
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let encoding = match declared(bytes, page) {
        Some(encoding) => encoding,
        None if mostly_utf8(bytes) => UTF_8,
        None => WINDOWS_1252,
    };
    encoding.decode_without_bom_handling(bytes).0
}

/// `charset=` of the Content-Type, else `encoding=` or `charset=` early in the document.
fn declared(bytes: &[u8], page: &Page) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARED_WITHIN)]);
    let header = page.headers.get("content-type").unwrap_or_default();
    [
        (header, "charset="),
        (&start, "encoding="),
        (&start, "charset="),
    ]
    .into_iter()
    .find_map(|(text, key)| {
        // Lower-casing ASCII moves no byte.
        let at = text.to_ascii_lowercase().find(key)? + key.len();
        let label = text[at..].trim_start_matches(['"', '\'']);
        let end = label
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.:".contains(c)))
            .unwrap_or(label.len());
        Encoding::for_label(&label.as_bytes()[..end])
    })
}

/// A text cut in the middle of a character, or with a stray byte in it.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let bad = text.matches(char::REPLACEMENT_CHARACTER).count();
    let good = text.chars().filter(|c| !c.is_ascii()).count() - bad;
    bad <= good
}
