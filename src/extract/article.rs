//! What was read, written into an article.

use super::blocks::Cut;
use crate::{
    lang::{self, Lexicon},
    model::{Article, Block, BlockKind, Lang},
};

/// A text shorter than this, in bytes, says less about its language than the page does.
const IDENTIFY_BYTES_MIN: usize = 200;

/// Writes the chosen blocks into an article.
pub(super) fn fill(article: &mut Article, cut: &Cut<'_>, chosen: &[usize]) {
    for &index in chosen {
        let block = &cut.blocks[index];
        push(article, cut.text_of(block), block.kind, block.link_bytes);
    }
}

/// Adds one block, a blank line before it. A blank line inside would cut it in two.
pub(super) fn push(article: &mut Article, text: &str, kind: BlockKind, link_bytes: usize) {
    if !article.body.is_empty() {
        article.body.push_str("\n\n");
    }
    let start = article.body.len();
    if text.contains('\n') {
        let lines = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty());
        for (number, line) in lines.enumerate() {
            if number > 0 {
                article.body.push('\n');
            }
            article.body.push_str(line);
        }
    } else {
        article.body.push_str(text);
    }
    let span = start..article.body.len();
    let link_bytes = link_bytes.min(span.len());
    article.blocks.push(Block {
        span,
        kind,
        link_bytes,
    });
}

/// Names the language that the text is in, where that can be told; else the declared one stays.
pub(super) fn name_language(article: &mut Article, lexicon: &Lexicon) -> Option<Lang> {
    if article.body.len() < IDENTIFY_BYTES_MIN {
        return None;
    }
    let found = lang::identify(&article.body, lexicon)?;
    article.lang = Some(found.clone());
    article
        .origins
        .insert("lang".to_string(), "text".to_string());
    Some(found)
}
