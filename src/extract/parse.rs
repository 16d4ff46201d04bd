//! Text to tree, within a budget that does not depend on the clock: the same page always ends
//! the same way.

use html5ever::{
    driver,
    tendril::{StrTendril, TendrilSink},
};
use scraper::{Html, HtmlTreeSink};

use crate::model::ParseLimits;

/// The page is over a limit of the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OverLimit;

/// Bytes fed between two looks at the budget. Unclosed formatting elements are opened again in
/// every paragraph, so that work can grow with the square of what is fed: small pieces keep the
/// overshoot at a fraction of the node budget.
const PIECE: usize = 4 << 10;

/// Parses `html`.
pub(super) fn parse(html: &str, limits: &ParseLimits) -> Result<Html, OverLimit> {
    let sink = HtmlTreeSink::new(Html::new_document());
    let mut parser = driver::parse_document(sink, driver::ParseOpts::default());
    let mut rest = html;
    while !rest.is_empty() {
        let mut end = rest.len().min(PIECE);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, tail) = rest.split_at(end);
        parser.process(StrTendril::from_slice(piece));
        rest = tail;
        let page = parser.tokenizer.sink.sink.0.borrow();
        let last_depth = page
            .tree
            .nodes()
            .next_back()
            .map_or(0, |node| node.ancestors().take(limits.depth + 1).count());
        if page.tree.nodes().len() > limits.nodes || last_depth > limits.depth {
            return Err(OverLimit);
        }
    }
    Ok(parser.finish())
}
