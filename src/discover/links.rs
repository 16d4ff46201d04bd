//! What a page of links yields.

use std::collections::HashSet;

use url::Url;

use crate::{
    canonical::canonical,
    model::{Date, Link, Page, PageKind, Problem},
};

/// Links, and what could not be read.
pub(super) type Found = (Vec<Link>, Vec<Problem>);

/// Collects the links of one page: canonical, each once, in order, up to a limit.
pub(super) struct LinkList<'a> {
    page: &'a Page,
    seen: HashSet<Url>,
    found: Vec<Link>,
    max: usize,
}

impl<'a> LinkList<'a> {
    pub(super) fn new(page: &'a Page, max: usize) -> LinkList<'a> {
        LinkList {
            page,
            seen: HashSet::new(),
            found: Vec::new(),
            max,
        }
    }

    /// Takes a canonical URL, unless it is there or the limit is reached.
    pub(super) fn add(&mut self, url: Url, kind: PageKind, published: Option<Date>) {
        if self.found.len() >= self.max || !self.seen.insert(url.clone()) {
            return;
        }
        self.found.push(Link {
            url,
            source: self.page.link.source.clone(),
            kind,
            published,
        });
    }

    pub(super) fn into_vec(self) -> Vec<Link> {
        self.found
    }
}

/// `href` as a canonical URL; `None` for what is no page on the web.
pub(super) fn resolve(href: &str, base: &Url) -> Option<Url> {
    canonical(&base.join(href.trim()).ok()?)
}

pub(super) fn problem(what: impl Into<String>) -> Problem {
    Problem {
        what: what.into(),
        foreign: 0,
    }
}
