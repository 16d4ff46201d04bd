//! Pages as WARC records.

use std::io::Read;

use benggala::{
    model::{Headers, Link, Page, PageKind, Timestamp},
    report::warc,
};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use url::Url;

const AT: &str = "2026-03-01T08:30:00.250Z";

fn at() -> Timestamp {
    AT.parse().unwrap()
}

fn page(body: &'static [u8]) -> Page {
    let url = Url::parse("https://harian.example/berita/1?a=b").unwrap();
    let headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("content-encoding", "br"),
        ("content-length", "7"),
        ("transfer-encoding", "chunked"),
        ("etag", "\"one\""),
    ];
    Page {
        link: Link {
            url: url.clone(),
            source: "harian".to_string(),
            kind: PageKind::Article,
            published: None,
        },
        final_url: url,
        fetched_at: at(),
        status: 200,
        headers: Headers(
            headers
                .map(|(n, v)| (n.to_string(), v.to_string()))
                .to_vec(),
        ),
        body: Bytes::from_static(body),
    }
}

fn unpacked(record: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    MultiGzDecoder::new(record).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The fields of a record's head and its block, cut where Content-Length says.
fn parsed(record: &[u8]) -> (Vec<(String, String)>, Vec<u8>) {
    let bytes = unpacked(record);
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let (version, fields) = head.split_once("\r\n").unwrap();
    assert_eq!(version, "WARC/1.1");
    let fields: Vec<(String, String)> = fields
        .lines()
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let length: usize = field(&fields, "Content-Length").parse().unwrap();
    let (block, rest) = bytes[end + 4..].split_at(length);
    assert_eq!(rest, b"\r\n\r\n");
    (fields, block.to_vec())
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    &fields.iter().find(|(field, _)| field == name).unwrap().1
}

#[test]
fn a_page_becomes_a_response_without_the_encodings_of_the_wire() {
    let (fields, block) = parsed(&warc::response(&page(b"<p>\x00\xff</p>")).unwrap());
    assert_eq!(field(&fields, "WARC-Type"), "response");
    assert_eq!(field(&fields, "WARC-Date"), AT);
    assert_eq!(
        field(&fields, "WARC-Target-URI"),
        "https://harian.example/berita/1?a=b"
    );
    assert_eq!(
        field(&fields, "Content-Type"),
        "application/http; msgtype=response"
    );
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\netag: \"one\"\r\n\
                content-length: 9\r\n\r\n";
    assert_eq!(block, [head.as_bytes(), b"<p>\x00\xff</p>"].concat());
}

#[test]
fn a_record_is_known_by_what_it_holds() {
    let id = |record: Vec<u8>| field(&parsed(&record).0, "WARC-Record-ID").to_string();
    let [one, same, other] = [b"one", b"one", b"two"].map(|body| warc::response(&page(body)));
    let (one, same, other) = (id(one.unwrap()), id(same.unwrap()), id(other.unwrap()));
    assert_eq!(one, same);
    assert_ne!(one, other);
    let uuid = one.strip_prefix("<urn:uuid:").unwrap();
    assert_eq!((&uuid[14..15], uuid.len()), ("8", 37), "{uuid}");
}

#[test]
fn digests_are_those_of_the_bytes() {
    // SHA-256 of the empty string, in base32 (RFC 4648).
    const EMPTY: &str = "sha256:4OYMIQUY7QOBJGX36TEJS35ZEQT24QPEMSNZGTFESWMRW6CSXBKQ====";
    let (fields, _) = parsed(&warc::response(&page(b"")).unwrap());
    assert_eq!(field(&fields, "WARC-Payload-Digest"), EMPTY);
    let (fields, block) = parsed(&warc::info(at()).unwrap());
    assert_eq!(field(&fields, "WARC-Type"), "warcinfo");
    assert!(block.starts_with(b"software: benggala/"));
}
