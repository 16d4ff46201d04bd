//! Feeds, sitemaps and front pages made to mislead: fetched, then read for their links.

use std::{fmt::Write as _, io::Write as _, time::Duration};

use benggala::{
    canonical::accepted,
    discover::{ENTRIES_MAX, LINKS_MAX, URLS_MAX, discover},
    fetch::{Exchange, Fetcher, Request},
    model::{Link, PageKind, Problem},
};
use chrono::Utc;
use flate2::{Compression, write::GzEncoder};
use url::Url;

use crate::{
    bench::{
        Fault, Measured, PATIENT, ask, ask_for, fault, fetcher, longest_call, measured, outcome,
        page, patient, request, same,
    },
    pages::{RULES, inspected},
    server::{Server, Step, full, head},
};

/// Fifty megabytes take a while even on loopback.
const LARGE: Duration = Duration::from_secs(20);

pub(crate) const FAULTS: &[Fault] = &[
    fault!(
        63,
        "entities that laugh a billion times",
        "ok",
        PATIENT,
        billion_laughs
    ),
    fault!(
        64,
        "entities from outside",
        "ok",
        PATIENT,
        external_entities
    ),
    fault!(
        65,
        "XML that breaks in the middle",
        "ok",
        PATIENT,
        malformed
    ),
    fault!(66, "absurd dates", "ok", PATIENT, absurd_dates),
    fault!(
        67,
        "GUIDs that change at each poll",
        "ok",
        PATIENT,
        changing_guids
    ),
    fault!(
        68,
        "a sitemap index that names itself",
        "ok",
        PATIENT,
        looping_index
    ),
    fault!(69, "a sitemap of 60,000 URLs", "ok", PATIENT, many_urls),
    fault!(
        69,
        "a sitemap of over 50 MiB",
        "too_large",
        LARGE,
        large_sitemap
    ),
    fault!(70, "a gzipped sitemap of 2 GiB", "ok", LARGE, sitemap_bomb),
    fault!(71, "a feed of a million items", "ok", LARGE, million_items),
    fault!(72, "a calendar without end", "ok", PATIENT, calendar),
    fault!(
        73,
        "one article under 1,000 addresses",
        "ok",
        PATIENT,
        many_slugs
    ),
];

/// Fetches and reads a page of links beside the loop; both together are one call.
async fn links(fetcher: &Fetcher, url: Url, kind: PageKind) -> (Exchange, Vec<Link>, Vec<Problem>) {
    longest_call::timed(async {
        let request = Request {
            kind,
            ..request(url)
        };
        let mut exchange = ask_for(fetcher, &request).await;
        let body = std::mem::take(&mut exchange.body);
        let told = exchange.clone();
        exchange.body = body;
        let page = page(exchange, kind);
        let read =
            tokio::task::spawn_blocking(move || discover(kind, &page, RULES.lexicon.dates()));
        let (links, problems) = read.await.unwrap();
        (told, links, problems)
    })
    .await
}

/// One page of links, and what is expected of its links and problems.
async fn reading(
    kind: PageKind,
    steps: Vec<Step>,
    check: impl Fn(&[Link], &[Problem]) + 'static,
) -> Measured {
    let server = Server::of(steps).await;
    let fetcher = patient_fetcher();
    measured(async move {
        let (exchange, links, problems) = links(&fetcher, server.url("/links"), kind).await;
        check(&links, &problems);
        outcome(&exchange)
    })
}

fn patient_fetcher() -> Fetcher {
    fetcher(&benggala::config::FetchConfig {
        timeout: LARGE,
        ..patient()
    })
}

fn xml(text: &str) -> Vec<Step> {
    full(200, &["Content-Type: application/xml"], text.as_bytes())
}

fn paths(links: &[Link]) -> Vec<&str> {
    links.iter().map(|link| link.url.path()).collect()
}

