//! What goes wrong on the way to an answer, and what statuses mean.

use std::{io::Write as _, net::TcpListener, time::Duration};

use benggala::{
    config::FetchConfig,
    fetch::{Fetcher, Network},
    model::FetchOutcome,
};
use url::Url;

use super::{
    config, fetch, fetcher, request, says,
    server::{Server, Step, full, head, kept},
};

#[tokio::test]
async fn broken_answers_are_not_pages() {
    let page = b"<p>short</p>".to_vec();
    let cases = [
        (
            "early close",
            vec![
                Step::Send(head(200, &["Content-Length: 5000"])),
                Step::Send(page.clone()),
            ],
        ),
        (
            "reset",
            vec![
                Step::Send(head(200, &["Content-Length: 5000"])),
                Step::Send(page.clone()),
                Step::Reset,
            ],
        ),
        (
            "half a chunk",
            vec![
                Step::Send(head(200, &["Transfer-Encoding: chunked"])),
                Step::Send(b"400\r\nabc".to_vec()),
            ],
        ),
        (
            "no chunk",
            vec![
                Step::Send(head(200, &["Transfer-Encoding: chunked"])),
                Step::Send(page.clone()),
            ],
        ),
        (
            "two lengths",
            vec![
                Step::Send(head(200, &["Content-Length: 5", "Content-Length: 12"])),
                Step::Send(page.clone()),
            ],
        ),
        (
            "negative length",
            vec![
                Step::Send(head(200, &["Content-Length: -1"])),
                Step::Send(page),
            ],
        ),
        (
            "not HTTP",
            vec![Step::Send(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), Step::Hang],
        ),
        (
            "half a head",
            vec![Step::Send(b"HTTP/1.1 200 OK\r\nContent-".to_vec())],
        ),
        ("nothing", vec![]),
    ];
    for (name, steps) in cases {
        let server = Server::of(steps).await;
        let exchange = fetch(&config(), server.url("/")).await;
        assert_eq!(
            exchange.outcome,
            FetchOutcome::Connect,
            "{name}: {exchange:?}"
        );
        assert!(exchange.body.is_empty(), "{name}");
        says(&exchange, "127.0.0.1");
    }
}

#[tokio::test]
async fn a_length_that_is_too_short_cuts() {
    let steps = vec![
        Step::Send(head(200, &["Content-Length: 5"])),
        Step::Send(b"short, said it".to_vec()),
    ];
    let server = Server::of(steps).await;
    let exchange = fetch(&config(), server.url("/")).await;
    assert_eq!(
        (exchange.outcome, &exchange.body[..]),
        (FetchOutcome::Ok, &b"short"[..])
    );
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced_once() {
    let server = Server::start(|asked| match (asked.path.as_str(), asked.nth) {
        ("/robots.txt", _) => kept(404, &[], b""),
        // The connection is left without a word.
        (_, 1..) => vec![],
        _ => kept(200, &[], b"here"),
    })
    .await;
    let exchange = fetch(&config(), server.url("/page")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok, "{exchange:?}");
    assert_eq!((exchange.retries, server.count("/page")), (1, 2));
}

#[tokio::test]
async fn a_server_that_always_hangs_up_is_asked_twice_and_no_more() {
    let server = Server::of(vec![]).await;
    let exchange = fetch(&config(), server.url("/page")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Connect);
    assert_eq!((exchange.retries, server.count("/page")), (1, 2));
}

#[tokio::test]
async fn statuses_mean_what_they_say() {
    let cases: [(u16, &[&str], FetchOutcome, &str); 20] = [
        (200, &[], FetchOutcome::Ok, ""),
        (203, &[], FetchOutcome::Ok, ""),
        (300, &[], FetchOutcome::Redirect, "300"),
        (305, &["Location: /"], FetchOutcome::Redirect, "305"),
        (304, &[], FetchOutcome::Redirect, "nothing was known"),
        (400, &[], FetchOutcome::Http4xx, "400"),
        (403, &[], FetchOutcome::Http4xx, "403"),
        (404, &[], FetchOutcome::Http4xx, "404"),
        (410, &[], FetchOutcome::Http4xx, "410"),
        (451, &[], FetchOutcome::Http4xx, "451"),
        (429, &[], FetchOutcome::Throttled, "429"),
        (503, &["Retry-After: 5"], FetchOutcome::Throttled, "503"),
        (500, &[], FetchOutcome::Http5xx, "500"),
        (503, &[], FetchOutcome::Http5xx, "503"),
        (600, &[], FetchOutcome::Http5xx, "600"),
        (999, &[], FetchOutcome::Http5xx, "999"),
        (
            403,
            &["CF-Mitigated: challenge"],
            FetchOutcome::Challenge,
            "bot wall",
        ),
        (
            202,
            &["x-amzn-waf-action: challenge"],
            FetchOutcome::Challenge,
            "bot wall",
        ),
        (
            405,
            &["x-amzn-waf-action: captcha"],
            FetchOutcome::Challenge,
            "bot wall",
        ),
        (
            403,
            &["x-amzn-waf-action: none"],
            FetchOutcome::Http4xx,
            "403",
        ),
    ];
    for (status, headers, outcome, words) in cases {
        let body: &[u8] = if status == 304 { b"" } else { b"<p>body</p>" };
        let server = Server::of(full(status, headers, body)).await;
        let exchange = fetch(&config(), server.url("/")).await;
        assert_eq!(
            exchange.outcome, outcome,
            "{status} {headers:?}: {exchange:?}"
        );
        assert_eq!(exchange.status, Some(status));
        assert_eq!(
            exchange.body.is_empty(),
            outcome != FetchOutcome::Ok,
            "{status}"
        );
        says(&exchange, words);
    }
}

#[tokio::test]
async fn a_silent_challenge_is_seen_by_its_script() {
    let script = b"<script src=https://0a1b.token.awswaf.com/challenge.js></script>";
    for (status, outcome) in [(202, FetchOutcome::Challenge), (200, FetchOutcome::Ok)] {
        let server = Server::of(full(status, &[], script)).await;
        let exchange = fetch(&config(), server.url("/")).await;
        assert_eq!(exchange.outcome, outcome);
        assert_eq!(exchange.body.is_empty(), outcome == FetchOutcome::Challenge);
    }
}

#[tokio::test]
async fn a_wait_that_the_server_asks_for_is_reported() {
    let day = Duration::from_secs(24 * 3600);
    let cases = [
        (429, "Retry-After: 120", Some(Duration::from_secs(120))),
        (503, "Retry-After: 120", Some(Duration::from_secs(120))),
        (503, "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT", Some(day)),
        (
            429,
            "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT",
            Some(Duration::ZERO),
        ),
        (429, "Retry-After: 99999999999999999999999", Some(day)),
        (429, "Retry-After: soon", None),
        (429, "X: y", None),
        (404, "Retry-After: 120", None),
    ];
    for (status, header, expected) in cases {
        let server = Server::of(full(status, &[header], b"")).await;
        let exchange = fetch(&config(), server.url("/")).await;
        assert_eq!(exchange.retry_after, expected, "{status} {header}");
    }
}

#[tokio::test]
async fn nobody_home() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", free.local_addr().unwrap())).unwrap();
    drop(free);
    let exchange = fetch(&config(), url).await;
    assert_eq!(exchange.outcome, FetchOutcome::Connect, "{exchange:?}");
    assert_eq!(exchange.status, None);
    says(&exchange, "no connection to 127.0.0.1");
}

