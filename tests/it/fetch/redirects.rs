//! Redirects, hop by hop.

use std::time::Duration;

use benggala::{
    config::FetchConfig,
    fetch::{GuardStage, redirect::RedirectChain},
    model::FetchOutcome,
};
use url::Url;

use super::{
    config, fetch, says,
    server::{Server, Step, full, head, redirect},
};

/// `/hop/N` leads to `/hop/N-1`, with `status`; `/hop/0` is a page.
async fn chain(status: u16) -> Server {
    Server::start(move |asked| {
        let left = asked
            .path
            .strip_prefix("/hop/")
            .and_then(|n| n.parse::<u32>().ok());
        match left {
            None => full(404, &[], b""),
            Some(0) => full(200, &[], b"arrived"),
            Some(n) => redirect(status, &format!("{}", n - 1)),
        }
    })
    .await
}

#[tokio::test]
async fn ten_hops_are_followed_and_no_more() {
    let server = chain(302).await;
    let exchange = fetch(&config(), server.url("/hop/10")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok, "{exchange:?}");
    assert_eq!(exchange.final_url, server.url("/hop/0"));
    assert_eq!(exchange.moved_to, None);
    let exchange = fetch(&config(), server.url("/hop/11")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Redirect);
    assert_eq!(exchange.status, Some(302));
    says(&exchange, "over 10 redirects");
    let none = FetchConfig {
        redirects_max: 0,
        ..config()
    };
    let exchange = fetch(&none, server.url("/hop/1")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Redirect);
}

#[tokio::test]
async fn only_a_permanent_way_moves() {
    for (status, moves) in [
        (301, true),
        (308, true),
        (302, false),
        (303, false),
        (307, false),
    ] {
        let server = chain(status).await;
        let exchange = fetch(&config(), server.url("/hop/2")).await;
        assert_eq!(exchange.body, "arrived", "{status}");
        assert_eq!(
            exchange.moved_to,
            moves.then(|| server.url("/hop/0")),
            "{status}"
        );
    }
    let server = Server::start(|asked| match asked.path.as_str() {
        "/a" => redirect(301, "/b"),
        "/b" => redirect(302, "/c"),
        "/gone" => redirect(301, "/robots.txt"),
        "/c" => full(200, &[], b""),
        _ => full(404, &[], b""),
    })
    .await;
    assert_eq!(fetch(&config(), server.url("/a")).await.moved_to, None);
    // Where nothing is, nothing has moved.
    assert_eq!(fetch(&config(), server.url("/gone")).await.moved_to, None);
}

#[tokio::test]
async fn circles_are_seen() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/self" => redirect(302, "/self"),
        "/fragment" => redirect(302, "/fragment#again"),
        "/a" => redirect(302, "/b"),
        "/b" => redirect(302, "/a"),
        _ => full(404, &[], b""),
    })
    .await;
    for (path, asked) in [("/self", 1), ("/fragment", 1), ("/a", 1)] {
        let exchange = fetch(&config(), server.url(path)).await;
        assert_eq!(
            exchange.outcome,
            FetchOutcome::Redirect,
            "{path}: {exchange:?}"
        );
        assert_eq!(server.count(path), asked, "{path}");
        says(&exchange, "circle");
    }
}

#[tokio::test]
async fn a_circle_that_waits_for_a_cookie_says_so() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/story" => vec![Step::Send(head(
            302,
            &[
                "Location: /story",
                "Set-Cookie: seen=1",
                "Content-Length: 0",
            ],
        ))],
        "/way" => vec![Step::Send(head(
            302,
            &[
                "Location: /check",
                "Set-Cookie: seen=1",
                "Content-Length: 0",
            ],
        ))],
        "/check" => redirect(302, "/way"),
        _ => full(404, &[], b""),
    })
    .await;
    for path in ["/story", "/way"] {
        let exchange = fetch(&config(), server.url(path)).await;
        assert_eq!(exchange.outcome, FetchOutcome::Redirect, "{exchange:?}");
        says(&exchange, "want a cookie, which is never sent");
    }
}

/// A page with `head` between its head's tags.
fn page_with(head: &str) -> Vec<Step> {
    let page = format!("<!doctype html><html><head>{head}</head><body><p>Moved.</p></body></html>");
    full(200, &["Content-Type: text/html"], page.as_bytes())
}

