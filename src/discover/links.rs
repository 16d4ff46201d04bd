//! What a page of links yields.

use std::{collections::HashSet, time::Duration};

use url::Url;

use crate::{
    canonical::canonical,
    model::{Link, Page, PageKind, Problem, Timestamp},
};

/// Links, and what could not be read.
pub(super) type Found = (Vec<Link>, Vec<Problem>);

/// Dates before this are mistakes (1970 above all): there was no news on the web.
const FIRST_YEAR: i32 = 1990;

/// How far in the future a date may lie: time zones are often wrong, by a day at most.
const FUTURE_MAX: Duration = Duration::from_secs(2 * 24 * 3_600);

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
    pub(super) fn add(&mut self, url: Url, kind: PageKind, published: Option<Timestamp>) {
        if self.found.len() >= self.max || !self.seen.insert(url.clone()) {
            return;
        }
        self.found.push(Link {
            url,
            source: self.page.link.source.clone(),
            kind,
            published: published.and_then(|date| plausible(date, self.page.fetched_at)),
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

/// A date that news may have: what lies too far ahead was published now, what lies too far back
/// says nothing.
fn plausible(date: Timestamp, now: Timestamp) -> Option<Timestamp> {
    use chrono::Datelike;
    if (date - now).to_std().is_ok_and(|ahead| ahead > FUTURE_MAX) {
        return Some(now);
    }
    (date.year() >= FIRST_YEAR).then_some(date)
}

pub(super) fn problem(what: impl Into<String>) -> Problem {
    Problem { what: what.into() }
}
