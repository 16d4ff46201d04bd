//! robots.txt (RFC 9309): absent, unreachable, too long, misleading, out of date.

use std::time::Duration;

use benggala::{
    model::{RobotsRecord, RobotsRules},
    robots::{CRAWL_DELAY_MAX, Rules},
};
use chrono::{TimeDelta, Utc};

use crate::{
    bench::{
        Fault, HASTY, Measured, PATIENT, ask, fault, fetcher, hasty, measured, outcome, patient,
        same,
    },
    server::{Server, Step, full, redirect},
};

pub(crate) const FAULTS: &[Fault] = &[
    fault!(55, "robots.txt is not there (4xx)", "ok", PATIENT, absent),
    fault!(
        56,
        "robots.txt fails (5xx)",
        "robots_unreachable",
        PATIENT,
        failing
    ),
    fault!(56, "robots.txt does not answer", "timeout", HASTY, silent),
    fault!(
        56,
        "an old copy, 29 and 31 days",
        "robots_unreachable",
        PATIENT,
        old_copy
    ),
    fault!(57, "over 500 KiB of it", "ok", PATIENT, too_long),
    fault!(
        58,
        "five redirects, and six",
        "blocked",
        PATIENT,
        redirected
    ),
    fault!(
        59,
        "marks, CR, a page in its place",
        "blocked",
        PATIENT,
        odd_files
    ),
    fault!(
        60,
        "a copy of 23 and of 25 hours",
        "blocked",
        PATIENT,
        cached
    ),
    fault!(61, "Crawl-delay 0, 86400, NaN", "ok", PATIENT, crawl_delays),
    fault!(
        62,
        "rules that change while URLs wait",
        "blocked",
        PATIENT,
        changed
    ),
];

async fn site(robots: Vec<Step>) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => robots.clone(),
        _ => full(200, &[], b"here"),
    })
    .await
}

fn record(server: &Server, age: TimeDelta, rules: RobotsRules) -> RobotsRecord {
    RobotsRecord {
        origin: format!("http://{}", server.address),
        fetched_at: Utc::now() - age,
        rules,
    }
}

fn text(text: &'static [u8]) -> RobotsRules {
    RobotsRules::Text(text.into())
}

/// One page of each site, whose robots.txt is what is given.
async fn pages_behind(files: Vec<Vec<Step>>) -> Measured {
    let mut servers = Vec::new();
    for file in files {
        servers.push(site(file).await);
    }
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            let exchange = ask(&fetcher, server.url("/page")).await;
            let outcome = outcome(&exchange);
            let asked = usize::from(outcome == "ok");
            assert_eq!(server.count("/page"), asked);
            outcomes.push(outcome);
        }
        same(&outcomes)
    })
}

async fn absent() -> Measured {
    let statuses = [404, 401, 403, 410, 451];
    let files = statuses.map(|status| full(status, &[], b"User-agent: *\nDisallow: /"));
    pages_behind(files.into()).await
}

async fn failing() -> Measured {
    let files = [500, 502, 503, 999].map(|status| full(status, &[], b""));
    pages_behind(files.into()).await
}

async fn silent() -> Measured {
    let server = site(vec![Step::Hang]).await;
    let fetcher = fetcher(&hasty());
    measured(async move {
        let exchange = ask(&fetcher, server.url("/page")).await;
        assert_eq!(server.count("/page"), 0);
        outcome(&exchange)
    })
}

async fn old_copy() -> Measured {
    let mut cases = Vec::new();
    for (days, path, expected) in [
        (29, "/page", "ok"),
        (29, "/private", "blocked"),
        (31, "/page", "robots_unreachable"),
    ] {
        let server = site(full(500, &[], b"")).await;
        let fetcher = fetcher(&patient());
        let rules = text(b"User-agent: *\nDisallow: /private");
        fetcher.know(&record(&server, TimeDelta::days(days), rules));
        cases.push((server, fetcher, path, expected));
    }
    // Never there for a month: as if it did not exist.
    let server = site(full(500, &[], b"")).await;
    let fetcher = fetcher(&patient());
    fetcher.know(&record(
        &server,
        TimeDelta::days(31),
        RobotsRules::Unreachable,
    ));
    cases.push((server, fetcher, "/page", "ok"));
    measured(async move {
        for (server, fetcher, path, expected) in &cases {
            let exchange = ask(fetcher, server.url(path)).await;
            assert_eq!(outcome(&exchange), *expected, "{path}: {exchange:?}");
        }
        cases[2].3
    })
}

