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
    /// By which lines around articles are known.
    pub(in crate::extract) words: &'a PageWords,
}
