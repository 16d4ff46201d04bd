//! A fetched page in, the links it announces out. Discovery is parsing.
//!
//! Every answer is looked at afresh: a body that shows itself to be a feed or a sitemap is read as
//! one, whatever was expected. Every kind of page is a pure function in [`KINDS`]. None fails: what
//! could be read is returned with a [`Problem`] for what could not. All are bounded in links, in
//! nesting and, where the body is compressed, in bytes; none expands an entity of a document's own
//! (billion laughs, XXE).

mod autodiscover;
mod dates;
mod decode;
mod document;
mod entry;
mod feed;
mod freshness;
mod json_feed;
mod link_header;
mod links;
mod listing;
mod named;
mod past;
mod sitemap;
mod subscriptions;
mod tokens;
mod words;
mod xml;

pub use autodiscover::{SITEMAPS_MAX, sitemaps_of, usual_places};
pub use document::sniff;
pub use feed::ENTRIES_MAX;
pub use freshness::fresh_for;
pub use links::elsewhere;
pub use listing::LINKS_MAX;
pub use past::is_guessed_sitemap;
pub use sitemap::URLS_MAX;
pub use subscriptions::{NoSubscription, SUBSCRIPTIONS_MAX, Subscription, subscriptions};

use crate::{
    dates::Words,
    model::{Link, Page, PageKind, Problem},
};
use dates::Dates;
use document::LinkDocument;

/// How a kind of page that announces links is read.
#[derive(Debug)]
pub struct LinkReader {
    /// What the kind is called by.
    pub kind: PageKind,
    /// What is read, for people.
    pub reads: &'static str,
    read: fn(&Page, &LinkDocument<'_>, &Dates<'_>) -> links::Found,
}

/// Every kind of page that announces links. A new one is a row here and a file beside this one.
pub const KINDS: &[LinkReader] = &[
    LinkReader {
        kind: PageKind::Feed,
        reads: "RSS 0.9 to 2.0, Atom, JSON Feed",
        read: feed::read,
    },
    LinkReader {
        kind: PageKind::Sitemap,
        reads: "sitemaps, Google News sitemaps, sitemap indexes, plain lists of URLs, gzipped or not",
        read: sitemap::read,
    },
    LinkReader {
        kind: PageKind::Listing,
        reads: "front pages and section pages: links that look like articles",
        read: |page, document, _| listing::read(page, document),
    },
    LinkReader {
        kind: PageKind::Auto,
        reads: "any of these; of a web page, the feeds that it names",
        read: |page, document, _| autodiscover::read(page, document),
    },
];

/// Reads `page`, which was expected to be of this kind. What could be read is returned even when
/// the rest is broken, its dates in the words of any language. An article or a robots.txt announces
/// nothing here.
pub fn discover(kind: PageKind, page: &Page, words: &Words) -> (Vec<Link>, Vec<Problem>) {
    if !KINDS.iter().any(|reader| reader.kind == kind) {
        return Default::default();
    }
    let mut document = LinkDocument::of(page);
    let kind = match (document.kind(), kind) {
        (PageKind::Listing, PageKind::Feed | PageKind::Sitemap) => {
            let what = format!("this is no {}", kind.as_str());
            document.problems.push(links::problem(what));
            return (Vec::new(), document.problems);
        }
        (PageKind::Listing, expected) => expected,
        (shown, _) => shown,
    };
    let found = KINDS.iter().find(|reader| reader.kind == kind);
    let (links, problems) = found.map_or_else(Default::default, |reader| {
        (reader.read)(page, &document, &Dates::new(page, words))
    });
    document.problems.extend(problems);
    (links, document.problems)
}

/// Everything that `page` leads to, whatever it was asked for as: articles however old, further
/// pages, and, where `robots`, the robots.txt of its host, is given, the sitemaps of the site.
pub fn past(page: &Page, robots: Option<&[u8]>, words: &Words) -> Vec<Link> {
    let (found, _) = discover(sniff(page), page, words);
    past::with_ways(found, page, robots)
}
