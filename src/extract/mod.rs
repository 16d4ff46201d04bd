//! A fetched page in, an [`Article`] out.
//!
//! The way of a page: bytes become text (`charset`), dead weight is left out (`prune`), the rest
//! becomes a tree within a budget (`parse`), the tree is cut into blocks (`blocks`, `families`),
//! some of which are the body (`body`). Metadata is read beside it (`metadata`, `jsonld`,
//! `dates`). Pages without an article are told apart in `abstain`.

mod blocks;
mod body;
mod charset;
mod families;
mod jsonld;
mod parse;
mod phrases;
mod prune;

use crate::{
    lang::Lexicon,
    model::{Article, Block, NoArticle, Page, ParseLimits, Reason, SiteRules},
};

/// Reads the article out of `page`. The error is data: it says why there is none.
pub fn extract(
    page: &Page,
    _rules: &SiteRules,
    _lexicon: &Lexicon,
    limits: &ParseLimits,
) -> Result<Article, NoArticle> {
    let none = |reason| NoArticle {
        reason,
        article: Box::default(),
    };
    let text = charset::decode(&page.body, &page.headers).map_err(none)?;
    let pruned = prune::prune(&text, limits.attributes).map_err(|_| none(Reason::ParseLimit))?;
    let tree = parse::parse(&pruned.html, limits).map_err(|_| none(Reason::ParseLimit))?;
    let entry = jsonld::article(&pruned.json_ld);
    let cut = blocks::cut(&tree);
    let title = entry.as_ref().and_then(|e| e.text("headline"));
    let hints = body::Hints {
        title,
        article_body: entry.as_ref().and_then(|e| e.text("articleBody")),
        ..Default::default()
    };
    let body = body::choose(&cut, &hints);
    let mut article = Article::default();
    fill(&mut article, &cut, &body.blocks);
    Ok(article)
}

/// Writes the chosen blocks into an article, a blank line between them.
fn fill(article: &mut Article, cut: &blocks::Cut<'_>, chosen: &[usize]) {
    for &index in chosen {
        let block = &cut.blocks[index];
        if !article.body.is_empty() {
            article.body.push_str("\n\n");
        }
        let start = article.body.len();
        article.body.push_str(cut.text_of(block));
        article.blocks.push(Block {
            span: start..article.body.len(),
            kind: block.kind,
            link_bytes: block.link_bytes,
        });
    }
}
