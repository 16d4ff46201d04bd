//! What a page of links yields.

use std::collections::{HashMap, HashSet};

use url::Url;

use crate::{
    canonical::{authority, canonical, same_site},
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

/// The site that a page speaks for.
pub(super) struct OwnSite(Vec<Url>);

impl OwnSite {
    /// That of its address, if any of `urls` is. A page that lists nothing of its own site lies on
    /// a host that serves others, and speaks for the site that it lists most of.
    pub(super) fn of<'u>(page: &Page, urls: impl Iterator<Item = &'u Url> + Clone) -> OwnSite {
        let own = OwnSite(vec![page.final_url.clone(), page.link.url.clone()]);
        if urls.clone().any(|url| own.has(url)) {
            return own;
        }
        let mut counts: HashMap<String, usize> = HashMap::new();
        for url in urls.clone() {
            *counts.entry(authority(url)).or_default() += 1;
        }
        let most = urls.max_by_key(|url| counts.get(&authority(url)).copied());
        OwnSite(most.into_iter().cloned().collect())
    }

    pub(super) fn has(&self, url: &Url) -> bool {
        self.0.iter().any(|own| same_site(url, own))
    }
}

/// How many of the articles that `page` lists are of another site than it speaks for.
pub fn elsewhere(page: &Page, links: &[Link]) -> usize {
    let articles = links.iter().filter(|link| link.kind == PageKind::Article);
    let articles = articles.map(|link| &link.url);
    let own = OwnSite::of(page, articles.clone());
    articles.filter(|url| !own.has(url)).count()
}

/// What is said of links that were left out because they lead to another site.
pub(super) fn left_out(foreign: usize, what: &str) -> Option<Problem> {
    (foreign > 0).then(|| Problem {
        what: format!("left out {foreign} {what} of other sites"),
        foreign: foreign as u64,
    })
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
