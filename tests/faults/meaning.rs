//! What answers mean: waits, walls, things that are gone, things that only seem to be there.

use std::time::Duration;

use benggala::{
    fetch::Request,
    frontier::{Asked, Next, Schedule, after, host_pause},
    model::{FetchOutcome, PageKind, Reason, Verdict},
};

use crate::{
    bench::{
        Fault, Measured, PATIENT, ask, ask_for, fault, fetcher, measured, outcome, patient,
        request, same, says,
    },
    pages::{inspected, not_article},
    server::{Server, full},
};

pub(crate) const FAULTS: &[Fault] = &[
    fault!(
        35,
        "429 and 503 that say how long",
        "throttled",
        PATIENT,
        told_to_wait
    ),
    fault!(
        36,
        "429 that does not say how long",
        "throttled",
        PATIENT,
        told_to_slow_down
    ),
    fault!(37, "410, and 404 of a feed", "http_4xx", PATIENT, gone),
    fault!(38, "403, again and again", "http_4xx", PATIENT, forbidden),
    fault!(
        39,
        "walls against bots, on 202 and 403",
        "challenge",
        PATIENT,
        walls
    ),
    fault!(
        39,
        "a wall on 200, seen by its reader",
        "challenge",
        PATIENT,
        wall_on_200
    ),
    fault!(
        40,
        "soft 404, consent wall, stub",
        "not_article",
        PATIENT,
        no_article
    ),
    fault!(
        41,
        "304 where nothing is known",
        "redirect",
        PATIENT,
        unsolicited
    ),
    fault!(41, "an ETag that lies", "ok", PATIENT, lying_etag),
    fault!(42, "cookies", "ok", PATIENT, cookies),
];

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn schedule() -> Schedule {
    Schedule {
        attempts_max: 5,
        retry_first: Duration::from_secs(60),
        retry_max: DAY,
        give_up_after: 7 * DAY,
    }
}

async fn told_to_wait() -> Measured {
    let mut cases = Vec::new();
    for (status, header, wait) in [
        (429, "Retry-After: 120", Duration::from_secs(120)),
        (503, "Retry-After: 120", Duration::from_secs(120)),
        (429, "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT", DAY),
        (429, "Retry-After: 99999999999999999999", DAY),
        (
            503,
            "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT",
            Duration::ZERO,
        ),
    ] {
        let server = Server::of(full(status, &[header], b"")).await;
        cases.push((server, fetcher(&patient()), wait));
    }
    measured(async move {
        let mut outcomes = Vec::new();
        for (server, fetcher, wait) in &cases {
            let exchange = ask(fetcher, server.url("/one")).await;
            assert_eq!(exchange.retry_after, Some(*wait));
            outcomes.push(outcome(&exchange));
            if wait.is_zero() {
                continue;
            }
            // The whole host waits: nobody asks for another page of it meanwhile.
            let other = ask(fetcher, server.url("/two")).await;
            assert!(other.retry_after > Some(wait.mul_f64(0.9)), "{other:?}");
            assert_eq!(server.count("/two"), 0);
            outcomes.push(outcome(&other));
        }
        same(&outcomes)
    })
}

async fn told_to_slow_down() -> Measured {
    let server = Server::of(full(429, &[], b"")).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let exchange = ask(&fetcher, server.url("/")).await;
        assert_eq!(exchange.retry_after, None);
        let pause = |failures| {
            let delay = Duration::from_secs(2);
            host_pause(
                exchange.outcome,
                exchange.status,
                failures,
                delay,
                exchange.retry_after,
                0.0,
            )
        };
        assert_eq!(pause(0), (Duration::from_secs(60), 1));
        assert_eq!(pause(3), (Duration::from_secs(480), 4));
        assert_eq!(pause(40).0, DAY);
        outcome(&exchange)
    })
}

async fn gone() -> Measured {
    let gone = Server::of(full(410, &[], b"")).await;
    let missing = Server::of(full(404, &[], b"")).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let next = |kind, exchange: &benggala::fetch::Exchange, attempts| {
            let again = (kind == PageKind::Feed).then_some(Duration::from_secs(600));
            let asked = Asked {
                kind,
                outcome: exchange.outcome,
                status: exchange.status,
                attempts,
                known_for: Duration::ZERO,
            };
            after(&asked, again, &schedule(), 1.0)
        };
        let article = ask(&fetcher, gone.url("/")).await;
        assert_eq!(
            next(PageKind::Article, &article, 0),
            Next::Gone { attempts: 1 }
        );
        let feed = Request {
            kind: PageKind::Feed,
            ..request(missing.url("/feed.xml"))
        };
        let feed = ask_for(&fetcher, &feed).await;
        // Ever more slowly, and never given up.
        for (attempts, wait) in [(0, Duration::from_secs(600)), (1_000, DAY)] {
            let attempts_then = attempts + 1;
            let expected = Next::Again {
                after: wait,
                attempts: attempts_then,
            };
            assert_eq!(next(PageKind::Feed, &feed, attempts), expected);
        }
        same(&[outcome(&article), outcome(&feed)])
    })
}

