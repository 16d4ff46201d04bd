//! Pages as they were fetched, as WARC 1.1 records (ISO 28500:2017), one gzip member each.
//!
//! The store keeps bodies decoded from their content and transfer encodings. A `response` record
//! therefore leaves the headers of those encodings out and gives the length of what it holds;
//! everything else is as received.

use std::io::Write;

use chrono::SecondsFormat;
use data_encoding::BASE32;
use flate2::{Compression, write::GzEncoder};
use http::StatusCode;
use sha2::{Digest, Sha256};

use crate::model::{Page, Timestamp};

/// Headers that no longer hold once a body is decoded (RFC 9110, 8.4 and 8.6; RFC 9112, 6.1).
const OF_THE_WIRE: [&str; 3] = ["content-encoding", "transfer-encoding", "content-length"];

/// The first record of a file: who wrote it and how.
///
/// # Errors
/// None in practice: memory is all it writes to.
pub fn info(now: Timestamp) -> std::io::Result<Vec<u8>> {
    let block = concat!(
        "software: benggala/",
        env!("CARGO_PKG_VERSION"),
        "\r\nformat: WARC File Format 1.1\r\nconformsTo: \
         http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
         description: news articles; bodies are stored without their content and transfer \
         encodings\r\n",
    );
    let head = Head {
        kind: "warcinfo",
        at: now,
        content_type: "application/warc-fields",
        target: None,
        payload: None,
    };
    record(&head, block.as_bytes())
}

/// What a server answered.
///
/// # Errors
/// None in practice: memory is all it writes to.
pub fn response(page: &Page) -> std::io::Result<Vec<u8>> {
    let reason = StatusCode::from_u16(page.status).ok();
    let reason = reason.and_then(|status| status.canonical_reason());
    let mut block = Vec::with_capacity(page.body.len() + 1_024);
    let status = page.status;
    write!(
        block,
        "HTTP/1.1 {status} {}\r\n",
        reason.unwrap_or_default()
    )?;
    let headers = page.headers.0.iter();
    for (name, value) in headers.filter(|(name, _)| !OF_THE_WIRE.contains(&name.as_str())) {
        write!(block, "{name}: {value}\r\n")?;
    }
    write!(block, "content-length: {}\r\n\r\n", page.body.len())?;
    block.extend_from_slice(&page.body);
    let head = Head {
        kind: "response",
        at: page.fetched_at,
        content_type: "application/http; msgtype=response",
        target: Some(page.final_url.as_str()),
        payload: Some(&page.body),
    };
    record(&head, &block)
}

/// What stands at the head of a record.
struct Head<'a> {
    kind: &'a str,
    at: Timestamp,
    content_type: &'a str,
    target: Option<&'a str>,
    payload: Option<&'a [u8]>,
}

fn record(head: &Head<'_>, block: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    let date = head.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    write!(out, "WARC/1.1\r\nWARC-Type: {}\r\n", head.kind)?;
    write!(out, "WARC-Record-ID: <urn:uuid:{}>\r\n", id(head, block))?;
    write!(out, "WARC-Date: {date}\r\n")?;
    if let Some(target) = head.target {
        write!(out, "WARC-Target-URI: {target}\r\n")?;
    }
    write!(out, "WARC-Block-Digest: {}\r\n", digest(block))?;
    if let Some(payload) = head.payload {
        write!(out, "WARC-Payload-Digest: {}\r\n", digest(payload))?;
    }
    write!(out, "Content-Type: {}\r\n", head.content_type)?;
    write!(out, "Content-Length: {}\r\n\r\n", block.len())?;
    out.write_all(block)?;
    out.write_all(b"\r\n\r\n")?;
    out.finish()
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", BASE32.encode(&Sha256::digest(bytes)))
}

/// A UUID made from what the record holds (version 8, RFC 9562, 5.8): the same export twice is the
/// same file.
fn id(head: &Head<'_>, block: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(head.kind);
    hash.update(head.target.unwrap_or_default());
    hash.update(head.at.timestamp_millis().to_le_bytes());
    hash.update(block);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}
