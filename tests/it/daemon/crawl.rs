//! From the sources to the store: each article once, politely.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use benggala::model::{PageKind, Source};
use url::Url;

use super::{
    site::{Asked, Site, article_page, clean, front, html, path, plain, redirect, rss, sitemap},
    watch::{Watch, eventually, until},
};

const PRIVATE: &str = "/berita/pribadi/rapat-redaksi-tertutup-hari-ini";

/// Articles that feed, sitemap and front page announce, each some and some of them twice.
const ARTICLES: usize = 12;

async fn overlapping() -> (Site, Vec<Source>) {
    let site = Site::open().await;
    site.put_articles(0..ARTICLES);
    site.put(PRIVATE, html(&article_page(&clean(0), "")));
    site.put(
        "/robots.txt",
        plain("User-agent: *\nDisallow: /berita/pribadi/\n"),
    );
    let links = |numbers: std::ops::Range<usize>| -> Vec<Url> {
        numbers.map(|n| site.url(&path(n))).collect()
    };
    let mut fed = links(0..6);
    fed.push(site.url(PRIVATE));
    site.put("/rss.xml", rss(&fed).with("etag", "\"one\""));
    site.put("/sitemap.xml", sitemap(&links(3..9)));
    site.put("/", front("", &links(5..ARTICLES)));
    let sources = vec![
        site.source("umpan", PageKind::Feed, "/rss.xml"),
        site.source("peta", PageKind::Sitemap, "/sitemap.xml"),
        site.source("depan", PageKind::Listing, "/"),
    ];
    (site, sources)
}

#[tokio::test]
async fn overlapping_sources_lead_to_each_article_once() {
    let (site, sources) = overlapping().await;
    let watch = Watch::over(sources).await;
    let rows = watch.stored(ARTICLES).await;
    let forbidden = "fetches_total{kind=\"article\",outcome=\"blocked\"}";
    watch.counted(forbidden, 1.0).await;
    watch
        .counted("articles_scored_total{verdict=\"pass\"}", ARTICLES as f64)
        .await;

    let addresses: BTreeSet<&str> = rows.iter().map(|row| row.url.as_str()).collect();
    assert_eq!(addresses.len(), ARTICLES);
    for row in &rows {
        assert!(row.body.split_whitespace().count() > 100, "{}", row.url);
        assert!(row.title.is_some(), "{}", row.url);
    }
    assert_eq!(watch.articles().await.len(), ARTICLES);
    let name = benggala::site::name(&site.base).unwrap();
    let memory = watch.service.store.site(name).await.unwrap();
    assert!(memory.is_some_and(|memory| memory.articles() > 0));

    let mut log: BTreeMap<String, usize> = BTreeMap::new();
    for asked in site.log() {
        *log.entry(asked.path).or_default() += 1;
    }
    let expected = (0..ARTICLES)
        .map(path)
        .chain(["/robots.txt", "/rss.xml", "/sitemap.xml", "/"].map(str::to_string));
    let expected: BTreeMap<String, usize> = expected.map(|path| (path, 1)).collect();
    assert_eq!(log, expected, "the forbidden page was never asked for");

    for (series, value) in [
        ("fetches_total{kind=\"article\",outcome=\"ok\"}", 12.0),
        ("fetches_total{kind=\"feed\",outcome=\"ok\"}", 1.0),
        ("fetches_total{kind=\"sitemap\",outcome=\"ok\"}", 1.0),
        ("fetches_total{kind=\"page\",outcome=\"ok\"}", 1.0),
        ("fetches_total{kind=\"robots\",outcome=\"ok\"}", 1.0),
        ("fetch_responses_total{code=\"200\"}", 15.0),
        ("extractions_total{outcome=\"ok\"}", 12.0),
        ("robots_denied_total", 1.0),
        ("duplicates_total{kind=\"exact\"}", 0.0),
        ("fetches_in_flight", 0.0),
    ] {
        assert_eq!(watch.metric(series).await, value, "{series}");
    }
    let counts = watch.service.store.counts(chrono::Utc::now()).await;
    let counts = counts.unwrap();
    assert_eq!((counts.done, counts.gone, counts.leased), (0, 1, 0));
    // The sources, and the articles until they are looked at again.
    assert_eq!((counts.waiting, counts.due), (3 + 12, 0));
    watch.service.close().await.unwrap();
}

