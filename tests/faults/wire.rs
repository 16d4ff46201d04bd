//! What comes over the wire: too slow, too much, wrongly packed, cut short.

use std::{io::Write as _, time::Duration};

use benggala::{
    config::FetchConfig,
    frontier::{Asked, Next, Schedule, after},
    model::{FetchOutcome, PageKind},
};
use flate2::{Compression, write::GzEncoder};

use crate::{
    bench::{
        Fault, HASTY, Measured, PATIENT, ask, fault, fetcher, hasty, measured, outcome, patient,
        same, says,
    },
    server::{Server, Step, full, head, kept},
};

pub(crate) const FAULTS: &[Fault] = &[
    fault!(
        1,
        "headers, a byte at a time",
        "timeout",
        HASTY,
        slow_headers
    ),
    fault!(2, "a body, a byte at a time", "timeout", HASTY, slow_body),
    fault!(3, "no answer at all", "timeout", HASTY, silence),
    fault!(4, "a body without end", "too_large", PATIENT, endless_body),
    fault!(
        5,
        "headers without end",
        "too_large",
        PATIENT,
        endless_headers
    ),
    fault!(
        6,
        "chunks without end",
        "too_large",
        PATIENT,
        endless_chunks
    ),
    fault!(7, "2 MB that unpack to 2 GiB", "too_large", PATIENT, bombs),
    fault!(8, "a bomb inside a bomb", "too_large", PATIENT, nested_bomb),
    fault!(
        9,
        "an encoding that lies",
        "decode",
        PATIENT,
        lying_encoding
    ),
    fault!(
        10,
        "a gzip body that is cut short",
        "decode",
        PATIENT,
        truncated_gzip
    ),
    fault!(
        11,
        "an unknown encoding",
        "decode",
        PATIENT,
        unknown_encoding
    ),
    fault!(
        12,
        "fewer bytes than Content-Length",
        "connect",
        PATIENT,
        long_length
    ),
    fault!(
        13,
        "more bytes than Content-Length",
        "ok",
        PATIENT,
        short_length
    ),
    fault!(
        14,
        "lengths that contradict or are negative",
        "connect",
        PATIENT,
        bad_lengths
    ),
    fault!(
        15,
        "a reset in the middle of the body",
        "connect",
        PATIENT,
        reset
    ),
    fault!(16, "not HTTP", "connect", PATIENT, not_http),
    fault!(17, "status 999", "http_5xx", PATIENT, status_999),
];

const PAGE: &[u8] = b"<html><body><p>The harbour was quiet this morning.</p></body></html>";

async fn slow_headers() -> Measured {
    let slow = head(200, &[&format!("X-Slow: {}", "x".repeat(500))]);
    let server = Server::of(vec![Step::Drip(slow, Duration::from_millis(20))]).await;
    let fetcher = fetcher(&hasty());
    measured(async move {
        let exchange = ask(&fetcher, server.url("/")).await;
        says(&exchange, "no answer within 0.5 s");
        outcome(&exchange)
    })
}

async fn slow_body() -> Measured {
    let drip = vec![
        Step::Send(head(200, &[])),
        Step::Drip(vec![b'x'; 1_000], Duration::from_millis(30)),
    ];
    let stall = vec![
        Step::Send(head(200, &["Content-Length: 9"])),
        Step::Send(b"x".to_vec()),
        Step::Hang,
    ];
    let (drip, stall) = (Server::of(drip).await, Server::of(stall).await);
    let fetcher = fetcher(&hasty());
    measured(async move {
        let total = ask(&fetcher, drip.url("/")).await;
        says(&total, "no complete answer within 0.9 s");
        let idle = ask(&fetcher, stall.url("/")).await;
        says(&idle, "no more bytes within 0.3 s");
        same(&[outcome(&total), outcome(&idle)])
    })
}

