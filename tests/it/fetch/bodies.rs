//! What arrives, and how much of it.

use std::time::Duration;

use async_compression::tokio::write::{
    BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder,
};
use benggala::{
    config::FetchConfig,
    fetch::Request,
    model::{FetchOutcome, PageKind},
};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::{
    config, fetch, fetcher, impatient, request, says,
    server::{Server, Step, full, head, kept},
};

const PAGE: &[u8] =
    b"<html><head><title>Harbour</title></head><body><p>The harbour was quiet this \
    morning, and the ferry left on time.</p></body></html>";

macro_rules! packed {
    ($encoder:ident, $bytes:expr) => {
        pack($encoder::new(Vec::new()), $bytes, $encoder::into_inner).await
    };
}

async fn pack<E: AsyncWrite + Unpin>(
    mut encoder: E,
    bytes: &[u8],
    into_inner: impl FnOnce(E) -> Vec<u8>,
) -> Vec<u8> {
    encoder.write_all(bytes).await.unwrap();
    encoder.shutdown().await.unwrap();
    into_inner(encoder)
}

/// Fetches one body labelled `coding`.
async fn answered(coding: &str, body: &[u8]) -> benggala::fetch::Exchange {
    let label = format!("Content-Encoding: {coding}");
    let server = Server::of(full(200, &[&label], body)).await;
    fetch(&config(), server.url("/page")).await
}

#[tokio::test]
async fn every_coding_is_undone() {
    let gzip = packed!(GzipEncoder, PAGE);
    let cases = [
        ("identity", PAGE.to_vec()),
        ("gzip", gzip.clone()),
        ("x-gzip", gzip.clone()),
        ("GZIP", gzip.clone()),
        ("br", packed!(BrotliEncoder, PAGE)),
        ("zstd", packed!(ZstdEncoder, PAGE)),
        ("deflate", packed!(ZlibEncoder, PAGE)),
        ("deflate", packed!(DeflateEncoder, PAGE)),
        ("gzip, br", packed!(BrotliEncoder, &gzip)),
        ("gzip, identity, deflate", packed!(DeflateEncoder, &gzip)),
    ];
    for (coding, body) in cases {
        let exchange = answered(coding, &body).await;
        assert_eq!(exchange.outcome, FetchOutcome::Ok, "{coding}: {exchange:?}");
        assert_eq!(exchange.body, PAGE, "{coding}");
        assert_eq!(exchange.wire_bytes, body.len() as u64, "{coding}");
        assert_eq!(exchange.status, Some(200), "{coding}");
        assert_eq!(exchange.error, None, "{coding}");
    }
}

#[tokio::test]
async fn members_of_one_gzip_body_are_joined() {
    let mut body = packed!(GzipEncoder, b"first, ");
    body.extend(packed!(GzipEncoder, b"second"));
    let exchange = answered("gzip", &body).await;
    assert_eq!(exchange.body, "first, second", "{exchange:?}");
}

#[tokio::test]
async fn what_is_no_coding_is_passed_over() {
    for label in [
        "UTF-8",
        "none",
        "identity",
        "iso-8859-1",
        "text/html",
        "8bit",
    ] {
        assert_eq!(answered(label, PAGE).await.body, PAGE, "{label}");
    }
}

#[tokio::test]
async fn gzip_that_no_header_speaks_of_is_undone_once_more_for_pages() {
    let once = packed!(GzipEncoder, PAGE);
    let twice = packed!(GzipEncoder, &once);
    let bare = Server::of(full(200, &[], &once)).await;
    assert_eq!(fetch(&config(), bare.url("/")).await.body, PAGE);
    assert_eq!(answered("gzip", &twice).await.body, PAGE);
    // A feed's file may be gzip by itself: whoever reads feeds unpacks it.
    let feed = Request {
        kind: PageKind::Feed,
        ..request(bare.url("/feed.xml.gz"))
    };
    assert_eq!(fetcher(&config()).fetch(&feed).await.body, once);
}

#[tokio::test]
async fn a_coding_that_lies_is_no_page() {
    let gzip = packed!(GzipEncoder, PAGE);
    let cases = [
        ("gzip", PAGE.to_vec(), "damaged"),
        ("br", PAGE.to_vec(), "damaged"),
        ("zstd", PAGE.to_vec(), "damaged"),
        ("deflate", PAGE.to_vec(), "damaged"),
        ("gzip", gzip[..gzip.len() / 2].to_vec(), "cut short"),
        ("gzip", gzip[..gzip.len() - 1].to_vec(), "cut short"),
        ("br", cut(packed!(BrotliEncoder, PAGE)), "cut short"),
        ("zstd", cut(packed!(ZstdEncoder, PAGE)), "cut short"),
        ("deflate", cut(packed!(ZlibEncoder, PAGE)), "cut short"),
        ("deflate", cut(packed!(DeflateEncoder, PAGE)), "cut short"),
        ("gzip", [&gzip[..], b"and some more"].concat(), "damaged"),
        ("x-unknown", PAGE.to_vec(), "unknown content encoding"),
        ("gzip, gzip, gzip", gzip, "3 content encodings"),
    ];
    for (coding, body, words) in cases {
        let exchange = answered(coding, &body).await;
        assert_eq!(
            exchange.outcome,
            FetchOutcome::Decode,
            "{coding}: {exchange:?}"
        );
        assert!(exchange.body.is_empty(), "{coding}");
        assert_eq!(exchange.status, Some(200), "{coding}");
        says(&exchange, words);
    }
}

