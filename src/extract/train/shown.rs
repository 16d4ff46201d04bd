//! All lines that a labelled page shows, and whose each is.

use super::alignment;
use crate::{
    extract::{
        body,
        page::{PageParts, ParsedPage, open},
    },
    lang::Lexicon,
    lines::train::LabelledLine,
    measure::Gold,
    model::{NoArticle, Page, ParseLimits, SiteRules},
};

/// The lines of a page from its first to its last, without what only scripts and styles hold. `Err`
/// where there is no tree.
pub fn shown_lines(
    page: &Page,
    gold: &Gold,
    rules: &SiteRules,
    limits: &ParseLimits,
    lexicon: &Lexicon,
) -> Result<Vec<LabelledLine>, NoArticle> {
    open(page, rules, limits, lexicon.page_words(), |parsed| {
        Ok(read(page, gold, parsed, lexicon))
    })
}

fn read(page: &Page, gold: &Gold, parsed: &ParsedPage<'_>, lexicon: &Lexicon) -> Vec<LabelledLine> {
    let parts = PageParts::of(page, parsed, lexicon);
    let cut = &parts.cut;
    let proposal = body::choose(cut, &parts.hints());
    let mut proposed = vec![false; cut.blocks.len()];
    for &index in &proposal.blocks {
        proposed[index] = true;
    }
    let texts: Vec<&str> = cut.blocks.iter().map(|block| cut.text_of(block)).collect();
    let labels = alignment::labels(gold, &texts, &proposed);
    let lines = cut.blocks.iter().zip(texts).zip(labels);
    lines
        .map(|((block, text), label)| LabelledLine {
            text: text.to_string(),
            links: Some(block.link_share() as f32),
            of_page: (label.weight > 0.0).then_some(label.in_body < 0.5),
        })
        .collect()
}
