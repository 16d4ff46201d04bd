//! What on the way through a source's past is worth reading.

use benggala::{
    frontier::backfill::{RANK_FURTHER_PAGE, RANK_OLDER_FEED, rank, starts, worth_reading},
    model::{Link, PageKind, Source, Timestamp},
};
use url::Url;

fn day(text: &str) -> Timestamp {
    format!("{text}T00:00:00Z").parse().unwrap()
}

fn link(path: &str, kind: PageKind, published: Option<&str>) -> Link {
    Link {
        url: Url::parse("https://news.example")
            .unwrap()
            .join(path)
            .unwrap(),
        source: "news".to_string(),
        kind,
        published: published.map(|date| day(date).into()),
    }
}

fn is_worth_reading(link: &Link, since: Timestamp, depth: u32) -> bool {
    !worth_reading(vec![link.clone()], PageKind::Listing, since, depth).is_empty()
}

#[test]
fn what_is_dated_before_is_left_out_by_date_or_address() {
    use PageKind::{Article, Listing, Sitemap};
    let since = day("2021-06-15");
    for (path, kind, published, expected) in [
        ("/a", Article, None, true),
        ("/a", Article, Some("2021-06-15"), true),
        ("/a", Article, Some("2021-06-14"), false),
        ("/2021/06/kabar", Article, None, true),
        ("/2021/06/14/kabar", Article, None, true),
        ("/2021/06/13/kabar", Article, None, false),
        ("/2021/05/kabar", Article, Some("2022-01-01"), false),
        ("/2020/kabar", Article, None, true),
        ("/kabar-20190512", Article, None, true),
        ("/map.xml", Sitemap, None, true),
        ("/map.xml", Sitemap, Some("2021-06-14"), false),
        ("/map-2020.xml", Sitemap, Some("2026-01-01"), false),
        ("/map-2021.xml", Sitemap, None, true),
        ("/map-2021-05.xml", Sitemap, None, false),
        ("/map?yyyy=2021&mm=06", Sitemap, None, true),
        ("/post-sitemap12.xml", Sitemap, None, true),
        ("/indeks?date=2021-06-12", Listing, None, false),
        ("/2021/06/", Listing, None, true),
    ] {
        let link = link(path, kind, published);
        assert_eq!(is_worth_reading(&link, since, 1), expected, "{link:?}");
    }
}

#[test]
fn sitemaps_are_nested_only_so_deep() {
    let map = link("/map.xml", PageKind::Sitemap, None);
    assert!(is_worth_reading(&map, day("2021-01-01"), 5));
    assert!(!is_worth_reading(&map, day("2021-01-01"), 6));
}

#[test]
fn a_walk_begins_at_the_source_and_the_front_page() {
    let source = |path: &str, kind: PageKind| Source::new("news", kind, link(path, kind, None).url);
    let feed = starts(&source("/feed", PageKind::Feed));
    let kinds: Vec<_> = feed.iter().map(|(kind, url)| (*kind, url.path())).collect();
    assert_eq!(kinds, [(PageKind::Feed, "/feed"), (PageKind::Auto, "/")]);
    assert_eq!(starts(&source("/", PageKind::Listing)).len(), 1);
}

#[test]
fn a_feed_is_followed_page_by_page_until_all_that_it_lists_is_too_old() {
    let since = day("2021-06-15");
    let older = || link("/feed?page=9", PageKind::Feed, None);
    let entry = |published| link("/a", PageKind::Article, Some(published));
    for (links, from, followed) in [
        (
            vec![entry("2021-06-16"), entry("2020-01-01"), older()],
            PageKind::Feed,
            true,
        ),
        (
            vec![entry("2020-01-02"), entry("2020-01-01"), older()],
            PageKind::Feed,
            false,
        ),
        // An archive may be empty, or without dates.
        (vec![older()], PageKind::Feed, true),
        (
            vec![link("/a", PageKind::Article, None), older()],
            PageKind::Feed,
            true,
        ),
        // So far away, only feeds lead to feeds.
        (vec![older()], PageKind::Listing, false),
    ] {
        let left = worth_reading(links, from, since, 40);
        assert_eq!(left.contains(&older()), followed, "{left:?}");
    }
    assert_eq!(rank(PageKind::Feed, Some(PageKind::Feed)), RANK_OLDER_FEED);
    assert!(rank(PageKind::Feed, Some(PageKind::Auto)) < RANK_FURTHER_PAGE);
}
