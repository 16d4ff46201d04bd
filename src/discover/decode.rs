//! The body as text, unpacked if it is gzip.

use std::{borrow::Cow, io::Read};

use flate2::read::MultiGzDecoder;

use super::links::problem;
use crate::{
    charset,
    model::{Page, Problem},
};

/// Bytes of an unpacked body: the sitemap protocol allows 50 MB uncompressed.
const UNPACKED_MAX: usize = 50 << 20;

/// Unpacked bytes for each packed one. A monotonous sitemap reaches 60, a bomb 1,000.
const RATIO_MAX: usize = 100;

/// Unpacked bytes that are always free.
const RATIO_FREE: usize = 1 << 20;

/// Up to here the buffer doubles; beyond, all that is allowed is reserved at once, so that no old
/// half lies beside the new whole.
const DOUBLES_TO: usize = 4 << 20;

/// As it stands in front of UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text of `page`, without a byte order mark, and what was lost on the way.
pub(super) fn text(page: &Page) -> (Cow<'_, str>, Vec<Problem>) {
    let (bytes, problems) = unpacked(&page.body);
    let content_type = page.headers.get("content-type").unwrap_or_default();
    let text = match bytes {
        Cow::Borrowed(bytes) => charset::decode(bytes, content_type),
        Cow::Owned(bytes) => Cow::Owned(owned(bytes, content_type)),
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

/// The text of what was unpacked, without a second copy of what is UTF-8 already.
fn owned(bytes: Vec<u8>, content_type: &str) -> String {
    if let Cow::Owned(text) = charset::decode(&bytes, content_type) {
        return text;
    }
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return charset::decode(error.as_bytes(), content_type).into_owned(),
    };
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len_utf8());
    }
    text
}
