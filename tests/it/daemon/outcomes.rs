//! Answers that are no article.

use std::time::Duration;

use benggala::{
    frontier::NETWORK_HOSTS_MIN,
    model::{Courtesy, Lang, PageKind, Reason, Source, Verdict},
};
use chrono::Utc;
use url::Url;

use super::{
    site::{Reply, Site, article_page, careless, clean, html, path, redirect, rss},
    watch::{Watch, until},
};

/// One article that answers in turn as `replies` say, in a feed.
async fn article(replies: Vec<Reply>) -> (Site, Watch) {
    let site = Site::open().await;
    site.put_in_turn(&path(0), replies);
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let watch = Watch::over(vec![site.source("umpan", PageKind::Feed, "/rss.xml")]).await;
    (site, watch)
}

#[tokio::test]
async fn a_page_that_is_no_article_is_never_passed() {
    let lost = "<!DOCTYPE html><html lang=\"id\"><head><title>Halaman tidak ditemukan</title></head>\
        <body><h1>Halaman tidak ditemukan</h1><p>Maaf, halaman yang Anda cari sudah tidak ada di \
        sini. Silakan kembali ke beranda atau pakai kotak pencarian.</p></body></html>";
    for (page, reason) in [(lost, Reason::NotAnArticle), ("", Reason::Empty)] {
        let (site, watch) = article(vec![html(page)]).await;
        let rows = watch.stored(1).await;
        assert_eq!(rows[0].verdict, Verdict::Abstain(reason));
        watch
            .counted("articles_scored_total{verdict=\"abstain\"}", 1.0)
            .await;
        let sources = watch.service.store.sources().await.unwrap();
        assert_eq!((sources[0].passed, sources[0].abstained), (0, 1));
        watch.service.close().await.unwrap();
        assert_eq!(site.times(&path(0)), 1);
    }
}

/// A wall as vendors put it up: in one answer by a header, in another by the page alone.
fn walls() -> [Reply; 3] {
    let page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h2>Checking \
        that you are not a robot</h2><script>window._cf_chl_opt={}</script></body></html>";
    [
        html(&article_page(&clean(0), "")).with("cf-mitigated", "challenge"),
        html(page),
        html(page).answering(403),
    ]
}

#[tokio::test]
async fn a_bot_wall_is_left_alone_and_never_judged() {
    for wall in walls() {
        left_alone(wall).await;
    }
}

async fn left_alone(wall: Reply) {
    let (site, watch) = article(vec![wall]).await;
    watch
        .counted("fetches_total{kind=\"article\",outcome=\"challenge\"}", 1.0)
        .await;
    assert!(watch.articles().await.is_empty());
    let counts = watch.service.store.counts(Utc::now()).await.unwrap();
    assert_eq!((counts.done, counts.gone, counts.waiting), (0, 0, 2));
    let sources = watch.service.store.sources().await.unwrap();
    assert_eq!((sources[0].abstained, sources[0].walled), (0, 1));
    watch.service.close().await.unwrap();
    assert_eq!(site.times(&path(0)), 1);
}

