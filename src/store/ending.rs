//! A completion on its way into the store.

use std::io;

use super::{
    packed::Packed,
    reading::NewVisit,
    words::words_of,
    work::{Completion, Lease},
};
use crate::{copies::Fingerprint, model::RobotsRules};

/// A completion whose pages are packed already.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) completion: Completion,
    page: Option<Packed>,
    /// What the visit's article is found by.
    words: String,
    /// Of the visit's text.
    fingerprint: Option<Fingerprint>,
    /// The texts of its robots.txt files.
    pub(super) robots: Vec<Option<Packed>>,
}

impl Ending {
    /// Packs what is large. Takes milliseconds: not for the async threads, nor for a writer.
    pub(super) fn new(completion: Completion) -> io::Result<Ending> {
        let visit = completion.visit.as_ref();
        let page = visit.filter(|visit| !visit.article.noarchive);
        let robots = completion.robots.iter().map(|robots| match &robots.rules {
            RobotsRules::Text(text) => Packed::new(text).map(Some),
            RobotsRules::Unavailable | RobotsRules::Unreachable => Ok(None),
        });
        Ok(Ending {
            robots: robots.collect::<io::Result<_>>()?,
            page: page
                .map(|visit| Packed::new(&visit.page.body))
                .transpose()?,
            words: visit.map_or_else(String::new, |visit| words_of(&visit.article)),
            fingerprint: visit.and_then(|visit| Fingerprint::of(&visit.article)),
            completion,
        })
    }

    /// What is to be kept of the visit, if there was one.
    pub(super) fn visit(&self, lease: &Lease) -> Option<NewVisit<'_>> {
        self.completion.visit.as_ref().map(|visit| NewVisit {
            visit,
            page: self.page.as_ref(),
            words: &self.words,
            fingerprint: self.fingerprint.as_ref(),
            again: lease.first_read.is_some(),
            past: lease.is_past(),
        })
    }
}
