//! What the lines tell that the extractor left out: readers are served them all the same.

use super::{
    detector::Detector, draft::Draft, engine_residue::EngineResidue, engine_token::EngineToken,
    excuse::Topic, repeated_line, stock_line::StockLine,
};
use crate::{
    model::{Article, Finding, LeftOut},
    text::Text,
};

/// The findings of the lines that were left out of an article: at most one a line, by the rules that
/// are `enabled`.
pub(super) fn findings(
    draft: &Draft<'_>,
    article: &Article,
    enabled: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let kept = |finding: &Finding| enabled(finding.rule);
    let told = |line: &LeftOut| {
        of_machine(draft, article, line)
            .filter(kept)
            .or_else(|| first_of(&StockLine, draft, line).filter(kept))
            .or_else(|| repeated_line::left_out(line).filter(kept))
    };
    article.left_out.iter().filter_map(told).collect()
}

/// What an engine or an assistant left in a line that stands amid the article, or that the site shows
/// on other articles too: repeated often enough, its mark passes for the site's own words. A line below
/// the last paragraph may be a reader's comment.
fn of_machine(draft: &Draft<'_>, article: &Article, line: &LeftOut) -> Option<Finding> {
    if line.at >= article.body.len() && line.articles == 0 {
        return None;
    }
    let detectors: [&dyn Detector; 2] = [&EngineResidue, &EngineToken];
    let mut found = detectors
        .into_iter()
        .filter_map(|detector| first_of(detector, draft, line));
    found
        .next()
        .filter(|finding| !Topic::new(draft, &[]).excuses(draft, finding.span.start))
}

/// What a detector finds first in a line, shown where the line stood.
fn first_of(detector: &dyn Detector, draft: &Draft<'_>, line: &LeftOut) -> Option<Finding> {
    let text = Text::new(&line.text);
    let mut found = Vec::new();
    detector.detect(&draft.beside(&text), &mut found);
    let finding = found.into_iter().next()?;
    Some(Finding {
        span: line.at..line.at,
        left_out: Some(line.text.clone()),
        ..finding
    })
}
