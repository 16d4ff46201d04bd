//! A fetched page in, an [`Article`] out.

use crate::{
    lang::Lexicon,
    model::{Article, NoArticle, Page, ParseLimits, Reason, SiteRules},
};

/// Reads the article out of `page`. The error is data: it says why there is none.
pub fn extract(
    _page: &Page,
    _rules: &SiteRules,
    _lexicon: &Lexicon,
    _limits: &ParseLimits,
) -> Result<Article, NoArticle> {
    Err(NoArticle {
        reason: Reason::Empty,
        article: Box::default(),
    })
}
