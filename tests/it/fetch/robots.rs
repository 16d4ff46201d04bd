//! robots.txt over the wire: what its absence says, how much is read, how often it is asked for.

use std::time::Duration;

use benggala::model::{FetchOutcome, RobotsRecord, RobotsRules};
use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;

use super::{
    config, fetch, fetcher, impatient, request, says,
    server::{Server, Step, full, head, redirect},
};

/// A site that answers `steps` for robots.txt and a page for everything else.
async fn site(steps: Vec<Step>) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => steps.clone(),
        _ => full(200, &[], b"here"),
    })
    .await
}

fn text(text: &[u8]) -> RobotsRules {
    RobotsRules::Text(text.to_vec().into())
}

fn record(server: &Server, age: TimeDelta, rules: RobotsRules) -> RobotsRecord {
    RobotsRecord {
        origin: format!("http://{}", server.address),
        fetched_at: Utc::now() - age,
        rules,
    }
}

#[tokio::test]
async fn the_status_decides() {
    let not_found = b"<p>no</p>";
    let cases = [
        (
            full(404, &[], not_found),
            FetchOutcome::Ok,
            Some(RobotsRules::Unavailable),
        ),
        (
            full(401, &[], b""),
            FetchOutcome::Ok,
            Some(RobotsRules::Unavailable),
        ),
        (
            full(403, &[], b""),
            FetchOutcome::Ok,
            Some(RobotsRules::Unavailable),
        ),
        (
            full(410, &[], b""),
            FetchOutcome::Ok,
            Some(RobotsRules::Unavailable),
        ),
        (
            full(302, &[], b""),
            FetchOutcome::Ok,
            Some(RobotsRules::Unavailable),
        ),
        (full(204, &[], b""), FetchOutcome::Ok, Some(text(b""))),
        (
            full(200, &[], b"<html>"),
            FetchOutcome::Ok,
            Some(text(b"<html>")),
        ),
        (
            full(500, &[], b""),
            FetchOutcome::RobotsUnreachable,
            Some(RobotsRules::Unreachable),
        ),
        (
            full(503, &[], b""),
            FetchOutcome::RobotsUnreachable,
            Some(RobotsRules::Unreachable),
        ),
        (
            full(999, &[], b""),
            FetchOutcome::RobotsUnreachable,
            Some(RobotsRules::Unreachable),
        ),
        (
            full(429, &[], b""),
            FetchOutcome::Throttled,
            Some(RobotsRules::Unreachable),
        ),
        (
            vec![Step::Hang],
            FetchOutcome::Timeout,
            Some(RobotsRules::Unreachable),
        ),
        (
            vec![],
            FetchOutcome::Connect,
            Some(RobotsRules::Unreachable),
        ),
        (
            full(200, &["Content-Encoding: gzip"], b"User-agent: *"),
            FetchOutcome::RobotsUnreachable,
            Some(RobotsRules::Unreachable),
        ),
    ];
    for (steps, outcome, rules) in cases {
        let shown = format!("{:?}", steps.first());
        let server = site(steps).await;
        let config = match outcome {
            FetchOutcome::Timeout => impatient(),
            _ => config(),
        };
        let exchange = fetch(&config, server.url("/page")).await;
        assert_eq!(exchange.outcome, outcome, "{shown}: {exchange:?}");
        assert!(
            !exchange.robots_denied,
            "{shown}: what cannot be read forbids nothing"
        );
        let learned = exchange.robots.first().map(|record| record.rules.clone());
        assert_eq!(learned, rules, "{shown}");
        let pages = usize::from(outcome == FetchOutcome::Ok);
        assert_eq!(server.count("/page"), pages, "{shown}");
    }
}

#[tokio::test]
async fn a_throttled_robots_file_says_how_long() {
    let server = site(full(503, &["Retry-After: 77"], b"")).await;
    let exchange = fetch(&config(), server.url("/page")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Throttled);
    assert_eq!(exchange.retry_after, Some(Duration::from_secs(77)));
}