fn cut(mut body: Vec<u8>) -> Vec<u8> {
    body.truncate(body.len() - 3);
    body
}

#[tokio::test]
async fn bombs_are_stopped_early() {
    let zeros = vec![0; 64 << 20];
    let gzip = packed!(GzipEncoder, &zeros);
    let cases = [
        ("br", packed!(BrotliEncoder, &zeros[..16 << 20])),
        ("zstd", packed!(ZstdEncoder, &zeros)),
        ("deflate", packed!(ZlibEncoder, &zeros)),
        ("gzip, gzip", packed!(GzipEncoder, &gzip)),
        ("gzip", gzip),
    ];
    for (coding, body) in cases {
        // The byte limit is out of the way: the ratio alone has to see it.
        let config = FetchConfig {
            body_max: 1 << 30,
            ..config()
        };
        let label = format!("Content-Encoding: {coding}");
        let server = Server::of(full(200, &[&label], &body)).await;
        let exchange = fetch(&config, server.url("/bomb")).await;
        assert_eq!(
            exchange.outcome,
            FetchOutcome::TooLarge,
            "{coding}: {exchange:?}"
        );
        assert!(exchange.body.is_empty(), "{coding}");
    }
}

#[tokio::test]
async fn the_limit_counts_decoded_bytes_and_depends_on_the_kind() {
    let limits = FetchConfig {
        body_max: 10_000,
        feed_max: 20_000,
        ..config()
    };
    let text: Vec<u8> = PAGE.iter().copied().cycle().take(15_000).collect();
    let gzip = packed!(GzipEncoder, &text);
    assert!(gzip.len() < 10_000);
    let server = Server::of(full(200, &["Content-Encoding: gzip"], &gzip)).await;
    for (kind, expected) in [
        (PageKind::Article, FetchOutcome::TooLarge),
        (PageKind::Listing, FetchOutcome::TooLarge),
        (PageKind::Feed, FetchOutcome::Ok),
        (PageKind::Sitemap, FetchOutcome::Ok),
        (PageKind::Auto, FetchOutcome::Ok),
    ] {
        let request = Request {
            kind,
            ..request(server.url("/text"))
        };
        let exchange = fetcher(&limits).fetch(&request).await;
        assert_eq!(exchange.outcome, expected, "{kind:?}: {exchange:?}");
    }
}

#[tokio::test]
async fn a_body_of_just_the_limit_passes() {
    let limits = FetchConfig {
        body_max: 1_000,
        ..config()
    };
    for (length, expected) in [(1_000, FetchOutcome::Ok), (1_001, FetchOutcome::TooLarge)] {
        // Without Content-Length, so that the bytes themselves are counted.
        let steps = vec![Step::Send(head(200, &[])), Step::Send(vec![b'x'; length])];
        let server = Server::of(steps).await;
        let exchange = fetch(&limits, server.url("/")).await;
        assert_eq!(exchange.outcome, expected, "{length}: {exchange:?}");
    }
}

#[tokio::test]
async fn a_large_body_arrives_whole() {
    let line = b"0123456789abcde\n".repeat(3_000);
    let steps = vec![Step::Send(head(200, &[])), Step::Repeat(line.clone(), 100)];
    let server = Server::of(steps).await;
    let exchange = fetch(&config(), server.url("/")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok, "{:?}", exchange.error);
    assert_eq!(exchange.body, line.repeat(100));
}

#[tokio::test]
async fn an_announced_giant_is_not_read() {
    let steps = vec![
        Step::Send(head(200, &["Content-Length: 9000000000"])),
        Step::Hang,
    ];
    let server = Server::of(steps).await;
    let exchange = fetch(&config(), server.url("/giant")).await;
    assert_eq!(exchange.outcome, FetchOutcome::TooLarge);
    says(&exchange, "9000000000 bytes announced");
}

