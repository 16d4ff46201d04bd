//! Bytes to the text of a page, unless they are neither HTML nor Markdown.

use std::borrow::Cow;

use memchr::memchr;

use super::markdown;
use crate::{
    charset,
    model::{Headers, Reason},
};

/// Decodes a document. The error is `NotHtml` for another format and `Empty` for nothing but
/// white space.
pub(in crate::extract) fn decode<'a>(
    bytes: &'a [u8],
    headers: &Headers,
) -> Result<Cow<'a, str>, Reason> {
    let content_type = headers.get("content-type").unwrap_or_default();
    if is_other_format(bytes) || is_other_type(content_type, bytes) {
        return Err(Reason::NotHtml);
    }
    let text = match charset::decode(bytes, content_type) {
        text if memchr(0, text.as_bytes()).is_some() => Cow::Owned(text.replace('\0', "")),
        text => text,
    };
    if text.trim().is_empty() {
        return Err(Reason::Empty);
    }
    Ok(markdown::rendered(&text).map_or(text, Cow::Owned))
}

/// Magic numbers of what is served as HTML by mistake (MIME Sniffing Standard, 7.1).
fn is_other_format(bytes: &[u8]) -> bool {
    const MAGIC: &[&[u8]] = &[
        b"%PDF-",
        b"%!PS-Adobe-",
        b"\x89PNG\r\n\x1a\n",
        b"GIF87a",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\x1f\x8b\x08",
        b"Rar!\x1a\x07",
        b"7z\xbc\xaf\x27\x1c",
        b"\x28\xb5\x2f\xfd",
        b"\x00\x00\x01\x00",
        b"OggS\x00",
        b"ID3\x03",
        b"ID3\x04",
        b"\x1aE\xdf\xa3",
        b"wOFF",
        b"wOF2",
        b"\x00asm",
        b"\x7fELF",
        b"{\\rtf",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ];
    MAGIC.iter().any(|magic| bytes.starts_with(magic))
        || (bytes.starts_with(b"RIFF") && bytes.len() > 12)
        || bytes.get(4..8) == Some(b"ftyp")
}

/// A declared type that is not text is believed when no markup opens the document.
fn is_other_type(content_type: &str, bytes: &[u8]) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let top = kind.split('/').next().unwrap_or_default();
    let other = ["image", "audio", "video", "font"]
        .iter()
        .any(|name| top.eq_ignore_ascii_case(name))
        || ["application/pdf", "application/zip", "application/json"]
            .iter()
            .any(|name| kind.eq_ignore_ascii_case(name));
    other && !bytes.trim_ascii_start().starts_with(b"<")
}