#[tokio::test]
async fn rules_are_obeyed_and_told() {
    let file = b"User-agent: *\nDisallow: /private\nCrawl-delay: 0\n";
    let server = site(full(200, &[], file)).await;
    let fetcher = fetcher(&config());
    let exchange = fetcher.fetch(&request(server.url("/private/page"))).await;
    assert_eq!(
        (exchange.outcome, exchange.robots_denied),
        (FetchOutcome::Blocked, true)
    );
    assert_eq!(exchange.guard, None);
    assert_eq!(exchange.status, None);
    says(&exchange, "disallows /private/page");
    let [record] = &exchange.robots[..] else {
        panic!("{:?}", exchange.robots)
    };
    assert_eq!(record.origin, format!("http://{}", server.address));
    assert_eq!(record.rules, text(file));
    let exchange = fetcher.fetch(&request(server.url("/public"))).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok);
    assert!(exchange.robots.is_empty());
    assert_eq!(
        (server.count("/robots.txt"), server.count("/private/page")),
        (1, 0)
    );
}

#[tokio::test]
async fn many_pages_ask_for_one_file() {
    let server = site(full(200, &[], b"User-agent: *\nDisallow:\n")).await;
    let fetcher = fetcher(&config());
    let requests: Vec<_> = (0..20)
        .map(|n| request(server.url(&format!("/{n}"))))
        .collect();
    let exchanges = join_all(requests.iter().map(|request| fetcher.fetch(request))).await;
    assert!(
        exchanges
            .iter()
            .all(|exchange| exchange.outcome == FetchOutcome::Ok)
    );
    assert_eq!(
        exchanges
            .iter()
            .map(|exchange| exchange.robots.len())
            .sum::<usize>(),
        1
    );
    assert_eq!((server.count("/robots.txt"), server.asked().len()), (1, 21));
}

#[tokio::test]
async fn only_the_first_500_kib_count() {
    let filler = [&b"# "[..], &vec![b'x'; 600_000], b"\n"].concat();
    let rule = b"User-agent: *\nDisallow: /\n";
    let late = [&filler[..], rule].concat();
    let early = [&rule[..], &filler].concat();
    for (file, outcome) in [(late, FetchOutcome::Ok), (early, FetchOutcome::Blocked)] {
        let server = site(full(200, &[], &file)).await;
        let exchange = fetch(&config(), server.url("/page")).await;
        assert_eq!(exchange.outcome, outcome, "{:?}", exchange.error);
        let RobotsRules::Text(kept) = &exchange.robots[0].rules else {
            panic!("{:?}", exchange.robots)
        };
        assert_eq!(kept.len(), 500 << 10);
    }
    // A rule that the limit cuts in two is none: `/` is not what was meant.
    let mut cut = b"User-agent: *\nDisallow: /private\n#".to_vec();
    let last = b"\nDisallow: /";
    cut.resize((500 << 10) - last.len(), b'x');
    cut.extend_from_slice(last);
    cut.extend_from_slice(b"secret\n");
    let server = site(full(200, &[], &cut)).await;
    let exchange = fetch(&config(), server.url("/page")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok, "{:?}", exchange.error);
}

#[tokio::test]
async fn an_endless_file_is_cut() {
    let server = site(vec![
        Step::Send(head(200, &[])),
        Step::Send(b"User-agent: *\nDisallow: /private\n".to_vec()),
        Step::Endless(b"# more\n".repeat(1_000)),
    ])
    .await;
    let fetcher = fetcher(&config());
    let exchange = fetcher.fetch(&request(server.url("/page"))).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok, "{:?}", exchange.error);
    let exchange = fetcher.fetch(&request(server.url("/private"))).await;
    assert!(exchange.robots_denied);
}

#[tokio::test]
async fn five_redirects_are_followed_and_bind_the_first_host() {
    for (hops, outcome) in [(5, FetchOutcome::Blocked), (6, FetchOutcome::Ok)] {
        let other = Server::start(|asked| {
            let left: u32 = asked.path.trim_start_matches('/').parse().unwrap_or(0);
            match left {
                0 => full(200, &[], b"User-agent: *\nDisallow: /"),
                n => redirect(301, &format!("/{}", n - 1)),
            }
        })
        .await;
        let start = other.url(&format!("/{}", hops - 1));
        let server = site(redirect(301, start.as_str())).await;
        let exchange = fetch(&config(), server.url("/page")).await;
        assert_eq!(exchange.outcome, outcome, "{hops}: {exchange:?}");
    }
}