#[tokio::test]
async fn endless_answers_are_stopped_at_the_limit() {
    let cases = [
        (
            "body",
            head(200, &[]),
            b"<p>more and more</p>\n".repeat(2_000),
        ),
        (
            "chunks",
            head(200, &["Transfer-Encoding: chunked"]),
            [b"400\r\n", &[b'y'; 1_024][..], b"\r\n"].concat(),
        ),
        (
            "headers",
            b"HTTP/1.1 200 OK\r\n".to_vec(),
            [b"X-A: ", &[b'b'; 1_000][..], b"\r\n"].concat(),
        ),
        (
            "one header",
            b"HTTP/1.1 200 OK\r\nX-A: ".to_vec(),
            vec![b'b'; 10_000],
        ),
    ];
    for (name, start, again) in cases {
        let server = Server::of(vec![Step::Send(start), Step::Endless(again)]).await;
        let exchange = fetch(&config(), server.url("/endless")).await;
        assert_eq!(
            exchange.outcome,
            FetchOutcome::TooLarge,
            "{name}: {exchange:?}"
        );
        assert!(
            exchange.wire_bytes < 8 << 20,
            "{name}: {}",
            exchange.wire_bytes
        );
    }
}

#[tokio::test]
async fn slow_answers_end_in_time() {
    let beat = Duration::from_millis(50);
    let cases = [
        ("never", vec![Step::Hang], "no answer within"),
        (
            "head",
            vec![Step::Drip(head(200, &["X-Slow: yes"]), beat)],
            "no answer within",
        ),
        (
            "drip",
            vec![
                Step::Send(head(200, &[])),
                Step::Drip(vec![b'x'; 1_000], beat),
            ],
            "no complete answer within",
        ),
        (
            "stall",
            vec![
                Step::Send(head(200, &["Content-Length: 9"])),
                Step::Send(b"x".to_vec()),
                Step::Hang,
            ],
            "no more bytes within",
        ),
    ];
    for (name, steps, words) in cases {
        let server = Server::of(steps).await;
        let exchange = fetch(&impatient(), server.url("/slow")).await;
        assert_eq!(
            exchange.outcome,
            FetchOutcome::Timeout,
            "{name}: {exchange:?}"
        );
        assert!(
            exchange.took >= Duration::from_millis(440),
            "{name}: {:?}",
            exchange.took
        );
        assert!(exchange.body.is_empty(), "{name}");
        says(&exchange, words);
    }
}

#[tokio::test]
async fn nothing_at_all_is_an_answer() {
    let cases = [
        (200, full(200, &[], b"")),
        (204, vec![Step::Send(head(204, &[]))]),
        (200, full(200, &["Content-Encoding: gzip"], b"")),
    ];
    for (status, steps) in cases {
        let server = Server::of(steps).await;
        let exchange = fetch(&config(), server.url("/")).await;
        assert_eq!(exchange.outcome, FetchOutcome::Ok, "{exchange:?}");
        assert_eq!(exchange.status, Some(status));
        assert!(exchange.body.is_empty());
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        _ if asked.header("if-none-match") == Some("\"seven\"")
            && asked.header("if-modified-since") == Some("Mon, 01 Jan 2024 00:00:00 GMT") =>
        {
            kept(304, &["ETag: \"seven\""], b"")
        }
        _ => full(200, &["ETag: \"seven\"", "X-Odd: caf\u{e9}"], PAGE),
    })
    .await;
    let fetcher = fetcher(&config());
    let first = fetcher.fetch(&request(server.url("/page"))).await;
    assert_eq!(first.outcome, FetchOutcome::Ok);
    assert_eq!(first.headers.get("etag"), Some("\"seven\""));
    assert_eq!(first.headers.get("x-odd"), Some("caf\u{e9}"));
    let again = Request {
        etag: first.headers.get("etag").map(str::to_string),
        last_modified: Some("Mon, 01 Jan 2024 00:00:00 GMT".to_string()),
        ..request(server.url("/page"))
    };
    let second = fetcher.fetch(&again).await;
    assert_eq!(second.outcome, FetchOutcome::NotModified, "{second:?}");
    assert_eq!(second.status, Some(304));
    assert!(second.body.is_empty());
    // A validator that is no header value is left out.
    let odd = Request {
        etag: Some("\"a\nb\"".to_string()),
        ..again
    };
    assert_eq!(fetcher.fetch(&odd).await.outcome, FetchOutcome::Ok);
}

#[tokio::test]
async fn we_say_who_we_are_and_nothing_else() {
    let server = Server::of(full(200, &["Set-Cookie: seen=1"], PAGE)).await;
    let config = FetchConfig {
        user_agent: "benggala/{version} (+{contact})".to_string(),
        contact: "https://desk.example/bot".to_string(),
        ..config()
    };
    let fetcher = fetcher(&config);
    fetcher.fetch(&request(server.url("/a"))).await;
    fetcher.fetch(&request(server.url("/b"))).await;
    let version = env!("CARGO_PKG_VERSION");
    for asked in server.asked() {
        assert_eq!(
            asked.header("user-agent"),
            Some(format!("benggala/{version} (+https://desk.example/bot)").as_str())
        );
        assert_eq!(
            asked.header("accept-encoding"),
            Some("gzip, br, zstd, deflate")
        );
        for unwanted in ["cookie", "referer", "authorization"] {
            assert_eq!(asked.header(unwanted), None, "{}", asked.path);
        }
    }
    assert_eq!(server.asked().len(), 3);
}
