//! The feeds and sitemaps that a web page names: in `<link>` elements (HTML, "Link type
//! alternate"), in `Link` headers, and in the links of its text.

use std::collections::HashSet;

use html5ever::tokenizer::Tag;
use url::Url;

use super::{
    link_header,
    links::resolve,
    tokens::{self, Base},
    words::{self, WordMeaning},
};
use crate::{canonical::same_site, model::Page};

/// Feeds taken from one page: the main one and, perhaps, two of sections.
const FEEDS_MAX: usize = 3;

/// Feed links looked at on one page.
const CANDIDATES_MAX: usize = 100;

/// Media types of feeds, as the standards have them and as sites write them.
const FEED_TYPES: &[&str] = &[
    "application/atom",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/rss",
    "application/rss+xml",
    "application/x-atom+xml",
    "application/x-rss+xml",
    "application/x.atom+xml",
    "application/x.rss+xml",
    "text/atom",
    "text/atom+xml",
    "text/rss",
    "text/rss+xml",
];

/// Media types of feeds and of much else: the address must look like that of a feed.
const OPEN_TYPES: &[&str] = &["", "application/json", "application/xml", "text/xml"];

/// Relations that lead to a feed; a missing one does, too.
const FEED_RELATIONS: &[&str] = &["alternate", "atom", "feed", "rss", "service.feed"];

/// Files that hold nothing but a feed.
const FEED_FILES: &[&str] = &[
    "atom.xml",
    "feed.json",
    "feed.php",
    "feed.xml",
    "index.rdf",
    "index.rss",
    "index.xml",
    "rss.php",
    "rss.xml",
    "rss2.xml",
];

/// Services that carry other sites' feeds.
const FEED_HOSTS: &[&str] = &[
    "feedpress.me",
    "feeds.feedblitz.com",
    "feeds.feedburner.com",
    "feeds2.feedburner.com",
];

/// Where a page says that the links of its site are.
pub(super) struct NamedPlaces {
    /// The site's own and those nearest to the root first, each in one format. Those of comments
    /// only if there are no others.
    pub(super) feeds: Vec<Url>,
    pub(super) sitemaps: Vec<Url>,
}

/// What the page whose text is `html` names.
pub(super) fn by(page: &Page, html: &str) -> NamedPlaces {
    let (mut names, _) = tokens::read(html, NameReader::new(page));
    let mut feeds = match names.declared.is_empty() {
        true => names.linked,
        false => names.declared,
    };
    if feeds.iter().all(|feed| feed.is_of_comments) {
        feeds.truncate(1);
    } else {
        feeds.retain(|feed| !feed.is_of_comments);
    }
    feeds.sort_by_key(|feed| {
        let depth = feed.url.path_segments().map_or(0, Iterator::count);
        (!same_site(&feed.url, &page.final_url), depth)
    });
    let mut stems = HashSet::new();
    feeds.retain(|feed| stems.insert(stem(&feed.url)));
    feeds.truncate(FEEDS_MAX);
    names.sitemaps.truncate(FEEDS_MAX);
    NamedPlaces {
        feeds: feeds.into_iter().map(|feed| feed.url).collect(),
        sitemaps: names.sitemaps,
    }
}

struct NamedFeed {
    url: Url,
    is_of_comments: bool,
}

struct NameReader {
    base: Base,
    /// By elements and headers that are there to name feeds.
    declared: Vec<NamedFeed>,
    /// By links for people, whose address gives them away.
    linked: Vec<NamedFeed>,
    sitemaps: Vec<Url>,
}

impl NameReader {
    fn new(page: &Page) -> NameReader {
        let base = Base::new(&page.final_url);
        let declared = link_header::links(&page.headers)
            .into_iter()
            .filter_map(|link| {
                declared(
                    resolve_feed(&link.target, base.url())?,
                    link.rel.as_deref(),
                    link.media_type.as_deref(),
                    link.title.as_deref(),
                )
            })
            .collect();
        NameReader {
            base,
            declared,
            linked: Vec::new(),
            sitemaps: Vec::new(),
        }
    }

    fn feed(&self, tag: &Tag) -> Option<NamedFeed> {
        let href = tokens::attribute(tag, "href").filter(|href| !href.is_empty())?;
        declared(
            resolve_feed(href, self.base.url())?,
            tokens::attribute(tag, "rel"),
            tokens::attribute(tag, "type"),
            tokens::attribute(tag, "title"),
        )
    }

