//! Sitemaps (sitemaps.org 0.9) with Google's news extension, sitemap indexes, and plain lists of
//! URLs. RSS and Atom serve as sitemaps too.

use std::ops::ControlFlow;

use url::Url;

use super::{Found, Links, autodiscover::looks_like, date, decode, feed, problem, xml, xml::Node};
use crate::{
    canonical::same_site,
    model::{Page, PageKind, Problem},
};

/// URLs read of one file: the limit of the protocol.
pub const URLS_MAX: usize = 50_000;

/// Bytes of one field; longer ones are neither URL nor date.
const FIELD_MAX: usize = 8 * 1_024;

pub(super) fn read(page: &Page) -> Found {
    let (text, mut problems) = decode::text(page);
    match looks_like(&text) {
        Some(PageKind::Feed) => feed::read(page),
        Some(PageKind::Sitemap) => {
            let mut reader = Reader::new(page);
            if text.trim_start().starts_with('<') {
                problems.extend(xml::walk(&text, |path, node| reader.step(path, &node)));
            } else {
                reader.read_lines(&text);
            }
            problems.extend(reader.problems());
            (reader.links.found, problems)
        }
        _ => {
            problems.push(problem("this is no sitemap"));
            (Vec::new(), problems)
        }
    }
}

struct Reader<'a> {
    page: &'a Page,
    links: Links<'a>,
    /// Of the `<url>` or `<sitemap>` that is open.
    location: String,
    modified: String,
    published: String,
    /// URLs met, kept or not.
    count: usize,
    /// Of these, on other sites.
    foreign: usize,
}

impl<'a> Reader<'a> {
    fn new(page: &'a Page) -> Reader<'a> {
        Reader {
            page,
            links: Links::new(page, URLS_MAX),
            location: String::new(),
            modified: String::new(),
            published: String::new(),
            count: 0,
            foreign: 0,
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

    /// A sitemap speaks for its own site only (sitemaps.org, "Sitemap file location"): a list of
    /// other people's pages would send us there on its word.
    fn add(&mut self, location: &str, kind: PageKind) -> ControlFlow<()> {
        if location.trim().is_empty() {
            return ControlFlow::Continue(());
        }
        if self.count >= URLS_MAX {
            self.count += 1;
            return ControlFlow::Break(());
        }
        self.count += 1;
        let Ok(url) = self.page.final_url.join(location.trim()) else {
            return ControlFlow::Continue(());
        };
        if same_site(&url, &self.page.final_url) || same_site(&url, &self.page.link.url) {
            let date = date::parse(&self.published).or_else(|| date::parse(&self.modified));
            self.links.add(url.as_str(), &url, kind, date);
        } else {
            self.foreign += 1;
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

    fn problems(&self) -> impl Iterator<Item = Problem> {
        let over = (self.count > URLS_MAX)
            .then(|| problem(format!("read only the first {URLS_MAX} URLs")));
        let foreign = (self.foreign > 0)
            .then(|| problem(format!("left out {} URLs of other sites", self.foreign)));
        over.into_iter().chain(foreign)
    }
}

fn is_place(name: &str) -> bool {
    matches!(name, "url" | "sitemap")
}
