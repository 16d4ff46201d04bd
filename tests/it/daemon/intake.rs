//! Which links of a source are read, and what is said of the others.

use std::time::Duration;

use benggala::{
    config::Config,
    model::{LinkCounts, PageKind, Source},
};
use url::Url;

use super::{
    site::{Site, dated_rss, front, path, rss, sitemap},
    watch::{Watch, eventually, metric, until},
};

const DAY: i64 = 86_400;

fn often(config: &mut Config) {
    config.schedule.every = Duration::from_secs(1);
}

/// What the one source listed, once it has answered.
async fn listed(watch: &Watch) -> LinkCounts {
    eventually("an answer", async || {
        let sources = watch.service.store.sources().await.unwrap();
        let mut listed = sources.iter().filter(|source| source.name == "umpan");
        listed.next()?.links
    })
    .await
}

/// Waits until these counts are told. Of outcomes that never were nothing is.
async fn say(watch: &Watch, counts: &[(&str, f64)], never: &[&str]) {
    let series = |outcome: &str| format!("source_links{{outcome=\"{outcome}\",source=\"umpan\"}}");
    for (outcome, count) in counts {
        watch.counted(&series(outcome), *count).await;
    }
    for outcome in never {
        let told = metric(&watch.url("/metrics"), &series(outcome)).await;
        assert_eq!(told, None, "{outcome}");
    }
}

#[tokio::test]
async fn the_newest_of_an_old_feed_are_read_and_the_others_told() {
    let site = Site::open().await;
    site.put_articles(0..12);
    let age = |n: usize| (9 + i64::try_from(n).unwrap()) * DAY;
    let items: Vec<(Url, i64)> = (0..12).map(|n| (site.url(&path(n)), age(n))).collect();
    site.put("/rss.xml", dated_rss(&items));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::over(vec![source]).await;
    watch.stored(10).await;
    let expected = LinkCounts {
        new: 10,
        old: 2,
        ..LinkCounts::default()
    };
    assert_eq!(listed(&watch).await, expected);
    say(
        &watch,
        &[("new", 10.0), ("known", 0.0), ("old", 2.0)],
        &["foreign", "invalid"],
    )
    .await;
    watch.service.close().await.unwrap();
    for n in [10, 11] {
        assert_eq!(site.times(&path(n)), 0, "{n}");
    }
}

#[tokio::test]
async fn what_a_feed_adds_is_new_however_it_is_dated() {
    let site = Site::open().await;
    site.put_articles(0..3);
    let item = |n: usize, age: i64| (site.url(&path(n)), age);
    let first = dated_rss(&[item(0, 3_600)]);
    let second = dated_rss(&[item(0, 3_600), item(1, 8 * DAY), item(2, 400 * DAY)]);
    site.put_in_turn("/rss.xml", vec![first, second]);
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::with(vec![source], often).await;
    watch.stored(3).await;
    until("all of it to be known", async || {
        listed(&watch).await
            == LinkCounts {
                known: 3,
                ..LinkCounts::default()
            }
    })
    .await;
    watch.service.close().await.unwrap();
}

/// A sitemap of 400 pages without dates, of which a feed names one.
async fn archive() -> (Site, Vec<Source>) {
    let site = Site::open().await;
    site.put_articles([7]);
    let pages: Vec<Url> = (0..400).map(|n| site.url(&path(n))).collect();
    site.put("/peta.xml", sitemap(&pages));
    site.put("/rss.xml", rss(&[site.url(&path(7))]));
    let map = site.source("umpan", PageKind::Sitemap, "/peta.xml");
    let feed = site.source("kabar", PageKind::Feed, "/rss.xml");
    (site, vec![map, feed])
}

#[tokio::test]
async fn an_archive_without_dates_is_remembered_and_its_news_is_read() {
    let (site, sources) = archive().await;
    let watch = Watch::with(sources, often).await;
    watch.stored(1).await;
    say(
        &watch,
        &[("known", 1.0), ("old", 399.0)],
        &["foreign", "invalid"],
    )
    .await;
    let polls = "fetches_total{kind=\"sitemap\",outcome=\"ok\"}";
    until("three polls", async || watch.metric(polls).await >= 3.0).await;
    assert_eq!(site.articles_asked(), 1);
    // One page more than before is news.
    site.put_articles([400]);
    let pages: Vec<Url> = (0..401).map(|n| site.url(&path(n))).collect();
    site.put("/peta.xml", sitemap(&pages));
    watch.stored(2).await;
    watch.service.close().await.unwrap();
    assert_eq!(site.articles_asked(), 2);
}

#[tokio::test]
async fn an_archive_is_read_where_that_is_asked_for() {
    let (site, mut sources) = archive().await;
    sources.truncate(1);
    sources[0].link_age = Some(Duration::ZERO);
    let watch = Watch::over(sources).await;
    until("its pages to be asked for", async || {
        site.articles_asked() > 150
    })
    .await;
    assert_eq!(listed(&watch).await.new, 400);
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn how_old_articles_may_be_is_set_for_all_or_for_one() {
    for (for_all, for_one, read) in [(1, None, 10), (30, None, 20), (1, Some(30), 20)] {
        let site = Site::open().await;
        site.put_articles(0..20);
        let items: Vec<(Url, i64)> = (0..20).map(|n| (site.url(&path(n)), 9 * DAY)).collect();
        site.put("/rss.xml", dated_rss(&items));
        let days = |days: u64| Duration::from_secs(days * 86_400);
        let source = Source {
            link_age: for_one.map(days),
            ..site.source("umpan", PageKind::Feed, "/rss.xml")
        };
        let watch = Watch::with(vec![source], |config| {
            config.schedule.link_age = days(for_all);
        })
        .await;
        let links = listed(&watch).await;
        assert_eq!((links.new, links.old), (read, 20 - read));
        watch.service.close().await.unwrap();
    }
}

#[tokio::test]
async fn links_of_another_site_are_told() {
    let (site, other) = (
        Site::open().await,
        "http://lain.example/berita/1234-satu-kabar-dari-sana",
    );
    site.put_articles([0]);
    let pages = [site.url(&path(0)), Url::parse(other).unwrap()];
    site.put("/peta.xml", sitemap(&pages));
    site.put("/depan", front("", &pages));
    site.put("/rss.xml", rss(&pages));
    for (kind, place, expected) in [
        (PageKind::Sitemap, "/peta.xml", (1, 0)),
        (PageKind::Listing, "/depan", (1, 0)),
        // A feed may well be one of links to others: they are read, and told all the same.
        (PageKind::Feed, "/rss.xml", (2, 1)),
    ] {
        let watch = Watch::over(vec![site.source("umpan", kind, place)]).await;
        let (new, foreign_kept) = expected;
        let expected = LinkCounts {
            new,
            foreign: 1,
            foreign_kept,
            ..LinkCounts::default()
        };
        assert_eq!(listed(&watch).await, expected, "{place}");
        assert_eq!(expected.total(), 2);
        say(
            &watch,
            &[("new", new as f64), ("known", 0.0), ("foreign", 1.0)],
            &["old", "invalid"],
        )
        .await;
        let invalid = format!(
            "discoveries_total{{kind=\"{}\",outcome=\"invalid\"}}",
            kind_name(kind)
        );
        assert_eq!(watch.metric(&invalid).await, 0.0);
        let sources = watch.service.store.sources().await.unwrap();
        assert_eq!(sources[0].error, None);
        watch.service.close().await.unwrap();
    }
}

/// As the metric has it.
fn kind_name(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Listing => "page",
        kind => kind.as_str(),
    }
}
