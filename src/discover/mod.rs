//! A fetched page in, the links it announces out. Discovery is parsing.
//!
//! Every kind of page is a pure function in [`KINDS`]. None fails: what could be read is returned
//! with a [`Problem`] for what could not. All are bounded in links, in nesting and, where the body
//! is compressed, in bytes; none expands an entity of a document's own (billion laughs, XXE).

mod autodiscover;
mod date;
mod decode;
mod feed;
mod freshness;
mod listing;
mod sitemap;
mod tokens;
mod xml;

use std::{collections::HashSet, time::Duration};

use url::Url;

pub use autodiscover::{SITEMAPS_MAX, sitemaps_of, sniff};
pub use feed::ENTRIES_MAX;
pub use freshness::fresh_for;
pub use listing::LINKS_MAX;
pub use sitemap::URLS_MAX;

use crate::{
    canonical::canonical,
    model::{Link, Page, PageKind, Problem, Timestamp},
};

/// A kind of page that announces links.
#[derive(Debug)]
pub struct Kind {
    /// What it is called by.
    pub kind: PageKind,
    /// What it reads, for people.
    pub reads: &'static str,
    read: fn(&Page) -> Found,
}

/// Links, and what could not be read.
type Found = (Vec<Link>, Vec<Problem>);

/// Every kind of page that announces links. A new one is a row here and a file beside this one.
pub const KINDS: &[Kind] = &[
    Kind {
        kind: PageKind::Feed,
        reads: "RSS 0.9 to 2.0, Atom, JSON Feed",
        read: feed::read,
    },
    Kind {
        kind: PageKind::Sitemap,
        reads: "sitemaps, Google News sitemaps, sitemap indexes, plain lists of URLs, gzipped or not",
        read: sitemap::read,
    },
    Kind {
        kind: PageKind::Listing,
        reads: "front pages and section pages: links that look like articles",
        read: listing::read,
    },
    Kind {
        kind: PageKind::Auto,
        reads: "any of these; of a web page, the feeds that it names",
        read: autodiscover::read,
    },
];

/// Dates before this are mistakes (1970 above all): there was no news on the web.
const FIRST_YEAR: i32 = 1990;

/// How far in the future a date may lie: time zones are often wrong, by a day at most.
const FUTURE_MAX: Duration = Duration::from_secs(2 * 24 * 3_600);

/// Reads `page` as `kind`. What could be read is returned even when the rest is broken. An article
/// or a robots.txt announces nothing here.
pub fn discover(kind: PageKind, page: &Page) -> (Vec<Link>, Vec<Problem>) {
    KINDS
        .iter()
        .find(|row| row.kind == kind)
        .map_or_else(Default::default, |row| (row.read)(page))
}

/// Collects the links of one page: canonical, each once, in order, up to a limit.
struct Links<'a> {
    page: &'a Page,
    seen: HashSet<Url>,
    found: Vec<Link>,
    max: usize,
}

impl<'a> Links<'a> {
    fn new(page: &'a Page, max: usize) -> Links<'a> {
        Links {
            page,
            seen: HashSet::new(),
            found: Vec::new(),
            max,
        }
    }

    /// Takes `href`, relative to `base`, unless it is no link or the limit is reached.
    fn add(&mut self, href: &str, base: &Url, kind: PageKind, published: Option<Timestamp>) {
        if let Some(url) = base.join(href.trim()).ok().as_ref().and_then(canonical) {
            self.add_url(url, kind, published);
        }
    }

    fn add_url(&mut self, url: Url, kind: PageKind, published: Option<Timestamp>) {
        if self.is_full() || !self.seen.insert(url.clone()) {
            return;
        }
        self.found.push(Link {
            url,
            source: self.page.link.source.clone(),
            kind,
            published: published.and_then(|date| plausible(date, self.page.fetched_at)),
        });
    }

    fn is_full(&self) -> bool {
        self.found.len() >= self.max
    }
}

/// A date that news may have: what lies too far ahead was published now, what lies too far back
/// says nothing.
fn plausible(date: Timestamp, now: Timestamp) -> Option<Timestamp> {
    use chrono::Datelike;
    if (date - now).to_std().is_ok_and(|ahead| ahead > FUTURE_MAX) {
        return Some(now);
    }
    (date.year() >= FIRST_YEAR).then_some(date)
}

fn problem(what: impl Into<String>) -> Problem {
    Problem { what: what.into() }
}

/// The char boundary at or before `at`, or the end.
fn char_boundary(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    // A character has at most four bytes; 0 is always a boundary.
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}
