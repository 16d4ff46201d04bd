//! Sitemaps (sitemaps.org 0.9) with Google's news extension, sitemap indexes, and plain lists of
//! URLs.

use std::{cmp::Reverse, ops::ControlFlow};

use url::Url;

use super::{
    dates::Dates,
    document::{LinkDocument, LinkFormat},
    links::{self, Found, LinkList, OwnSite, problem, resolve},
    xml,
    xml::Node,
};
use crate::{
    canonical::day_in,
    model::{Date, Page, PageKind, Problem},
};

/// URLs read of one file: the limit of the protocol.
pub const URLS_MAX: usize = 50_000;

/// Bytes of one field; longer ones are neither URL nor date.
const FIELD_MAX: usize = 8 * 1_024;

pub(super) fn read(page: &Page, document: &LinkDocument<'_>, dates: &Dates<'_>) -> Found {
    let mut reader = SitemapReader::new(&page.final_url, dates);
    let mut problems = Vec::new();
    match document.format {
        LinkFormat::UrlList => reader.read_lines(document.text()),
        _ => problems.extend(xml::walk(document.text(), |path, node| {
            reader.step(path, &node)
        })),
    }
    if reader.is_over {
        problems.push(problem(format!("read only the first {URLS_MAX} URLs")));
    }
    let (places, foreign) = of_the_site(reader.places, page);
    problems.extend(foreign);
    let (mut maps, pages): (Vec<SitemapEntry>, Vec<SitemapEntry>) = places
        .into_iter()
        .partition(|place| place.kind == PageKind::Sitemap);
    newest_first(&mut maps);
    let mut links = LinkList::new(page, URLS_MAX);
    for place in maps.into_iter().chain(pages) {
        links.add(place.url, place.kind, place.date);
    }
    (links.into_vec(), problems)
}

/// A page or another sitemap.
struct SitemapEntry {
    url: Url,
    kind: PageKind,
    date: Option<Date>,
}

struct SitemapReader<'a> {
    base: &'a Url,
    dates: &'a Dates<'a>,
    places: Vec<SitemapEntry>,
    /// Of the `<url>` or `<sitemap>` that is open.
    location: String,
    modified: String,
    published: String,
    /// URLs met, kept or not.
    count: usize,
    is_over: bool,
}

impl<'a> SitemapReader<'a> {
    fn new(base: &'a Url, dates: &'a Dates<'a>) -> SitemapReader<'a> {
        SitemapReader {
            base,
            dates,
            places: Vec::new(),
            location: String::new(),
            modified: String::new(),
            published: String::new(),
            count: 0,
            is_over: false,
        }
    }

    fn step(&mut self, path: &[String], node: &Node<'_>) -> ControlFlow<()> {
        let name = path.last().map_or("", String::as_str);
        let parent = path.len().checked_sub(2).map_or("", |at| path[at].as_str());
        match node {
            Node::Open(_) if is_place(name) => {
                self.location.clear();
                self.modified.clear();
                self.published.clear();
            }
            Node::Text(text) => {
                let field = match (parent, name) {
                    // Not `<image:loc>`, which stands in an `<image:image>`.
                    ("url" | "sitemap", "loc") => &mut self.location,
                    ("url" | "sitemap", "lastmod") => &mut self.modified,
                    ("news", "publication_date") => &mut self.published,
                    _ => return ControlFlow::Continue(()),
                };
                if field.len() + text.len() <= FIELD_MAX {
                    field.push_str(text);
                }
            }
            Node::Close if is_place(name) => return self.close(name),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn close(&mut self, name: &str) -> ControlFlow<()> {
        let kind = match name {
            "sitemap" => PageKind::Sitemap,
            _ => PageKind::Article,
        };
        let location = std::mem::take(&mut self.location);
        self.add(&location, kind)
    }

    fn add(&mut self, location: &str, kind: PageKind) -> ControlFlow<()> {
        if location.trim().is_empty() {
            return ControlFlow::Continue(());
        }
        if self.count >= URLS_MAX {
            self.is_over = true;
            return ControlFlow::Break(());
        }
        self.count += 1;
        if let Some(url) = resolve(location, self.base) {
            let date = self.dates.read(&self.published);
            let date = date.or_else(|| self.dates.read(&self.modified));
            self.places.push(SitemapEntry { url, kind, date });
        }
        ControlFlow::Continue(())
    }

    fn read_lines(&mut self, text: &str) {
        for line in text.lines() {
            if Url::parse(line.trim()).is_ok() && self.add(line, PageKind::Article).is_break() {
                return;
            }
        }
    }
}

fn is_place(name: &str) -> bool {
    matches!(name, "url" | "sitemap")
}

/// A sitemap speaks for its own site (sitemaps.org, "Sitemap file location"), or for that of a
/// robots.txt which names it ("Sitemaps & Cross Submits"). What else it lists is left out: it would
/// send us there on its word.
fn of_the_site(places: Vec<SitemapEntry>, page: &Page) -> (Vec<SitemapEntry>, Option<Problem>) {
    let own = OwnSite::of(page, places.iter().map(|place| &place.url));
    let count = places.len();
    let kept: Vec<SitemapEntry> = places
        .into_iter()
        .filter(|place| own.has(&place.url))
        .collect();
    let foreign = links::left_out(count - kept.len(), "URLs");
    (kept, foreign)
}

/// The parts of an archive, the newest first: by the date that is given, else by the month in the
/// address. Without either nobody knows at which end the newest are, so they are taken from both
/// ends in turn, the last first.
fn newest_first(maps: &mut Vec<SitemapEntry>) {
    let last = maps.len().saturating_sub(1);
    let mut placed: Vec<(usize, SitemapEntry)> = std::mem::take(maps)
        .into_iter()
        .enumerate()
        .map(|(at, map)| ((2 * (last - at)).min(2 * at + 1), map))
        .collect();
    placed.sort_by_key(|(turn, map)| {
        (
            Reverse(map.date.map(|date| date.instant())),
            Reverse(day_in(map.url.as_str())),
            *turn,
        )
    });
    maps.extend(placed.into_iter().map(|(_, map)| map));
}
