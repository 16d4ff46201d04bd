//! The past of a site: what a page of links leads to, articles and further pages, however old.

use std::collections::HashSet;

use html5ever::tokenizer::Tag;
use url::Url;

use super::{
    document::LinkDocument,
    feed,
    links::{LinkList, resolve},
    tokens::{self, Base},
};
use crate::{
    canonical::{day_in, same_site},
    model::{Link, Page, PageKind},
    robots,
};

/// Sitemaps taken from one robots.txt: one for each year, of several parts of a paper.
const SITEMAPS_MAX: usize = 500;

/// Further pages taken from one page: a calendar of ten years by month.
const PAGES_MAX: usize = 200;

/// Digits of the number of a page.
const PAGE_DIGITS: usize = 5;

/// Where the sitemaps of a site lie that names none.
const USUAL_SITEMAPS: &[&str] = &["/sitemap.xml", "/sitemap_index.xml"];

/// The links of `page` with the ways to others: further pages, and, where `robots`, the robots.txt
/// of its host, is given, the sitemaps of the site.
pub(super) fn with_ways(mut found: Vec<Link>, page: &Page, robots: Option<&[u8]>) -> Vec<Link> {
    let document = LinkDocument::of(page);
    let mut others = LinkList::new(page, SITEMAPS_MAX + PAGES_MAX);
    match document.kind() {
        PageKind::Listing => {
            for url in further(page, document.text()) {
                others.add(url, PageKind::Listing, None);
            }
        }
        PageKind::Feed => {
            let here = &page.final_url;
            let older = feed::older(&document, here).into_iter();
            for url in older.filter(|url| same_site(url, here) && url != here) {
                others.add(url, PageKind::Feed, None);
            }
        }
        _ => {}
    }
    for url in robots.map(|text| sitemaps(page, text)).unwrap_or_default() {
        others.add(url, PageKind::Sitemap, None);
    }
    let others = others.into_vec();
    // What shows the way is no article, whatever it looks like.
    let ways: HashSet<&Url> = others.iter().map(|link| &link.url).collect();
    found.retain(|link| !ways.contains(&link.url));
    found.extend(others);
    found
}

fn sitemaps(page: &Page, robots: &[u8]) -> Vec<Url> {
    let named: Vec<Url> = robots::sitemaps(robots)
        .iter()
        .filter_map(|address| resolve(address, &page.final_url))
        .take(SITEMAPS_MAX)
        .collect();
    if !named.is_empty() {
        return named;
    }
    let usual = USUAL_SITEMAPS.iter();
    usual
        .filter_map(|place| resolve(place, &page.final_url))
        .collect()
}

/// Whether nobody has said that there is a sitemap at `url`: it lies where many sites have one, and
/// `robots`, the robots.txt of its host, does not name it.
pub fn is_guessed_sitemap(url: &Url, robots: &[u8]) -> bool {
    USUAL_SITEMAPS.contains(&url.path())
        && url.query().is_none()
        && robots::sitemaps(robots)
            .iter()
            .all(|named| resolve(named, url).as_ref() != Some(url))
}

/// The pages behind this one, the next first, and those of an archive by day, month or year.
fn further(page: &Page, html: &str) -> Vec<Url> {
    let pages = FurtherPages {
        here: resolve("", &page.final_url).unwrap_or_else(|| page.final_url.clone()),
        base: Base::new(&page.final_url),
        next: Vec::new(),
        dated: Vec::new(),
    };
    let (pages, _) = tokens::read(html, pages);
    let mut found = pages.next;
    found.extend(pages.dated);
    found.truncate(PAGES_MAX);
    found
}

struct FurtherPages {
    here: Url,
    base: Base,
    next: Vec<Url>,
    dated: Vec<Url>,
}

impl FurtherPages {
    fn take(&mut self, tag: &Tag) {
        let href = tokens::attribute(tag, "href").filter(|href| !href.is_empty());
        let url = href.and_then(|href| resolve(href, self.base.url()));
        let Some(url) = url.filter(|url| same_site(url, &self.here) && *url != self.here) else {
            return;
        };
        let rel = tokens::attribute(tag, "rel").unwrap_or_default();
        let is_next = rel
            .split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case("next"));
        if is_next || is_page_after(&url, &self.here) {
            self.next.push(url);
        } else if self.dated.len() < PAGES_MAX && is_dated_list(&url) {
            self.dated.push(url);
        }
    }
}

impl tokens::Sink for FurtherPages {
    fn open(&mut self, name: &str, tag: &Tag) {
        match name {
            "base" => self.base.read(tag),
            "a" | "link" if self.next.len() < PAGES_MAX => self.take(tag),
            _ => {}
        }
    }

    fn close(&mut self, _name: &str) {}

    fn text(&mut self, _text: &str) {}
}

/// Whether an address is that of `here` with the next number of a page, in the last folder
/// (`/page/3/`) or in a parameter (`?page=3`). The first page bears none.
fn is_page_after(url: &Url, here: &Url) -> bool {
    let Some((number, rest)) = numbered(url) else {
        return false;
    };
    match numbered(here) {
        Some((before, of_here)) if of_here == rest => number == before + 1,
        _ => number == 2 && rest.is_first(here),
    }
}

/// An address without the number of its page.
#[derive(PartialEq, Eq)]
struct Unnumbered {
    path: Vec<String>,
    query: Vec<(String, String)>,
    /// What stood before the number.
    name: String,
}

impl Unnumbered {
    /// Whether `here` is the first of these pages: `/` of `/page/2/`, `/index` of `/index/2/`.
    fn is_first(&self, here: &Url) -> bool {
        let (path, query) = (path(here), query(here));
        let is_folder = || {
            let folder = path.split_last();
            folder.is_some_and(|(name, above)| *name == self.name && above == self.path)
        };
        self.query == query && (self.path == path || is_folder())
    }
}

fn path(url: &Url) -> Vec<String> {
    let segments = url.path().split('/').filter(|segment| !segment.is_empty());
    segments.map(str::to_string).collect()
}

fn query(url: &Url) -> Vec<(String, String)> {
    url.query_pairs().into_owned().collect()
}

/// The number of a page and what is around it: the last number of the query, else the last folder
/// with the one before, which says what is counted.
fn numbered(url: &Url) -> Option<(u32, Unnumbered)> {
    let (mut path, mut query) = (path(url), query(url));
    let number = |text: &str| -> Option<u32> {
        let is_number = text.len() <= PAGE_DIGITS && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| is_number)
    };
    if let Some(at) = query.iter().rposition(|(_, value)| number(value).is_some()) {
        let (name, value) = query.remove(at);
        return Some((number(&value)?, Unnumbered { path, query, name }));
    }
    let last = number(&path.pop()?)?;
    let name = path.pop().unwrap_or_default();
    Some((last, Unnumbered { path, query, name }))
}

/// Whether an address is that of a day, a month or a year: its path ends with the numbers of one,
/// or a parameter is one.
fn is_dated_list(url: &Url) -> bool {
    let path = path(url);
    let numbers = path
        .iter()
        .rev()
        .take_while(|segment| segment.len() <= 4 && segment.bytes().all(|b| b.is_ascii_digit()));
    let mut numbers: Vec<&str> = numbers.take(3).map(String::as_str).collect();
    numbers.reverse();
    let is_year = numbers.first().is_some_and(|first| first.len() == 4);
    let is_day = |(_, value): &(String, String)| {
        value.len() == 10 && day_in(value).is_some_and(|(_, _, day)| day > 0)
    };
    (is_year && day_in(&numbers.join("-")).is_some()) || query(url).iter().any(is_day)
}
