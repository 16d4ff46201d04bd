//! What a page really is, and where a site keeps its feeds and sitemaps.

use std::{collections::HashSet, ops::ControlFlow};

use html5ever::tokenizer::Tag;
use url::Url;

use super::{Found, Links, char_boundary, decode, feed, listing, sitemap, tokens, xml, xml::Node};
use crate::{
    canonical::{canonical, same_site},
    model::{Link, Page, PageKind},
    robots,
};

/// Feeds taken from one page: the main one and, perhaps, two of sections.
const FEEDS_MAX: usize = 3;

/// Feed links looked at on one page.
const CANDIDATES_MAX: usize = 100;

/// Sitemaps taken from one robots.txt.
pub const SITEMAPS_MAX: usize = 20;

/// Bytes within which a document shows what it is: a few comments may come first.
const SHOWS_WITHIN: usize = 16 << 10;

/// What the body is, whatever it was asked for as: a feed, a sitemap, or else a page to be listed.
pub fn sniff(page: &Page) -> PageKind {
    let (text, _) = decode::text(page);
    looks_like(&text).unwrap_or(PageKind::Listing)
}

/// Feed or sitemap, by the first element, the version of JSON Feed, or a first line that is a URL.
pub(super) fn looks_like(text: &str) -> Option<PageKind> {
    let start = text.trim_start();
    let start = &start[..char_boundary(start, SHOWS_WITHIN)];
    if start.starts_with('{') {
        return start
            .contains("jsonfeed.org/version/")
            .then_some(PageKind::Feed);
    }
    if !start.starts_with('<') {
        let line = Url::parse(start.lines().next()?.trim()).ok()?;
        return canonical(&line).map(|_| PageKind::Sitemap);
    }
    let mut kind = None;
    xml::walk(start, |path, node| {
        if let (Node::Open(_), [root]) = (node, path) {
            kind = match root.as_str() {
                "rss" | "feed" | "rdf" | "channel" => Some(PageKind::Feed),
                "urlset" | "sitemapindex" => Some(PageKind::Sitemap),
                _ => None,
            };
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    kind
}

pub(super) fn read(page: &Page) -> Found {
    match sniff(page) {
        PageKind::Feed => feed::read(page),
        PageKind::Sitemap => sitemap::read(page),
        _ => {
            let feeds = feeds_of(page);
            if feeds.is_empty() {
                listing::read(page)
            } else {
                (feeds, Vec::new())
            }
        }
    }
}

/// The feeds that a web page names (HTML, "Link type alternate"): those nearest to the root first,
/// each in one format, none of comments.
fn feeds_of(page: &Page) -> Vec<Link> {
    let (text, _) = decode::text(page);
    let (reader, _) = tokens::read(&text, FeedLinks::new(&page.final_url));
    let mut feeds = reader.feeds;
    feeds.retain(|url| same_site(url, &page.final_url) || is_feed_host(url));
    feeds.sort_by_key(|url| url.path_segments().map_or(0, Iterator::count));
    let mut stems = HashSet::new();
    feeds.retain(|url| stems.insert(stem(url)));
    let mut links = Links::new(page, FEEDS_MAX);
    for url in feeds {
        links.add_url(url, PageKind::Feed, None);
    }
    links.found
}

struct FeedLinks {
    base: Url,
    feeds: Vec<Url>,
}

impl FeedLinks {
    fn new(base: &Url) -> FeedLinks {
        FeedLinks {
            base: base.clone(),
            feeds: Vec::new(),
        }
    }

    fn feed(&self, tag: &Tag) -> Option<Url> {
        let rel = tokens::attribute(tag, "rel")?.to_ascii_lowercase();
        let kind = tokens::attribute(tag, "type")?.to_ascii_lowercase();
        let is_feed = matches!(
            kind.split(';').next().map(str::trim),
            Some("application/rss+xml" | "application/atom+xml" | "application/feed+json")
        );
        if !is_feed || !rel.split_ascii_whitespace().any(|word| word == "alternate") {
            return None;
        }
        let title = tokens::attribute(tag, "title").unwrap_or_default();
        let url = canonical(&self.base.join(tokens::attribute(tag, "href")?).ok()?)?;
        (!speaks_of_comments(title) && !speaks_of_comments(url.as_str())).then_some(url)
    }
}

impl tokens::Sink for FeedLinks {
    fn open(&mut self, name: &str, tag: &Tag) {
        match name {
            "base" => listing::rebase(&mut self.base, tag),
            "link" if self.feeds.len() < CANDIDATES_MAX => self.feeds.extend(self.feed(tag)),
            _ => {}
        }
    }

    fn close(&mut self, _name: &str) {}

    fn text(&mut self, _text: &str) {}
}

/// `comments`, `komentar`, `Kommentare`, `commentaires`, `comentarios`, `komentarze` …
fn speaks_of_comments(text: &str) -> bool {
    let text = text.to_lowercase();
    ["comment", "komment", "koment", "coment"]
        .iter()
        .any(|start| text.contains(start))
}

/// Services that carry other sites' feeds.
fn is_feed_host(url: &Url) -> bool {
    matches!(
        url.host_str(),
        Some(
            "feeds.feedburner.com"
                | "feeds2.feedburner.com"
                | "feeds.feedblitz.com"
                | "feedpress.me"
        )
    )
}

/// What is left of a feed's address without its format: `/feed/` and `/feed/atom/` are one feed.
fn stem(url: &Url) -> String {
    let path: Vec<String> = url
        .path()
        .split(['/', '.'])
        .map(str::to_ascii_lowercase)
        .filter(|part| {
            !matches!(
                part.as_str(),
                "" | "atom" | "feed" | "json" | "rss" | "rss2" | "xml"
            )
        })
        .collect();
    let query = url.query().unwrap_or_default();
    format!(
        "{}/{}?{query}",
        url.host_str().unwrap_or_default(),
        path.join("/")
    )
}

/// The sitemaps that a robots.txt names, at most [`SITEMAPS_MAX`], those of news first: they are small and hold the last two days.
pub fn sitemaps_of(robots_text: &str, base: &Url) -> Vec<Url> {
    let mut seen = HashSet::new();
    let mut found: Vec<Url> = robots::sitemaps(robots_text.as_bytes())
        .iter()
        .filter_map(|address| canonical(&base.join(address).ok()?))
        .filter(|url| same_site(url, base) && seen.insert(url.clone()))
        .collect();
    found.sort_by_key(|url| !url.path().to_ascii_lowercase().contains("news"));
    found.truncate(SITEMAPS_MAX);
    found
}