async fn billion_laughs() -> Measured {
    let mut entities = "<!ENTITY a0 \"ha\">".to_string();
    for n in 1..12 {
        let ten = format!("&a{};", n - 1).repeat(10);
        write!(entities, "<!ENTITY a{n} \"{ten}\">").unwrap();
    }
    let text = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE l [{entities}]><rss><channel>\
         <item><title>&a11;</title><link>/before</link></item>\
         <item><link>/&a11;</link></item><item><link>/after</link></item></channel></rss>"
    );
    reading(PageKind::Feed, xml(&text), |links, _| {
        assert!(paths(links).contains(&"/before") && paths(links).contains(&"/after"));
        assert!(links.iter().all(|link| link.url.as_str().len() < 100));
    })
    .await
}

async fn external_entities() -> Measured {
    let text = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">\
        <!ENTITY % y SYSTEM \"http://127.0.0.1:9/dtd\"> %y;]>\
        <rss><channel><item><link>/&x;</link></item><item><link>/plain</link></item></channel></rss>";
    reading(PageKind::Feed, xml(text), |links, _| {
        assert!(paths(links).contains(&"/plain"));
        assert!(links.iter().all(|link| !link.url.as_str().contains("root")));
    })
    .await
}

async fn malformed() -> Measured {
    let text = "<rss><channel><item><link>/one</link></item><item><link>/two</link></item>\
        <item><title attribute=>x</wrong><link>/thr";
    reading(PageKind::Feed, xml(text), |links, problems| {
        assert_eq!(paths(links)[..2], ["/one", "/two"]);
        assert!(!problems.is_empty());
    })
    .await
}

async fn absurd_dates() -> Measured {
    let items: String = [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Sat, 01 Jan 292277026596 00:00:00 GMT",
        "0000-00-00T00:00:00Z",
        "yesterday",
    ]
    .iter()
    .enumerate()
    .map(|(n, date)| format!("<item><link>/{n}</link><pubDate>{date}</pubDate></item>"))
    .collect();
    let text = format!("<rss><channel>{items}</channel></rss>");
    reading(PageKind::Feed, xml(&text), |links, _| {
        assert_eq!(links.len(), 5);
        let dates = links.iter().filter_map(|link| link.published);
        for published in dates.map(|date| date.instant()) {
            assert!(published <= Utc::now() && published.timestamp() > 631_152_000);
        }
    })
    .await
}

async fn changing_guids() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        poll => {
            let items: String = (0..50)
                .map(|n| {
                    format!(
                        "<item><guid isPermaLink=\"false\">{poll}-{n}</guid>\
                         <link>/story-{n}?utm_source={poll}</link></item>"
                    )
                })
                .collect();
            xml(&format!("<rss><channel>{items}</channel></rss>"))
        }
    })
    .await;
    let fetcher = patient_fetcher();
    measured(async move {
        let (_, first, _) = links(&fetcher, server.url("/1"), PageKind::Feed).await;
        let (exchange, second, _) = links(&fetcher, server.url("/2"), PageKind::Feed).await;
        assert_eq!(first.len(), 50);
        assert_eq!(first, second);
        outcome(&exchange)
    })
}

async fn looping_index() -> Measured {
    let entry = "<sitemap><loc>/links</loc></sitemap>".repeat(1_000);
    let text = format!("<sitemapindex>{entry}</sitemapindex>");
    // One link, and that is known already: it is polled at the pace of any other.
    reading(PageKind::Sitemap, xml(&text), |links, _| {
        assert_eq!(paths(links), ["/links"]);
        assert_eq!(links[0].kind, PageKind::Sitemap);
    })
    .await
}

async fn many_urls() -> Measured {
    let urls: String = (0..60_000)
        .map(|n| format!("<url><loc>/{n}</loc></url>"))
        .collect();
    reading(
        PageKind::Sitemap,
        xml(&format!("<urlset>{urls}</urlset>")),
        |links, problems| {
            assert_eq!(links.len(), URLS_MAX);
            assert!(
                problems[0].what.contains("first 50000 URLs"),
                "{problems:?}"
            );
        },
    )
    .await
}