async fn too_long() -> Measured {
    let filler = [&b"# "[..], &vec![b'x'; 600_000], b"\n"].concat();
    let late = [&filler[..], b"User-agent: *\nDisallow: /\n"].concat();
    let early = [b"User-agent: *\nDisallow: /\n", &filler[..]].concat();
    let early = site(full(200, &[], &early)).await;
    let endless = site(vec![
        Step::Send(crate::server::head(200, &[])),
        Step::Endless(b"# more\n".repeat(1_000)),
    ])
    .await;
    let late = site(full(200, &[], &late)).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        assert!(ask(&fetcher, early.url("/page")).await.robots_denied);
        let mut outcomes = Vec::new();
        for server in [&late, &endless] {
            outcomes.push(outcome(&ask(&fetcher, server.url("/page")).await));
        }
        same(&outcomes)
    })
}

async fn redirected() -> Measured {
    let mut sites = Vec::new();
    for hops in [5, 6] {
        let other = Server::start(|asked| {
            match asked
                .path
                .trim_start_matches('/')
                .parse::<u32>()
                .unwrap_or(0)
            {
                0 => full(200, &[], b"User-agent: *\nDisallow: /"),
                n => redirect(301, &format!("/{}", n - 1)),
            }
        })
        .await;
        let start = other.url(&format!("/{}", hops - 1));
        sites.push((site(redirect(301, start.as_str())).await, other));
    }
    let fetcher = fetcher(&patient());
    measured(async move {
        let six = ask(&fetcher, sites[1].0.url("/page")).await;
        assert_eq!(outcome(&six), "ok");
        let five = ask(&fetcher, sites[0].0.url("/page")).await;
        // The rules bind the host that was asked, not the one they were found at.
        assert!(five.robots_denied);
        outcome(&five)
    })
}

async fn odd_files() -> Measured {
    let instead = site(full(200, &[], b"\n <!DOCTYPE html><p>Disallow: /</p>")).await;
    let files: [&[u8]; 5] = [
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /",
        b"User-agent: *\rDisallow: /a\rDisallow: /page",
        b"USER-AGENT: BengGala\nDISALLOW: /",
        b"User-agent: *\0Disallow: /page",
        b"User-agent: benggala/2.0\nDisallow: /",
    ];
    let files = files.map(|file| full(200, &[], file));
    let pages = pages_behind(files.into()).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        assert_eq!(outcome(&ask(&fetcher, instead.url("/page")).await), "ok");
        pages.await
    })
}

async fn cached() -> Measured {
    let server = |file: &'static [u8]| site(full(200, &[], file));
    let forbids = b"User-agent: *\nDisallow: /page";
    let (young, old) = (server(forbids).await, server(forbids).await);
    let fetcher = fetcher(&patient());
    for (server, hours) in [(&young, 23), (&old, 25)] {
        fetcher.know(&record(
            server,
            TimeDelta::hours(hours),
            RobotsRules::Unavailable,
        ));
    }
    measured(async move {
        let by_copy = ask(&fetcher, young.url("/page")).await;
        assert_eq!((outcome(&by_copy), young.count("/robots.txt")), ("ok", 0));
        let by_file = ask(&fetcher, old.url("/page")).await;
        assert_eq!(old.count("/robots.txt"), 1);
        outcome(&by_file)
    })
}

async fn crawl_delays() -> Measured {
    for (value, expected) in [
        ("0", Some(Duration::ZERO)),
        ("86400", Some(CRAWL_DELAY_MAX)),
        ("inf", Some(CRAWL_DELAY_MAX)),
        ("NaN", None),
        ("-5", None),
    ] {
        let file = format!("User-agent: *\nCrawl-delay: {value}\n");
        let rules = Rules::read(&RobotsRules::Text(file.into_bytes().into()));
        assert_eq!(rules.delay(), expected, "{value}");
    }
    let server = site(full(200, &[], b"User-agent: *\nCrawl-delay: NaN\n")).await;
    let fetcher = fetcher(&patient());
    measured(async move { outcome(&ask(&fetcher, server.url("/page")).await) })
}

async fn changed() -> Measured {
    let server = site(full(200, &[], b"User-agent: *\nDisallow: /page")).await;
    let fetcher = fetcher(&patient());
    // What was allowed when the URL was queued.
    fetcher.know(&record(
        &server,
        TimeDelta::hours(25),
        text(b"User-agent: *\nAllow: /"),
    ));
    measured(async move {
        let exchange = ask(&fetcher, server.url("/page")).await;
        assert_eq!((server.count("/robots.txt"), server.count("/page")), (1, 0));
        outcome(&exchange)
    })
}