/// The gap between two requests, and what the store's milliseconds may take of it.
const PACE: Duration = Duration::from_millis(100);
const ROUNDING: Duration = Duration::from_millis(10);

#[tokio::test]
async fn a_host_is_asked_no_faster_than_its_pace() {
    let (site, sources) = overlapping().await;
    let slow = |config: &mut benggala::config::Config| {
        config.fetch.requests_per_second = PACE.as_secs_f64().recip();
        config.fetch.concurrency_per_host = 1;
    };
    let watch = Watch::with(sources, slow).await;
    watch.stored(ARTICLES).await;
    watch.service.close().await.unwrap();
    let log = site.log();
    assert_eq!(log.len(), ARTICLES + 4);
    for pair in log.windows(2) {
        let gap = pair[1].at - pair[0].at;
        assert!(
            gap + ROUNDING >= PACE,
            "{gap:?} between {} and {}",
            pair[0].path,
            pair[1].path
        );
    }
}

#[tokio::test]
async fn an_unchanged_feed_is_not_read_again() {
    let (site, mut sources) = overlapping().await;
    sources.truncate(1);
    let often = |config: &mut benggala::config::Config| {
        config.schedule.every = Duration::from_secs(1);
    };
    let watch = Watch::with(sources, often).await;
    until("two answers of 304", async || {
        let series = "fetches_total{kind=\"feed\",outcome=\"not_modified\"}";
        watch.metric(series).await >= 2.0
    })
    .await;
    let read = "fetches_total{kind=\"feed\",outcome=\"ok\"}";
    let read = watch.metric(read).await;
    let log = site.log();
    let polls: Vec<_> = log.iter().filter(|a| a.path == "/rss.xml").collect();
    assert!(!polls[0].headers.contains_key("if-none-match"));
    // Now and then one asks in full, lest a wrong validator hide news for ever.
    let (asked_again, in_full): (Vec<&Asked>, Vec<&Asked>) = polls
        .into_iter()
        .partition(|poll| poll.headers.contains_key("if-none-match"));
    assert!(asked_again.len() >= 2);
    assert!(read <= in_full.len() as f64, "{read} read");
    let same = asked_again
        .iter()
        .all(|poll| poll.headers["if-none-match"] == "\"one\"");
    assert!(same, "{asked_again:?}");
    assert_eq!(watch.stored(6).await.len(), 6);
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn a_site_shows_where_its_feed_is() {
    let site = Site::open().await;
    site.put_articles(0..3);
    let head = "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/kabar.rss\">";
    site.put("/", front(head, &[]));
    let links: Vec<Url> = (0..3).map(|n| site.url(&path(n))).collect();
    site.put("/kabar.rss", rss(&links));
    let watch = Watch::over(vec![site.source("situs", PageKind::Auto, "/")]).await;
    watch.stored(3).await;
    let sources = watch.service.store.sources().await.unwrap();
    assert_eq!(sources[0].kind, PageKind::Listing);
    assert_eq!((sources[0].failures, sources[0].passed), (0, 3));
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn robots_txt_shows_the_sitemap_of_a_site_without_a_feed() {
    let site = Site::open().await;
    site.put_articles(0..3);
    let map = site.url("/peta/berita.xml");
    site.put("/", front("", &[]));
    site.put(
        "/robots.txt",
        plain(&format!("User-agent: *\nDisallow:\n\nSitemap: {map}\n")),
    );
    let links: Vec<Url> = (0..3).map(|n| site.url(&path(n))).collect();
    site.put(map.path(), sitemap(&links));
    let watch = Watch::over(vec![site.source("situs", PageKind::Auto, "/")]).await;
    watch.stored(3).await;
    assert_eq!(site.times("/robots.txt"), 1);
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn redirects_are_followed_and_one_article_is_stored_once() {
    let (site, other) = (Site::open().await, Site::open().await);
    site.put_articles([2, 3]);
    other.put_articles([1]);
    // Elsewhere for now; moved for good; one article under two addresses.
    site.put(&path(0), redirect(302, &other.url(&path(1))));
    site.put(&path(1), redirect(301, &site.url(&path(2))));
    let canonical = format!("<link rel=\"canonical\" href=\"{}\">", site.url(&path(3)));
    let amp = "/berita/amp/1003-kabar-dari-pasar-pagi-di-tepi-sungai";
    site.put(amp, html(&article_page(&clean(3), &canonical)));
    let links = [path(0), path(1), path(3), amp.to_string()].map(|path| site.url(&path));
    site.put("/rss.xml", rss(&links));
    let watch = Watch::over(vec![site.source("umpan", PageKind::Feed, "/rss.xml")]).await;
    watch.counted("duplicates_total{kind=\"exact\"}", 1.0).await;
    let rows = eventually("three articles", async || {
        let rows = watch.articles().await;
        (rows.len() == 3).then_some(rows)
    })
    .await;
    let addresses: BTreeSet<Url> = rows.iter().map(|row| row.url.clone()).collect();
    let expected = [other.url(&path(1)), site.url(&path(2)), site.url(&path(3))];
    assert_eq!(addresses, BTreeSet::from(expected));
    assert_eq!(other.log()[0].path, "/robots.txt", "before anything else");
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn one_article_under_many_slugs_is_stored_once() {
    const SLUGS: usize = 40;
    let site = Site::open().await;
    let slugs: Vec<String> = (0..SLUGS)
        .map(|n| format!("/berita/{n}-jembatan-dibuka-lagi-untuk-warga-desa"))
        .collect();
    for slug in &slugs {
        site.put(slug, html(&article_page(&clean(0), "")));
    }
    let links: Vec<Url> = slugs.iter().map(|slug| site.url(slug)).collect();
    site.put("/rss.xml", rss(&links));
    let watch = Watch::over(vec![site.source("umpan", PageKind::Feed, "/rss.xml")]).await;
    let others = (SLUGS - 1) as f64;
    watch
        .counted("duplicates_total{kind=\"exact\"}", others)
        .await;
    assert_eq!(watch.articles().await.len(), 1);
    assert_eq!(watch.metric("duplicates_total{kind=\"near\"}").await, 0.0);
    let series = "source_articles_total{source=\"umpan\"}";
    assert_eq!(watch.metric(series).await, 1.0);
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn a_site_whose_pages_all_declare_one_address_keeps_its_articles() {
    let site = Site::open().await;
    let declared = site.url("/cetakan/2041-contoh-halaman-untuk-semua-berita");
    let head = format!("<link rel=\"canonical\" href=\"{declared}\">");
    for n in 0..4 {
        site.put(&path(n), html(&article_page(&clean(n), &head)));
    }
    site.put("/rss.xml", rss(&[0, 1, 2, 3].map(|n| site.url(&path(n)))));
    let watch = Watch::over(vec![site.source("umpan", PageKind::Feed, "/rss.xml")]).await;
    let rows = watch.stored(4).await;
    let addresses: BTreeSet<_> = rows.iter().map(|row| row.url.path().to_string()).collect();
    assert_eq!(addresses, (0..4).map(path).collect());
    watch.service.close().await.unwrap();
}

/// What waits for a slow reading waits in the store.
#[tokio::test]
async fn no_more_is_under_way_than_may_overlap() {
    const OVERLAP: usize = 3;
    let site = Site::holding_back_after(0).await;
    site.put_articles(0..ARTICLES);
    let links: Vec<_> = (0..ARTICLES).map(|n| site.url(&path(n))).collect();
    site.put("/rss.xml", rss(&links));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::with(vec![source], |config| {
        config.fetch.concurrency = OVERLAP;
        config.fetch.concurrency_per_host = 2 * OVERLAP;
    })
    .await;
    until("all that may overlap", async || {
        watch.metric("queue_items{state=\"leased\"}").await == OVERLAP as f64
    })
    .await;
    assert_eq!(site.articles_asked(), OVERLAP);
    site.let_go();
    watch.stored(ARTICLES).await;
    watch.service.close().await.unwrap();
}
