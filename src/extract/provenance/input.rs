//! What traces are looked for in.

use scraper::Html;
use url::Url;

use crate::{extract::blocks::Cut, lang::Lexicon};

/// What is looked at.
pub(in crate::extract) struct TraceInput<'s> {
    /// The page as text, scripts and all.
    pub(in crate::extract) page: &'s str,
    /// Whether [`super::is_suspect`] says so of it.
    pub(in crate::extract) is_suspect: bool,
    /// Its tree, in which elements still have their attributes.
    pub(in crate::extract) tree: &'s Html,
    /// Its blocks.
    pub(in crate::extract) cut: &'s Cut<'s>,
    /// The blocks of the body; without them every block that is no template is looked at.
    pub(in crate::extract) body: &'s [usize],
    /// Where it was found.
    pub(in crate::extract) url: &'s Url,
    /// To tell the language of its text.
    pub(in crate::extract) lexicon: &'s Lexicon,
}