#[tokio::test]
async fn a_page_that_sends_the_reader_on_at_once_is_a_redirect() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/at-once" => page_with(r#"<meta http-equiv="refresh" content="0; url=/story">"#),
        "/quoted" => page_with(r#"<META HTTP-EQUIV=Refresh CONTENT="1;URL='/story'">"#),
        "/bare" => page_with(r#"<meta content="0,story" http-equiv=REFRESH>"#),
        "/based" => {
            page_with(r#"<base href="/news/"><meta http-equiv="refresh" content="0;url=../story">"#)
        }
        "/story" => full(200, &[], b"arrived"),
        "/forbidden" => page_with(r#"<meta http-equiv="refresh" content="0;url=/closed/a">"#),
        "/private" => page_with(r#"<meta http-equiv="refresh" content="0;url=http://10.0.0.1/">"#),
        "/there" => page_with(r#"<meta http-equiv="refresh" content="0;url=/back">"#),
        "/back" => page_with(r#"<meta http-equiv="refresh" content="0;url=/there">"#),
        "/robots.txt" => full(200, &[], b"User-agent: *\nDisallow: /closed/\n"),
        _ => full(404, &[], b""),
    })
    .await;
    for path in ["/at-once", "/quoted", "/bare", "/based"] {
        let exchange = fetch(&config(), server.url(path)).await;
        assert_eq!(exchange.body, "arrived", "{path}: {exchange:?}");
        assert_eq!(exchange.final_url, server.url("/story"), "{path}");
        assert_eq!(exchange.moved_to, None, "{path}");
    }
    let forbidden = fetch(&config(), server.url("/forbidden")).await;
    assert!(forbidden.robots_denied, "{forbidden:?}");
    assert_eq!(server.count("/closed/a"), 0);
    let private = fetch(&config(), server.url("/private")).await;
    assert_eq!(private.guard, Some(GuardStage::Redirect), "{private:?}");
    says(&fetch(&config(), server.url("/there")).await, "circle");
}

#[tokio::test]
async fn a_refresh_that_is_meant_for_later_or_for_others_is_none() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/later" => page_with(r#"<meta http-equiv="refresh" content="300; url=/elsewhere">"#),
        "/again" => page_with(r#"<meta http-equiv="refresh" content="0">"#),
        "/itself" => page_with(r#"<meta http-equiv="refresh" content="0;url=/itself">"#),
        "/noscript" => page_with(
            r#"<noscript><meta http-equiv="refresh" content="0;url=/elsewhere"></noscript>"#,
        ),
        "/comment" => {
            page_with(r#"<!-- <meta http-equiv="refresh" content="0;url=/elsewhere"> -->"#)
        }
        "/long" => page_with(&format!(
            r#"<meta http-equiv="refresh" content="0;url=/elsewhere"><style>{}</style>"#,
            "p{}".repeat(10_000)
        )),
        _ => full(404, &[], b""),
    })
    .await;
    for path in [
        "/later",
        "/again",
        "/itself",
        "/noscript",
        "/comment",
        "/long",
    ] {
        let exchange = fetch(&config(), server.url(path)).await;
        assert_eq!(exchange.outcome, FetchOutcome::Ok, "{path}: {exchange:?}");
        assert_eq!(exchange.final_url, server.url(path), "{path}");
    }
    assert_eq!(server.count("/elsewhere"), 0);
}

#[tokio::test]
async fn targets_that_are_no_targets() {
    let long = format!("Location: /{}", "x".repeat(9_000));
    let cases: [(&str, &str); 4] = [
        ("X-Location: /", "names no target"),
        ("Location:", "names no target"),
        ("Location: http://[nonsense/", "no URL"),
        (&long, "9001 bytes"),
    ];
    for (header, words) in cases {
        let server = Server::of(full(302, &[header], b"")).await;
        let exchange = fetch(&config(), server.url("/")).await;
        assert_eq!(exchange.outcome, FetchOutcome::Redirect, "{exchange:?}");
        says(&exchange, words);
    }
}

#[tokio::test]
async fn targets_beyond_ascii_are_read_as_utf8_or_latin1() {
    let location: [&[u8]; 2] = ["/été".as_bytes(), b"/\xe9t\xe9"];
    for bytes in location {
        let head = [
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ",
            bytes,
            b"\r\n\r\n",
        ];
        let head = head.concat();
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/start" => vec![Step::Send(head.clone())],
            "/%C3%A9t%C3%A9" => full(200, &[], b"summer"),
            _ => full(404, &[], b""),
        })
        .await;
        let exchange = fetch(&config(), server.url("/start")).await;
        assert_eq!(exchange.body, "summer", "{exchange:?}");
    }
}

#[tokio::test]
async fn a_redirect_does_not_get_around_the_guard() {
    let cases = [
        ("http://10.0.0.1/", "10.0.0.1"),
        (
            "http://169.254.169.254/latest/meta-data/",
            "169.254.169.254",
        ),
        ("http://[::1]/", "::1"),
        ("http://[::ffff:10.0.0.1]/", "::ffff"),
        ("http://2852039166/", "169.254.169.254"),
        ("http://0251.0376.0251.0376/", "169.254.169.254"),
        ("http://0xa9fea9fe/", "169.254.169.254"),
        ("//192.168.1.1/x", "192.168.1.1"),
        ("file:///etc/passwd", "file:"),
        ("data:text/html,hello", "data:"),
        ("ftp://news.example/", "ftp:"),
        ("gopher://news.example/", "gopher:"),
    ];
    for (target, words) in cases {
        let server = Server::of(redirect(302, target)).await;
        let exchange = fetch(&config(), server.url("/")).await;
        assert_eq!(
            exchange.outcome,
            FetchOutcome::Blocked,
            "{target}: {exchange:?}"
        );
        assert_eq!(exchange.guard, Some(GuardStage::Redirect), "{target}");
        assert!(!exchange.robots_denied);
        says(&exchange, words);
    }
}

#[tokio::test]
async fn another_host_has_its_own_rules() {
    let other = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(200, &[], b"User-agent: *\nDisallow: /secret\n"),
        _ => full(200, &[], b"other"),
    })
    .await;
    let (open, secret) = (other.url("/open"), other.url("/secret"));
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/to-open" => redirect(302, open.as_str()),
        "/to-secret" => redirect(302, secret.as_str()),
        _ => full(404, &[], b""),
    })
    .await;
    let exchange = fetch(&config(), server.url("/to-open")).await;
    assert_eq!(exchange.body, "other");
    assert_eq!(exchange.robots.len(), 2);
    let exchange = fetch(&config(), server.url("/to-secret")).await;
    assert_eq!(
        (exchange.outcome, exchange.robots_denied),
        (FetchOutcome::Blocked, true)
    );
    assert_eq!(exchange.guard, None);
    assert_eq!(other.count("/secret"), 0);
    says(&exchange, "disallows /secret");
}

