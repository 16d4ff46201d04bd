//! Where a site keeps its feeds and sitemaps.

use std::collections::HashSet;

use url::Url;

use super::{
    document::LinkDocument,
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

/// The feeds that a web page names; where it names none, its own links and the sitemaps that it
/// names.
pub(super) fn read(page: &Page, document: &LinkDocument<'_>) -> Found {
    let named = named::by(page, document.text());
    let (mut found, problems) = match named.feeds.is_empty() {
        true => listing::read(page, document),
        false => Default::default(),
    };
    let (kind, urls) = match named.feeds.is_empty() {
        true => (PageKind::Sitemap, named.sitemaps),
        false => (PageKind::Feed, named.feeds),
    };
    let mut links = LinkList::new(page, urls.len());
    for url in urls {
        links.add(url, kind, None);
    }
    found.extend(links.into_vec());
    (found, problems)
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