#[tokio::test]
async fn a_file_that_leads_inside_is_not_followed() {
    let server = site(redirect(302, "http://10.0.0.1/robots.txt")).await;
    let exchange = fetch(&config(), server.url("/page")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Blocked);
    assert_eq!(server.count("/page"), 0);
    says(&exchange, "10.0.0.1");
}

#[tokio::test]
async fn what_the_store_knows_is_not_asked_again() {
    let server = site(full(500, &[], b"")).await;
    let fetcher = fetcher(&config());
    let rules = text(b"User-agent: *\nDisallow: /private");
    fetcher.know(&record(&server, TimeDelta::hours(23), rules));
    // Older news change nothing.
    fetcher.know(&record(
        &server,
        TimeDelta::hours(24),
        RobotsRules::Unavailable,
    ));
    let exchange = fetcher.fetch(&request(server.url("/page"))).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok);
    let exchange = fetcher.fetch(&request(server.url("/private"))).await;
    assert!(exchange.robots_denied);
    assert_eq!(server.count("/robots.txt"), 0);
}

#[tokio::test]
async fn an_old_copy_is_replaced_before_the_next_page() {
    let server = site(full(200, &[], b"User-agent: *\nDisallow: /page")).await;
    let fetcher = fetcher(&config());
    fetcher.know(&record(
        &server,
        TimeDelta::hours(25),
        RobotsRules::Unavailable,
    ));
    let exchange = fetcher.fetch(&request(server.url("/page"))).await;
    assert!(exchange.robots_denied);
    assert_eq!((server.count("/robots.txt"), server.count("/page")), (1, 0));
}

#[tokio::test]
async fn an_old_copy_stands_in_for_thirty_days() {
    let rules = || text(b"User-agent: *\nDisallow: /private");
    for (days, outcome) in [
        (29, FetchOutcome::Ok),
        (31, FetchOutcome::RobotsUnreachable),
    ] {
        let server = site(full(500, &[], b"")).await;
        let fetcher = fetcher(&config());
        fetcher.know(&record(&server, TimeDelta::days(days), rules()));
        let exchange = fetcher.fetch(&request(server.url("/page"))).await;
        assert_eq!(exchange.outcome, outcome, "{days}");
        // The copy in force is not overwritten by the failure.
        assert_eq!(
            exchange.robots.is_empty(),
            outcome == FetchOutcome::Ok,
            "{days}"
        );
        let exchange = fetcher.fetch(&request(server.url("/private"))).await;
        let refused = match outcome {
            FetchOutcome::Ok => FetchOutcome::Blocked,
            outcome => outcome,
        };
        assert_eq!(exchange.outcome, refused);
        // Not asked again within a minute.
        assert_eq!(server.count("/robots.txt"), 1);
    }
}

#[tokio::test]
async fn a_file_that_was_never_there_is_missing_after_thirty_days() {
    for (days, outcome) in [
        (29, FetchOutcome::RobotsUnreachable),
        (31, FetchOutcome::Ok),
    ] {
        let server = site(full(500, &[], b"")).await;
        let fetcher = fetcher(&config());
        fetcher.know(&record(
            &server,
            TimeDelta::days(days),
            RobotsRules::Unreachable,
        ));
        let exchange = fetcher.fetch(&request(server.url("/page"))).await;
        assert_eq!(exchange.outcome, outcome, "{days}: {exchange:?}");
    }
}

#[tokio::test]
async fn what_could_not_be_reached_lately_is_not_asked_at_once() {
    let server = site(full(200, &[], b"")).await;
    let fetcher = fetcher(&config());
    fetcher.know(&record(
        &server,
        TimeDelta::zero(),
        RobotsRules::Unreachable,
    ));
    let exchange = fetcher.fetch(&request(server.url("/page"))).await;
    assert_eq!(
        (exchange.outcome, exchange.robots_denied),
        (FetchOutcome::RobotsUnreachable, false)
    );
    assert!(server.asked().is_empty());
}