async fn silence() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        "/never" => vec![Step::Hang],
        _ => full(200, &[], PAGE),
    })
    .await;
    let one_at_a_time = FetchConfig {
        concurrency_per_host: 1,
        concurrency: 1,
        ..hasty()
    };
    let fetcher = fetcher(&one_at_a_time);
    measured(async move {
        let silent = ask(&fetcher, server.url("/never")).await;
        // Its slot is free again.
        let next = ask(&fetcher, server.url("/page")).await;
        assert_eq!(outcome(&next), "ok", "{next:?}");
        outcome(&silent)
    })
}

/// An answer that goes on until the client closes the connection, well before 256 MiB.
async fn endless(start: Vec<u8>, again: Vec<u8>) -> Measured {
    let server = Server::of(vec![Step::Send(start), Step::Endless(again)]).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let exchange = ask(&fetcher, server.url("/")).await;
        assert!(exchange.wire_bytes < 8 << 20, "{}", exchange.wire_bytes);
        outcome(&exchange)
    })
}

async fn endless_body() -> Measured {
    endless(head(200, &[]), b"<p>more and more</p>\n".repeat(2_000)).await
}

async fn endless_headers() -> Measured {
    let header = [b"X-A: ", &[b'b'; 1_000][..], b"\r\n"].concat();
    endless(b"HTTP/1.1 200 OK\r\n".to_vec(), header).await
}

async fn endless_chunks() -> Measured {
    let chunk = [b"400\r\n", &[b'y'; 1_024][..], b"\r\n"].concat();
    endless(head(200, &["Transfer-Encoding: chunked"]), chunk).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// 32 members (or frames) of 64 MiB each.
fn bombs_of_2_gib() -> [(&'static str, Vec<u8>); 2] {
    let spaces = vec![b' '; 64 << 20];
    let zstd = zstd::encode_all(&spaces[..], 3).unwrap();
    [
        ("gzip", gzip(&spaces).repeat(32)),
        ("zstd", zstd.repeat(32)),
    ]
}

async fn bombs() -> Measured {
    let mut servers = Vec::new();
    for (coding, bomb) in bombs_of_2_gib() {
        let label = format!("Content-Encoding: {coding}");
        servers.push(Server::of(full(200, &[&label], &bomb)).await);
    }
    let fetchers = [
        fetcher(&patient()),
        // The cap on bytes out of the way: the ratio has to see it.
        fetcher(&FetchConfig {
            body_max: 1 << 30,
            ..patient()
        }),
    ];
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            for fetcher in &fetchers {
                outcomes.push(outcome(&ask(fetcher, server.url("/")).await));
            }
        }
        same(&outcomes)
    })
}

async fn nested_bomb() -> Measured {
    let [(_, bomb), _] = bombs_of_2_gib();
    let nested = Server::of(full(200, &["Content-Encoding: gzip, gzip"], &gzip(&bomb))).await;
    let twice = Server::of(full(
        200,
        &["Content-Encoding: gzip, gzip"],
        &gzip(&gzip(PAGE)),
    ))
    .await;
    let thrice = ["Content-Encoding: gzip, gzip", "Content-Encoding: gzip"];
    let thrice = Server::of(full(200, &thrice, &gzip(&gzip(&gzip(PAGE))))).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        assert_eq!(ask(&fetcher, twice.url("/")).await.body, PAGE);
        let thrice = ask(&fetcher, thrice.url("/")).await;
        assert_eq!(outcome(&thrice), "decode", "{thrice:?}");
        outcome(&ask(&fetcher, nested.url("/")).await)
    })
}

