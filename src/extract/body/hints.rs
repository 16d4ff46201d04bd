//! What metadata tells the choice of the body.

use crate::lang::PageWords;

/// What else is known of the article, from its metadata.
#[derive(Debug)]
pub(in crate::extract) struct Hints<'a> {
    /// The title.
    pub(in crate::extract) title: Option<&'a str>,
    /// Authors.
    pub(in crate::extract) byline: Option<&'a str>,
    /// The name of the site.
    pub(in crate::extract) site: Option<&'a str>,
    /// What the page says the article is about.
    pub(in crate::extract) description: Option<&'a str>,
    /// `articleBody` of JSON-LD.
    pub(in crate::extract) article_body: Option<&'a str>,
    /// Containers that a site rule names; they are taken as they are.
    pub(in crate::extract) ruled: &'a [usize],
    /// For each block whether it is not the article's whatever its box is called; empty where none is.
    pub(in crate::extract) foreign: &'a [bool],
    /// By which lines around articles are known.
    pub(in crate::extract) words: &'a PageWords,
}

impl Hints<'_> {
    /// Whether a block is not the article's.
    pub(in crate::extract) fn is_foreign(&self, block: usize) -> bool {
        self.foreign.get(block).is_some_and(|foreign| *foreign)
    }
}