#[tokio::test]
async fn no_such_name() {
    // RFC 6761, 6.4: never resolves.
    let url = Url::parse("http://newsroom.invalid/").unwrap();
    let exchange = fetch(&config(), url).await;
    assert_eq!(exchange.outcome, FetchOutcome::Dns, "{exchange:?}");
    says(&exchange, "newsroom.invalid");
}

#[tokio::test]
async fn plain_http_where_tls_was_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
    });
    let url = Url::parse(&format!("https://{address}/")).unwrap();
    let exchange = fetch(&config(), url).await;
    thread.join().unwrap();
    assert_eq!(exchange.outcome, FetchOutcome::Tls, "{exchange:?}");
    says(&exchange, "TLS with 127.0.0.1 failed");
}

#[tokio::test]
async fn a_fetch_that_is_dropped_leaves_no_slot_taken() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        "/hang" => vec![Step::Hang],
        _ => full(200, &[], b"here"),
    })
    .await;
    let one = FetchConfig {
        concurrency_per_host: 1,
        concurrency: 1,
        ..config()
    };
    let fetcher = fetcher(&one);
    let (hanging, url) = (fetcher.clone(), server.url("/hang"));
    let task = tokio::spawn(async move { hanging.fetch(&request(url)).await });
    server.until_asked("/hang").await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let exchange = fetcher.fetch(&request(server.url("/page"))).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok, "{exchange:?}");
}

#[test]
fn an_agent_that_is_no_header_makes_no_fetcher() {
    let bad = FetchConfig {
        contact: "two\nlines".to_string(),
        ..config()
    };
    let error = Fetcher::new(&bad, Network::default()).unwrap_err();
    assert!(error.to_string().contains("HTTP client"), "{error}");
}

#[tokio::test]
async fn headers_that_browsers_forgive_are_forgiven() {
    let answers: [(&str, &[u8]); 4] = [
        (
            "a space before the colon",
            b"HTTP/1.1 200 OK\r\nContent-Type : text/html\r\nContent-Length : 4\r\n\r\npage",
        ),
        (
            "a folded line",
            b"HTTP/1.1 200 OK\r\nX-Note: one,\r\n two\r\nContent-Length: 4\r\n\r\npage",
        ),
        (
            "a line without a colon",
            b"HTTP/1.1 200 OK\r\nno header at all\r\nContent-Length: 4\r\n\r\npage",
        ),
        (
            "a name that is none",
            b"HTTP/1.1 200 OK\r\nX Powered\xc3\xa9: y\r\nContent-Length: 4\r\n\r\npage",
        ),
    ];
    for (what, answer) in answers {
        let server = Server::of(vec![Step::Send(answer.to_vec())]).await;
        let exchange = fetch(&config(), server.url("/")).await;
        assert_eq!(exchange.outcome, FetchOutcome::Ok, "{what}: {exchange:?}");
        assert_eq!(exchange.body, "page", "{what}");
    }
}