async fn large_sitemap() -> Measured {
    let url = b"<url><loc>/a</loc><lastmod>2025-01-01</lastmod></url>\n".repeat(1_000);
    let server = Server::of(vec![
        Step::Send(head(200, &["Content-Type: application/xml"])),
        Step::Send(b"<urlset>".to_vec()),
        Step::Endless(url),
    ])
    .await;
    let fetcher = patient_fetcher();
    measured(async move {
        let request = Request {
            kind: PageKind::Sitemap,
            ..request(server.url("/sitemap.xml"))
        };
        outcome(&ask_for(&fetcher, &request).await)
    })
}

async fn sitemap_bomb() -> Measured {
    let mut start = GzEncoder::new(Vec::new(), Compression::best());
    start
        .write_all(b"<urlset><url><loc>/a</loc></url>")
        .unwrap();
    let mut spaces = GzEncoder::new(Vec::new(), Compression::best());
    spaces.write_all(&vec![b' '; 64 << 20]).unwrap();
    let bomb = [start.finish().unwrap(), spaces.finish().unwrap().repeat(32)].concat();
    let steps = full(200, &["Content-Type: application/gzip"], &bomb);
    reading(PageKind::Sitemap, steps, |links, problems| {
        assert_eq!(paths(links), ["/a"]);
        assert!(problems[0].what.ends_with("bytes unpacked"), "{problems:?}");
    })
    .await
}

async fn million_items() -> Measured {
    let items: String = (0..1_000)
        .map(|n| format!("<item><link>/{n}-kabar</link></item>\n"))
        .collect();
    let feed = Server::of(vec![
        Step::Send(head(200, &["Content-Type: application/rss+xml"])),
        Step::Send(b"<rss><channel>".to_vec()),
        Step::Repeat(items.into_bytes(), 1_000),
    ])
    .await;
    let other = Server::of(full(200, &[], b"here")).await;
    let fetcher = patient_fetcher();
    measured(async move {
        let feed = links(&fetcher, feed.url("/feed"), PageKind::Feed);
        // Others are served meanwhile.
        let ((exchange, links, problems), other) =
            tokio::join!(feed, ask(&fetcher, other.url("/page")));
        assert_eq!(links.len(), ENTRIES_MAX);
        assert!(problems[0].what.contains("entries"), "{problems:?}");
        same(&[outcome(&exchange), outcome(&other)])
    })
}

async fn calendar() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        path => {
            let days: String = (0..5_000)
                .map(|n| {
                    format!(
                        "<a href='{}/{n}/next'>The day after day {n} of this long year</a>",
                        path.trim_end_matches('/')
                    )
                })
                .collect();
            full(200, &["Content-Type: text/html"], days.as_bytes())
        }
    })
    .await;
    let fetcher = patient_fetcher();
    measured(async move {
        let (exchange, links, _) =
            links(&fetcher, server.url("/calendar"), PageKind::Listing).await;
        assert!(links.len() <= LINKS_MAX, "{}", links.len());
        // Nothing found there is read for links in its turn: the depth is one.
        assert!(links.iter().all(|link| link.kind == PageKind::Article));
        outcome(&exchange)
    })
}

async fn many_slugs() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        "/feed" => {
            let items: String = (0..1_000)
                .map(|n| format!("<item><link>/slug-{n}?id=7</link></item>"))
                .collect();
            xml(&format!("<rss><channel>{items}</channel></rss>"))
        }
        _ => full(
            200,
            &["Content-Type: text/html"],
            b"<link rel=canonical href='/story?id=7'><p>One story.</p>",
        ),
    })
    .await;
    let fetcher = patient_fetcher();
    measured(async move {
        let (exchange, links, _) = links(&fetcher, server.url("/feed"), PageKind::Feed).await;
        assert_eq!(links.len(), 1_000);
        let mut outcomes = vec![outcome(&exchange)];
        for link in &links[..20] {
            let (exchange, inspection) = inspected(&fetcher, link.url.clone()).await;
            let declared = inspection.article.url.unwrap();
            let identity = accepted(&declared, &exchange.final_url);
            assert_eq!(identity, server.url("/story?id=7"));
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}
