//! Text to tree, within a budget that does not depend on the clock: the same page always ends
//! the same way.

use html5ever::{
    driver,
    tendril::{StrTendril, TendrilSink},
};
use scraper::{Html, HtmlTreeSink};

use crate::{model::ParseLimits, text};

/// The page is over a limit of the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OverLimit;

/// Bytes fed between two looks at the budget. Unclosed formatting elements are opened again in
/// every paragraph, so that work can grow with the square of what is fed: small pieces keep the
/// overshoot at a fraction of the node budget.
const PIECE: usize = 1 << 10;

/// Nodes for each tag of the text. An honest page has two, an element and the text behind it, and
/// a few more where formatting is opened again; a hostile one has hundreds.
const NODES_PER_TAG: usize = 8;

/// Nodes that are free whatever the text.
const NODES_FREE: usize = 20_000;

/// Parses `html`.
pub(super) fn parse(html: &str, limits: &ParseLimits) -> Result<Html, OverLimit> {
    let sink = HtmlTreeSink::new(Html::new_document());
    let mut parser = driver::parse_document(sink, driver::ParseOpts::default());
    let tags = memchr::memchr_iter(b'<', html.as_bytes()).count();
    let nodes_max = limits.nodes.min(NODES_FREE + NODES_PER_TAG * tags);
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(text::head(rest, PIECE).len());
        parser.process(StrTendril::from_slice(piece));
        rest = tail;
        let page = parser.tokenizer.sink.sink.0.borrow();
        let last_depth = page
            .tree
            .nodes()
            .next_back()
            .map_or(0, |node| node.ancestors().take(limits.depth + 1).count());
        if page.tree.nodes().len() > nodes_max || last_depth > limits.depth {
            return Err(OverLimit);
        }
    }
    Ok(parser.finish())
}