async fn forbidden() -> Measured {
    let server = Server::of(full(403, &[], b"<h1>Forbidden</h1>")).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for n in 0..10 {
            outcomes.push(outcome(&ask(&fetcher, server.url(&format!("/{n}"))).await));
        }
        same(&outcomes)
    })
}

async fn walls() -> Measured {
    let aws: &[u8] = b"<script src=https://0a1b.token.awswaf.com/challenge.js></script>";
    let captcha: &[u8] = b"<iframe src=\"https://geo.captcha-delivery.com/captcha/\"></iframe>";
    let mut servers = Vec::new();
    for (status, headers, body) in [
        (202, &[][..], aws),
        (403, &[], captcha),
        (503, &[], b"<form id=px-captcha></form>"),
        (200, &["CF-Mitigated: challenge"], b"<p>Just a moment</p>"),
        (405, &["x-amzn-waf-action: captcha"], b""),
    ] {
        servers.push(Server::of(full(status, headers, body)).await);
    }
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            let exchange = ask(&fetcher, server.url("/")).await;
            assert!(exchange.body.is_empty());
            says(&exchange, "bot wall");
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn wall_on_200() -> Measured {
    let wall = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h2>Checking \
        that you are not a robot</h2><script>window._cf_chl_opt={}</script></body></html>";
    let server = Server::of(full(200, &["Content-Type: text/html"], wall.as_bytes())).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let (exchange, inspection) = inspected(&fetcher, server.url("/news/1")).await;
        let verdict = inspection.assessment.verdict;
        assert_eq!(verdict, Verdict::Abstain(Reason::Challenge));
        assert!(inspection.article.body.is_empty());
        // What the daemon makes of it: the page is asked for again, and the host rests.
        let exchange = exchange.behind_bot_wall();
        let (pause, _) = host_pause(
            exchange.outcome,
            exchange.status,
            0,
            Duration::ZERO,
            None,
            0.0,
        );
        assert_eq!(pause, Duration::from_secs(60));
        outcome(&exchange)
    })
}

const SOFT_404: &str = "<html><head><title>Page not found</title></head><body><h1>Page not found</h1>\
    <p>Sorry, we looked everywhere and could not find the page that you asked for. It may have been \
    moved or taken down since the link was made.</p></body></html>";

const CONSENT: &str = "<html><head><title>The Daily Harbour</title></head><body><div><h2>Your privacy</h2>\
    <p>We and our partners store cookies on your device and need your consent to personalise what you see.</p>\
    <p>You can accept all cookies or manage your consent for each partner in the privacy settings.</p>\
    <p>Read more about cookies and our partners in the privacy policy before you accept.</p></div></body></html>";

const STUB: &str = "<html><head><title>Log in to continue - The Daily Harbour</title></head><body>\
    <h1>Log in to continue</h1><p>This story is for subscribers. Log in or subscribe to go on reading, \
    or take out a trial that ends by itself after four weeks.</p></body></html>";

async fn no_article() -> Measured {
    not_article(&[SOFT_404, CONSENT, STUB]).await
}

async fn unsolicited() -> Measured {
    let server = Server::of(full(304, &[], b"")).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let plain = ask(&fetcher, server.url("/feed")).await;
        says(&plain, "nothing was known");
        let conditional = Request {
            etag: Some("\"seven\"".to_string()),
            ..request(server.url("/feed"))
        };
        let conditional = ask_for(&fetcher, &conditional).await;
        assert_eq!(conditional.outcome, FetchOutcome::NotModified);
        outcome(&plain)
    })
}

/// The server swears that nothing has changed, whatever it is asked with.
async fn lying_etag() -> Measured {
    let server = Server::start(|asked| match asked.header("if-none-match") {
        _ if asked.path == "/robots.txt" => full(404, &[], b""),
        Some(_) => full(304, &["ETag: \"same\""], b""),
        None => full(200, &["ETag: \"same\""], b"news"),
    })
    .await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        // Rolls that are spread evenly: two in a hundred see the news.
        for n in 0..100 {
            let poll = Request {
                etag: Some("\"same\"".to_string()),
                last_modified: Some("Mon, 01 Jan 2024 00:00:00 GMT".to_string()),
                ..request(server.url("/feed"))
            };
            let poll = poll.in_full_now_and_then(f64::from(n) / 100.0);
            outcomes.push(outcome(&ask_for(&fetcher, &poll).await));
        }
        let seen = outcomes.iter().filter(|outcome| **outcome == "ok").count();
        assert_eq!(seen, 2, "{outcomes:?}");
        outcomes[0]
    })
}

async fn cookies() -> Measured {
    let sets = ["Set-Cookie: seen=1; Path=/", "Set-Cookie: who=you"];
    let (one, two) = (
        Server::of(full(200, &sets, b"")).await,
        Server::of(full(200, &sets, b"")).await,
    );
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in [&one, &two, &one] {
            outcomes.push(outcome(&ask(&fetcher, server.url("/")).await));
        }
        for asked in [one.asked(), two.asked()].concat() {
            for header in ["cookie", "referer"] {
                assert_eq!(asked.header(header), None);
            }
        }
        same(&outcomes)
    })
}
