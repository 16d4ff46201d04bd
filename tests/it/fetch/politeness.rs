//! The pace of each host.

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use benggala::{
    config::FetchConfig,
    fetch::Request,
    model::{FetchOutcome, PageKind},
};
use futures_util::future::join_all;
use url::Url;

use super::{
    config, fetcher, request,
    server::{Asked, Server, Step, full, redirect},
};

/// How much earlier than due a request may seem to arrive: the one before it may have been
/// noticed late.
const TOLERANCE: Duration = Duration::from_millis(100);

#[track_caller]
fn gaps_are_at_least(delay: Duration, asked: &[Asked]) {
    for pair in asked.windows(2) {
        let gap = pair[1].at - pair[0].at;
        assert!(
            gap + TOLERANCE >= delay,
            "{gap:?} between {} and {}",
            pair[0].path,
            pair[1].path
        );
    }
}

/// A request that reads no rules first.
fn robots(url: Url) -> Request {
    Request {
        kind: PageKind::Robots,
        ..request(url)
    }
}

/// One of many hosts: nobody listens on port 1 of it.
fn nobody(number: u32) -> Url {
    let host = Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 0).to_bits() + number);
    Url::parse(&format!("http://{host}:1/")).unwrap()
}

fn per_second(requests_per_second: f64) -> FetchConfig {
    FetchConfig {
        requests_per_second,
        concurrency_per_host: 4,
        ..config()
    }
}

#[tokio::test]
async fn robots_hops_and_retries_keep_the_same_pace() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        "/start" => redirect(302, "/end"),
        "/broken" => vec![],
        _ => full(200, &[], b"here"),
    })
    .await;
    let fetcher = fetcher(&per_second(4.0));
    let requests = ["/start", "/a", "/broken", "/b"].map(|path| request(server.url(path)));
    let exchanges = join_all(requests.iter().map(|request| fetcher.fetch(request))).await;
    let asked = server.asked();
    // robots.txt, start, end, a, broken twice, b
    assert_eq!(asked.len(), 7, "{asked:?}");
    assert_eq!(asked[0].path, "/robots.txt");
    gaps_are_at_least(Duration::from_millis(250), &asked);
    for exchange in exchanges {
        assert_eq!(exchange.delay, Duration::from_millis(250));
        assert!(
            exchange.waited >= Duration::from_millis(150),
            "{:?}",
            exchange.waited
        );
        assert!(exchange.took < exchange.waited, "{:?}", exchange.took);
    }
}

#[tokio::test]
async fn hosts_of_one_address_share_its_pace() {
    let server = Server::start(|_| full(200, &[], b"here")).await;
    let fetcher = fetcher(&FetchConfig {
        hosts_per_address: 2.0,
        ..per_second(4.0)
    });
    // The same place under two names: each may be asked every 250 ms, the address every 125 ms.
    let here = server.url("/a");
    let mut there = here.clone();
    there.set_host(Some("localhost")).unwrap();
    let requests = [&here, &there, &here, &there].map(|url| request(url.clone()));
    let begun = Instant::now();
    join_all(requests.iter().map(|request| fetcher.fetch(request))).await;
    let asked = server.asked();
    // robots.txt of both, and four pages
    assert_eq!(asked.len(), 6, "{asked:?}");
    // Two of them at once, then one after the other.
    let took = asked[5].at - asked[0].at;
    assert!(
        took + TOLERANCE >= Duration::from_millis(4 * 125),
        "{took:?}"
    );
    assert!(begun.elapsed() >= took);
    assert_eq!(fetcher.limiter_keys(), 3, "two hosts, one address");
}

#[tokio::test]
async fn a_longer_crawl_delay_wins() {
    let robots = b"User-agent: *\nCrawl-delay: 0.4\n";
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(200, &[], robots),
        _ => full(200, &[], b"here"),
    })
    .await;
    let fetcher = fetcher(&per_second(10.0));
    let requests = ["/a", "/b", "/c"].map(|path| request(server.url(path)));
    let exchanges = join_all(requests.iter().map(|request| fetcher.fetch(request))).await;
    // From the answer that asked for it on.
    gaps_are_at_least(Duration::from_millis(400), &server.asked());
    for exchange in exchanges {
        let off = exchange.delay.abs_diff(Duration::from_millis(400));
        assert!(off < Duration::from_millis(1), "{:?}", exchange.delay);
    }
}

#[tokio::test]
async fn a_shorter_crawl_delay_does_not() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(200, &[], b"User-agent: *\nCrawl-delay: 0.01\n"),
        _ => full(200, &[], b"here"),
    })
    .await;
    let fetcher = fetcher(&per_second(5.0));
    for path in ["/a", "/b"] {
        let exchange = fetcher.fetch(&request(server.url(path))).await;
        assert_eq!(exchange.delay, Duration::from_millis(200));
    }
    gaps_are_at_least(Duration::from_millis(200), &server.asked());
}

#[tokio::test]
async fn hosts_do_not_wait_for_each_other_but_for_the_total() {
    let site = |_: &Asked| full(404, &[], b"");
    let (one, two) = (Server::start(site).await, Server::start(site).await);
    let slow_each = FetchConfig {
        requests_per_second: 0.01,
        ..config()
    };
    let both = fetcher(&slow_each);
    let robots_only = [&one, &two].map(|server| robots(server.url("/robots.txt")));
    let exchanges = join_all(robots_only.iter().map(|request| both.fetch(request))).await;
    assert!(
        exchanges
            .iter()
            .all(|exchange| exchange.waited < Duration::from_secs(5))
    );
    let slow_total = FetchConfig {
        requests_per_second_total: 4.0,
        ..config()
    };
    let both = fetcher(&slow_total);
    let started = Instant::now();
    join_all(robots_only.iter().map(|request| both.fetch(request))).await;
    assert!(started.elapsed() + TOLERANCE >= Duration::from_millis(250));
}