    fn sitemap(&self, tag: &Tag) -> Option<Url> {
        let rel = tokens::attribute(tag, "rel")?;
        let is_sitemap = rel.eq_ignore_ascii_case("sitemap");
        let href = tokens::attribute(tag, "href").filter(|href| is_sitemap && !href.is_empty())?;
        resolve(href, self.base.url())
    }

    /// A link in the text: blogs link to feeds of others, so it must stay on the site.
    fn linked(&self, tag: &Tag) -> Option<NamedFeed> {
        let href = tokens::attribute(tag, "href")?;
        let url = resolve_feed(href, self.base.url())?;
        let host = url.host_str().unwrap_or_default();
        let is_own = same_site(&url, self.base.url()) || FEED_HOSTS.contains(&host);
        let is_feed = is_own && (has_feed_ending(&url) || href.starts_with("feed:"));
        let title = tokens::attribute(tag, "title");
        is_feed.then(|| named(url, title))
    }
}

impl tokens::Sink for NameReader {
    fn open(&mut self, name: &str, tag: &Tag) {
        match name {
            "base" => self.base.read(tag),
            "link" if self.declared.len() < CANDIDATES_MAX => {
                self.declared.extend(self.feed(tag));
                self.sitemaps.extend(self.sitemap(tag));
            }
            "a" if self.linked.len() < CANDIDATES_MAX => {
                let is_typed = tokens::attribute(tag, "type").is_some_and(is_feed_type);
                let feed = if is_typed {
                    self.feed(tag)
                } else {
                    self.linked(tag)
                };
                self.linked.extend(feed);
            }
            _ => {}
        }
    }

    fn close(&mut self, _name: &str) {}

    fn text(&mut self, _text: &str) {}
}

fn declared(
    url: Url,
    rel: Option<&str>,
    media_type: Option<&str>,
    title: Option<&str>,
) -> Option<NamedFeed> {
    let leads_there = |word: &str| {
        FEED_RELATIONS
            .iter()
            .any(|rel| word.eq_ignore_ascii_case(rel))
    };
    let media_type = media_type.unwrap_or_default();
    let is_feed = rel.is_none_or(|rel| rel.split_ascii_whitespace().any(leads_there))
        && (is_feed_type(media_type)
            || (OPEN_TYPES.contains(&essence(media_type).as_str()) && looks_like_feed(&url)));
    is_feed.then(|| named(url, title))
}

fn named(url: Url, title: Option<&str>) -> NamedFeed {
    NamedFeed {
        is_of_comments: is_of_comments(&url, title.unwrap_or_default()),
        url,
    }
}

/// `feed:` is a scheme of its own for what is fetched by http(s): `feed:https://…`, `feed://…`.
fn resolve_feed(href: &str, base: &Url) -> Option<Url> {
    match href.trim().strip_prefix("feed:") {
        Some(rest) if rest.starts_with("//") => resolve(&format!("https:{rest}"), base),
        Some(rest) => resolve(rest, base),
        None => resolve(href, base),
    }
}

/// The type without parameters; `+` is easily lost as a space.
fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().replace(' ', "+").to_ascii_lowercase()
}

fn is_feed_type(media_type: &str) -> bool {
    FEED_TYPES.contains(&essence(media_type).as_str())
}

/// Whether the file or folder is named as only feeds are.
fn has_feed_ending(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    let ending = last.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_in_folder = path.split('/').any(is_feed_word);
    last == "feed"
        || FEED_FILES.contains(&last)
        || matches!(ending, "rss" | "atom" | "rdf")
        || (ending == "xml" && is_in_folder)
}

fn is_feed_word(word: &str) -> bool {
    matches!(word, "atom" | "feed" | "feeds" | "rss" | "rss2")
}

/// As [`has_feed_ending`], or named so anywhere: `/rss/news`, `?format=feed`, `?page=backend`.
fn looks_like_feed(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    has_feed_ending(url)
        || path.split(['/', '.', '-', '_']).any(is_feed_word)
        || url.query_pairs().any(|(name, value)| {
            is_feed_word(&name) || is_feed_word(&value) || (name == "page" && value == "backend")
        })
}

/// By a whole segment of the path (`/comments/feed/`), a parameter (`?feed=comments-rss2`) or the
/// title of the link.
fn is_of_comments(url: &Url, title: &str) -> bool {
    let is_it = |word: &str| words::meaning(&word.to_lowercase()) == Some(WordMeaning::Comments);
    url.path().split('/').any(is_it)
        || url
            .query_pairs()
            .any(|(_, value)| value.split('-').any(is_it))
        || title.split(|c: char| !c.is_alphanumeric()).any(is_it)
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