#[tokio::test]
async fn credentials_stay_where_they_were_given() {
    let other = Server::of(full(200, &[], b"other")).await;
    let target = other.url("/").to_string().replace("//", "//ann:other@");
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        _ => redirect(302, &target),
    })
    .await;
    let mut url = server.url("/");
    url.set_username("ann").unwrap();
    url.set_password(Some("secret")).unwrap();
    let exchange = fetch(&config(), url).await;
    assert_eq!(exchange.final_url, other.url("/"));
    assert!(
        server
            .asked()
            .iter()
            .any(|asked| asked.header("authorization").is_some())
    );
    assert!(
        other
            .asked()
            .iter()
            .all(|asked| asked.header("authorization").is_none())
    );
}

#[tokio::test]
async fn the_body_of_a_redirect_is_not_waited_for() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/start" => vec![
            Step::Send(head(302, &["Location: /end"])),
            Step::Endless(b"and on and on ".repeat(100)),
        ],
        "/end" => full(200, &[], b"arrived"),
        _ => full(404, &[], b""),
    })
    .await;
    let exchange = fetch(&config(), server.url("/start")).await;
    assert_eq!(exchange.body, "arrived", "{exchange:?}");
    assert!(exchange.wire_bytes < 1 << 20, "{}", exchange.wire_bytes);
}

#[tokio::test]
async fn many_slow_hops_end_in_time() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        path => {
            let next = format!("Location: {path}x");
            let slow = head(302, &["Content-Length: 0", "Connection: close", &next]);
            vec![Step::Drip(slow, Duration::from_millis(4))]
        }
    })
    .await;
    let config = FetchConfig {
        timeout: Duration::from_millis(600),
        redirects_max: 1_000,
        ..config()
    };
    let exchange = fetch(&config, server.url("/x")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Timeout, "{exchange:?}");
    assert!(
        exchange.took <= Duration::from_secs(3),
        "{:?}",
        exchange.took
    );
    assert!(server.asked().len() > 3, "{}", server.asked().len());
}

#[test]
fn a_fragment_is_inherited_unless_there_is_a_new_one() {
    let start = Url::parse("https://news.example/old#part").unwrap();
    let mut trail = RedirectChain::new(&start, 10);
    trail.follow(301, Some(b"/new")).unwrap();
    assert_eq!(trail.url().as_str(), "https://news.example/new#part");
    trail.follow(301, Some(b"/newer#other")).unwrap();
    assert_eq!(trail.url().as_str(), "https://news.example/newer#other");
    assert_eq!(trail.hops(), 2);
}
