//! Lines that stand inside the article and are left out of its body: readers are served them.

use super::lines::TemplateLines;
use crate::{
    extract::{
        blocks::Cut,
        body::{boxes, own_box},
    },
    model::{Block, LeftOut},
    text,
};

/// Lines that are remembered, at most, and bytes of each.
const LINES_MAX: usize = 50;
const LINE_BYTES_MAX: usize = 300;

/// The lines left out of a body made of the blocks `chosen` of the page; `written` are the same
/// blocks as they stand in the article.
pub(in crate::extract) fn left_out(
    cut: &Cut<'_>,
    chosen: &[usize],
    written: &[Block],
    template: &TemplateLines,
) -> Vec<LeftOut> {
    let Some(&first) = chosen.first() else {
        return Vec::new();
    };
    let own = own_box(cut, chosen);
    let echoes = template.echoes(chosen);
    let end = written.last().map_or(0, |block| block.span.end);
    let mut lines = Vec::new();
    let mut next = 0;
    for index in first..cut.containers[own].blocks.end {
        if chosen.get(next) == Some(&index) {
            next += 1;
            continue;
        }
        let block = &cut.blocks[index];
        if echoes.contains(&index) || !is_plain(cut, own, block.container) {
            continue;
        }
        let text = cut.text_of(block);
        lines.push(LeftOut {
            at: written.get(next).map_or(end, |block| block.span.start),
            text: shortened(text).to_string(),
            articles: template.articles(index),
            link_bytes: block.link_bytes.min(text.len()),
        });
        if lines.len() == LINES_MAX {
            break;
        }
    }
    lines
}

/// Whether a container stands in the article's own box with nothing in between that says it is
/// the site's: a labelled box of related stories is no residue in a text.
fn is_plain(cut: &Cut<'_>, own: usize, container: usize) -> bool {
    cut.encloses(own, container)
        && cut
            .ancestors(container)
            .take_while(|&above| above != own)
            .all(|above| !cut.containers[above].families.meets(boxes::TEMPLATE))
}

fn shortened(text: &str) -> &str {
    text::head(text, LINE_BYTES_MAX)
}