/// A body under a Content-Encoding, which must not come out as a page.
async fn labelled(codings: &[&str], body: &[u8]) -> Measured {
    let mut servers = Vec::new();
    for coding in codings {
        let label = format!("Content-Encoding: {coding}");
        servers.push(Server::of(full(200, &[&label], body)).await);
    }
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            let exchange = ask(&fetcher, server.url("/")).await;
            assert!(exchange.body.is_empty());
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn lying_encoding() -> Measured {
    labelled(&["gzip", "br", "zstd", "deflate"], PAGE).await
}

async fn truncated_gzip() -> Measured {
    let whole = gzip(PAGE);
    labelled(&["gzip"], &whole[..whole.len() / 2]).await
}

async fn unknown_encoding() -> Measured {
    labelled(&["x-unknown", "compress"], PAGE).await
}

/// Answers that must not come out as pages.
async fn broken(answers: Vec<Vec<Step>>) -> Measured {
    let mut servers = Vec::new();
    for answer in answers {
        servers.push(Server::of(answer).await);
    }
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            let exchange = ask(&fetcher, server.url("/")).await;
            assert!(exchange.body.is_empty());
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

fn with_headers(headers: &[&str]) -> Vec<Step> {
    vec![Step::Send(head(200, headers)), Step::Send(PAGE.to_vec())]
}

async fn long_length() -> Measured {
    let half_a_chunk = vec![
        Step::Send(head(200, &["Transfer-Encoding: chunked"])),
        Step::Send(b"400\r\nabc".to_vec()),
    ];
    broken(vec![with_headers(&["Content-Length: 5000"]), half_a_chunk]).await
}

async fn short_length() -> Measured {
    // What is too much looks like the next answer.
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        "/short" => {
            let smuggled = b"shortHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake".to_vec();
            vec![
                Step::Send(head(200, &["Content-Length: 5"])),
                Step::Send(smuggled),
                Step::KeepAlive,
            ]
        }
        _ => kept(200, &[], b"true"),
    })
    .await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let first = ask(&fetcher, server.url("/short")).await;
        assert_eq!(first.body, "short");
        let second = ask(&fetcher, server.url("/next")).await;
        assert_eq!(second.body, "true");
        let asked = server.asked();
        let next = asked.iter().find(|asked| asked.path == "/next").unwrap();
        assert_eq!(next.nth, 0, "the connection was used again");
        same(&[outcome(&first), outcome(&second)])
    })
}

async fn bad_lengths() -> Measured {
    broken(vec![
        with_headers(&["Content-Length: 5", "Content-Length: 12"]),
        with_headers(&["Content-Length: -1"]),
        with_headers(&["Content-Length: 0x10"]),
    ])
    .await
}

async fn reset() -> Measured {
    let mut steps = with_headers(&["Content-Length: 5000"]);
    steps.push(Step::Reset);
    let server = Server::of(steps).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let exchange = ask(&fetcher, server.url("/")).await;
        assert!(exchange.body.is_empty());
        let schedule = Schedule {
            attempts_max: 5,
            retry_first: Duration::from_secs(60),
            retry_max: Duration::from_secs(3_600),
            give_up_after: Duration::from_secs(86_400),
        };
        // No attempt at the page: it waits, ever longer.
        for (known_for, wait) in [(0, 60), (600, 300), (6_000, 3_000), (60_000, 3_600)] {
            let asked = Asked {
                kind: PageKind::Article,
                outcome: exchange.outcome,
                status: exchange.status,
                attempts: 0,
                known_for: Duration::from_secs(known_for),
            };
            let again = Next::Again {
                after: Duration::from_secs(wait),
                attempts: 0,
            };
            assert_eq!(after(&asked, None, &schedule, 1.0), again);
        }
        outcome(&exchange)
    })
}

async fn not_http() -> Measured {
    broken(vec![
        vec![Step::Send(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), Step::Hang],
        vec![Step::Send(b"HTTP/1.1 200 OK\r\nContent-".to_vec())],
        vec![Step::Send(vec![0xff; 100]), Step::Hang],
    ])
    .await
}

async fn status_999() -> Measured {
    let server = Server::of(full(999, &[], PAGE)).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let exchange = ask(&fetcher, server.url("/")).await;
        assert_eq!(exchange.status, Some(999));
        assert_eq!(exchange.outcome, FetchOutcome::Http5xx);
        outcome(&exchange)
    })
}