#[tokio::test]
async fn a_wall_before_the_feed_itself_is_seen() {
    let site = Site::open().await;
    let [_, wall, _] = walls();
    site.put("/rss.xml", wall);
    let watch = Watch::over(vec![site.source("umpan", PageKind::Feed, "/rss.xml")]).await;
    watch
        .counted("fetches_total{kind=\"feed\",outcome=\"challenge\"}", 1.0)
        .await;
    let sources = watch.service.store.sources().await.unwrap();
    let error = sources[0].error.as_deref().unwrap_or_default();
    assert!(error.starts_with("challenge: "), "{error}");
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn no_copy_is_kept_of_a_page_that_asks_for_none() {
    let plain = html(&article_page(&clean(0), ""));
    let tagged = "<meta name=\"robots\" content=\"max-snippet:-1, NOARCHIVE\">";
    for (page, is_kept) in [
        (plain.clone(), true),
        (
            html(&article_page(
                &clean(0),
                "<meta name=robots content=noindex>",
            )),
            true,
        ),
        (html(&article_page(&clean(0), tagged)), false),
        (plain.clone().with("x-robots-tag", "noarchive"), false),
        (
            plain
                .clone()
                .with("x-robots-tag", "benggala: noindex, noarchive"),
            false,
        ),
        (
            plain
                .clone()
                .with("x-robots-tag", "otherbot: noindex, noarchive"),
            true,
        ),
        (
            plain.with(
                "x-robots-tag",
                "unavailable_after: 3 Jan 2030 10:00:00 GMT, nocache",
            ),
            false,
        ),
    ] {
        let (_site, watch) = article(vec![page]).await;
        let rows = watch.stored(1).await;
        assert_eq!(rows[0].verdict, Verdict::Pass);
        let copy = watch.service.store.page(rows[0].id).await.unwrap();
        assert_eq!(copy.is_some(), is_kept);
        watch.service.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_put_off_counts_as_no_fetch() {
    let site = Site::open().await;
    site.put_articles([0]);
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let once_a_day = Source {
        courtesy: Courtesy {
            per_day: Some(1),
            ..Courtesy::default()
        },
        ..site.source("umpan", PageKind::Feed, "/rss.xml")
    };
    let watch = Watch::over(vec![once_a_day]).await;
    // The feed is the one request of the day; its article waits for tomorrow.
    let put_off = "store_operation_duration_seconds_count{op=\"put_off\"}";
    watch.counted(put_off, 1.0).await;
    let counts = watch.service.store.counts(Utc::now()).await.unwrap();
    assert_eq!((counts.waiting, counts.due, counts.leased), (2, 0, 0));
    for (series, value) in [
        ("fetches_total{kind=\"feed\",outcome=\"ok\"}", 1.0),
        ("fetches_total{kind=\"article\",outcome=\"cancelled\"}", 0.0),
        ("fetch_duration_seconds_count{kind=\"article\"}", 0.0),
        // robots.txt and the feed are one visit.
        ("politeness_wait_seconds_count", 1.0),
    ] {
        assert_eq!(watch.metric(series).await, value, "{series}");
    }
    watch.service.close().await.unwrap();
    assert_eq!(site.articles_asked(), 0);
}

#[tokio::test]
async fn a_missing_page_is_given_up_at_once() {
    let (site, watch) = article(vec![Reply::status(404)]).await;
    until("the page is gone", async || {
        let counts = watch.service.store.counts(Utc::now()).await.unwrap();
        counts.gone == 1
    })
    .await;
    assert!(watch.articles().await.is_empty());
    watch
        .counted("fetch_responses_total{code=\"404\"}", 1.0)
        .await;
    watch.service.close().await.unwrap();
    assert_eq!(site.times(&path(0)), 1);
}

#[tokio::test]
async fn a_server_error_is_tried_again_later() {
    let page = html(&article_page(&clean(0), ""));
    let (site, watch) = article(vec![Reply::status(500), page]).await;
    assert_eq!(watch.stored(1).await[0].verdict, Verdict::Pass);
    watch
        .counted("fetches_total{kind=\"article\",outcome=\"http_5xx\"}", 1.0)
        .await;
    watch.service.close().await.unwrap();
    let log = site.log();
    let tries: Vec<_> = log.iter().filter(|a| a.path == path(0)).collect();
    assert_eq!(tries.len(), 2);
    assert!(
        (tries[1].at - tries[0].at).as_millis() >= 990,
        "not at once"
    );
}

#[tokio::test]
async fn the_share_of_boilerplate_is_told_for_the_source() {
    let (_site, watch) = article(vec![html(&article_page(&careless(), ""))]).await;
    until("a share above 0", async || {
        let sources = watch.service.store.sources().await.unwrap();
        let share = sources.first().and_then(|source| source.boilerplate);
        share.is_some_and(|share| share > 0.0 && share < 1.0)
    })
    .await;
    assert_eq!(watch.articles().await[0].verdict, Verdict::Flag);
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn nobody_is_blamed_while_our_own_network_is_gone() {
    let site = Site::open().await;
    // Nobody listens there: as if nothing could be reached.
    let sources = (2..8).map(|n| {
        let mut source = site.source(&format!("sumber {n}"), PageKind::Feed, "/rss.xml");
        source.url.set_host(Some(&format!("127.0.0.{n}"))).unwrap();
        source.url.set_port(Some(1)).unwrap();
        source
    });
    let watch = Watch::with(sources.collect(), |config| {
        config.fetch.allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let cancelled = "fetches_total{kind=\"feed\",outcome=\"cancelled\"}";
    until("what was under way to be called off", async || {
        watch.metric(cancelled).await >= 1.0
    })
    .await;
    let sources = watch.service.store.sources().await.unwrap();
    let blamed: Vec<_> = sources
        .iter()
        .filter_map(|source| source.error.as_ref())
        .collect();
    assert!(blamed.len() < NETWORK_HOSTS_MIN, "{blamed:?}");
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn what_the_guard_refused_is_counted_by_its_stage() {
    let site = Site::open().await;
    let inside = Url::parse("http://169.254.169.254/latest/meta-data/").unwrap();
    site.put("/moved.xml", redirect(302, &inside));
    let mut direct = site.source("langsung", PageKind::Feed, "/");
    direct.url = inside;
    let by_redirect = site.source("belokan", PageKind::Feed, "/moved.xml");
    let watch = Watch::over(vec![direct, by_redirect]).await;
    for stage in ["url", "redirect"] {
        let series = format!("ssrf_blocked_total{{stage=\"{stage}\"}}");
        watch.counted(&series, 1.0).await;
    }
    watch
        .counted("ssrf_blocked_total{stage=\"dns\"}", 0.0)
        .await;
    watch.service.close().await.unwrap();
}

/// Some servers refuse every request that has a condition.
#[tokio::test]
async fn a_feed_that_refuses_conditions_is_asked_without_them() {
    let site = Site::open().await;
    let feed = rss(&[]).with("etag", "\"satu\"");
    let refused = Reply::status(400);
    site.put_in_turn("/rss.xml", vec![feed.clone(), refused, feed]);
    let source = Source {
        every: Some(Duration::from_secs(1)),
        ..site.source("umpan", PageKind::Feed, "/rss.xml")
    };
    let watch = Watch::with(vec![source], |config| {
        config.schedule.every_min = Duration::from_secs(1);
    })
    .await;
    until("three polls", async || site.times("/rss.xml") >= 3).await;
    watch.service.close().await.unwrap();
    let asked = site.log();
    let feeds = asked.iter().filter(|asked| asked.path == "/rss.xml");
    let conditions: Vec<_> = feeds
        .map(|asked| asked.headers.contains_key("if-none-match"))
        .take(3)
        .collect();
    assert!(!conditions[2], "{conditions:?}");
}

#[tokio::test]
async fn what_is_no_text_or_in_another_language_is_stored_and_not_judged() {
    let clean = article_page(&clean(0), "");
    let (head, body) = clean.split_once("</h1>").unwrap();
    let spoiled = body.replace(' ', " \u{2}\u{3}");
    let wall = "c2FtcGxlIG9mIGJ5dGVzVGhhdCBhcmUgbm8gd29yZHM ".repeat(90);
    let pages = [
        (format!("{head}</h1>{spoiled}"), None, Reason::NotHtml),
        (
            format!("{head}</h1><p>{wall}</p>"),
            None,
            Reason::UnknownLanguage,
        ),
        (clean.clone(), Some("en"), Reason::OtherLanguage),
    ];
    for (page, lang, reason) in pages {
        let site = Site::open().await;
        site.put(&path(0), html(&page));
        site.put("/rss.xml", rss(&[site.url(&path(0))]));
        let source = Source {
            lang: lang.and_then(Lang::new),
            ..site.source("umpan", PageKind::Feed, "/rss.xml")
        };
        let watch = Watch::over(vec![source]).await;
        let rows = watch.stored(1).await;
        assert_eq!(rows[0].verdict, Verdict::Abstain(reason));
        assert_eq!(rows[0].lang.as_ref().map(Lang::as_str), Some("id"));
        watch.service.close().await.unwrap();
    }
}