#[tokio::test]
async fn a_wait_for_the_others_shortens_no_gap() {
    const DELAY: Duration = Duration::from_millis(600);
    let site = |_: &Asked| full(404, &[], b"");
    let (one, two, three) = (
        Server::start(site).await,
        Server::start(site).await,
        Server::start(site).await,
    );
    let fetcher = fetcher(&FetchConfig {
        requests_per_second: DELAY.as_secs_f64().recip(),
        requests_per_second_total: 2.5,
        ..config()
    });
    // The second request to the first host, which could go after 600 ms, is the fourth of all and
    // goes after 1,200 ms; the third must not follow at the pace of all.
    let asked = [&one, &two, &three, &one, &one].map(|server| robots(server.url("/robots.txt")));
    join_all(asked.iter().map(|request| fetcher.fetch(request))).await;
    let asked = one.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    gaps_are_at_least(DELAY, &asked);
}

#[tokio::test]
async fn a_host_is_asked_by_so_many_at_once() {
    for allowed in [1, 3] {
        let server = Server::start(|asked| match asked.path.as_str() {
            "/robots.txt" => full(404, &[], b""),
            _ => vec![Step::Hang],
        })
        .await;
        let crowd = FetchConfig {
            concurrency_per_host: allowed,
            timeout: Duration::from_millis(1_200),
            ..config()
        };
        let fetcher = fetcher(&crowd);
        let requests = ["/a", "/b", "/c"].map(|path| request(server.url(path)));
        join_all(requests.iter().map(|request| fetcher.fetch(request))).await;
        let pages: Vec<Instant> = server
            .asked()
            .iter()
            .skip(1)
            .map(|asked| asked.at)
            .collect();
        let together = pages
            .windows(2)
            .filter(|pair| pair[1] - pair[0] < Duration::from_millis(600));
        assert_eq!(together.count(), allowed - 1);
    }
}

#[tokio::test]
async fn a_host_that_asks_for_a_long_pause_is_not_asked_again() {
    let server = Server::of(full(429, &["Retry-After: 3600"], b"")).await;
    let fetcher = fetcher(&config());
    let first = fetcher.fetch(&request(server.url("/a"))).await;
    assert_eq!(first.outcome, FetchOutcome::Throttled);
    let second = fetcher.fetch(&request(server.url("/b"))).await;
    assert_eq!(second.outcome, FetchOutcome::Throttled);
    assert_eq!(second.status, None);
    let left = second.retry_after.unwrap();
    assert!(
        (Duration::from_secs(3_500)..=Duration::from_secs(3_600)).contains(&left),
        "{left:?}"
    );
    assert_eq!(server.count("/b"), 0);
}

#[tokio::test]
async fn a_short_pause_is_waited_for() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        "/a" => full(503, &["Retry-After: 1"], b""),
        _ => full(200, &[], b"here"),
    })
    .await;
    let fetcher = fetcher(&config());
    assert_eq!(
        fetcher.fetch(&request(server.url("/a"))).await.outcome,
        FetchOutcome::Throttled
    );
    let exchange = fetcher.fetch(&request(server.url("/b"))).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok);
    assert!(
        exchange.waited >= Duration::from_millis(900),
        "{:?}",
        exchange.waited
    );
}

#[tokio::test]
async fn hosts_are_remembered_within_bounds() {
    const HOSTS: u32 = 10_500;
    let quick = FetchConfig {
        requests_per_second_total: 1e9,
        ..config()
    };
    let fetcher = fetcher(&quick);
    for n in 0..HOSTS {
        let exchange = fetcher.fetch(&request(nobody(n))).await;
        assert_eq!(exchange.outcome, FetchOutcome::Connect, "{exchange:?}");
    }
    assert!(fetcher.limiter_keys() > 0);
    assert!(
        fetcher.limiter_keys() <= 10_000,
        "{}",
        fetcher.limiter_keys()
    );
    // Hosts of this minute are not idle yet; their addresses need no limiter any more.
    let before = fetcher.limiter_keys();
    fetcher.forget_idle();
    assert!(fetcher.limiter_keys() > 0);
    assert!(fetcher.limiter_keys() <= before);
}

#[tokio::test]
async fn no_pace_is_forgotten_while_it_binds() {
    const HOSTS: u32 = 10_000;
    let fetcher = fetcher(&FetchConfig {
        requests_per_second: 0.001,
        requests_per_second_total: 1e9,
        ..config()
    });
    for n in 0..HOSTS {
        let exchange = fetcher.fetch(&robots(nobody(n))).await;
        assert_eq!(exchange.outcome, FetchOutcome::Connect, "{exchange:?}");
    }
    let one_more = fetcher.fetch(&robots(nobody(HOSTS))).await;
    assert_eq!(one_more.outcome, FetchOutcome::Cancelled, "{one_more:?}");
    let why = one_more.error.unwrap();
    assert!(why.contains("too many other hosts"), "{why}");
}
