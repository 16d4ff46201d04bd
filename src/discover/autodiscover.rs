//! Where a site keeps its feeds and sitemaps.

use std::collections::HashSet;

use url::Url;

use super::{
    document::Document,
    links::{Found, LinkList, resolve},
    listing, named,
};
use crate::{
    model::{Page, PageKind},
    robots,
};

/// Sitemaps taken from one robots.txt.
pub const SITEMAPS_MAX: usize = 20;

/// Where sites keep what they do not name, the likeliest first. Feeds lie in the folder of the
/// page, sitemaps at the root.
const USUAL_PLACES: &[(PageKind, &str)] = &[
    (PageKind::Feed, "feed"),
    (PageKind::Feed, "rss"),
    (PageKind::Feed, "rss.xml"),
    (PageKind::Feed, "feed.xml"),
    (PageKind::Feed, "atom.xml"),
    (PageKind::Feed, "index.xml"),
    (PageKind::Sitemap, "/sitemap.xml"),
    (PageKind::Sitemap, "/sitemap_index.xml"),
];

/// The feeds that a web page names; its own links where it names none.
pub(super) fn read(page: &Page, document: &Document<'_>) -> Found {
    let feeds = named::feeds(page, document.text());
    if feeds.is_empty() {
        return listing::read(page, document);
    }
    let mut links = LinkList::new(page, feeds.len());
    for url in feeds {
        links.add(url, PageKind::Feed, None);
    }
    (links.into_vec(), Vec::new())
}

/// The sitemaps that a robots.txt names, on whatever host they lie, at most [`SITEMAPS_MAX`], those
/// of news first: they are small and hold the last two days.
pub fn sitemaps_of(robots_text: &str, base: &Url) -> Vec<Url> {
    let mut seen = HashSet::new();
    let mut found: Vec<Url> = robots::sitemaps(robots_text.as_bytes())
        .iter()
        .filter_map(|address| resolve(address, base))
        .filter(|url| seen.insert(url.clone()))
        .collect();
    found.sort_by_key(|url| !url.path().to_ascii_lowercase().contains("news"));
    found.truncate(SITEMAPS_MAX);
    found
}

/// Where a page that names neither feed nor sitemap may have them all the same.
pub fn usual_places(page: &Url) -> Vec<(PageKind, Url)> {
    USUAL_PLACES
        .iter()
        .filter_map(|(kind, place)| Some((*kind, resolve(place, page)?)))
        .collect()
}
