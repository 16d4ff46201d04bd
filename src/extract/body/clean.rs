//! Takes out of chosen boxes what is not the article's own text.

use super::{hints::Hints, mass::prefix_sums};
use crate::{
    extract::blocks::{Cut, TextBlock, phrases},
    model::BlockKind,
};

/// What follows an article is at most one part in this many of the text.
const AFTERWARDS_PART: usize = 3;

/// A line shorter than this may be a heading whatever its element, in bytes.
const SHORT_BYTES_MAX: usize = 60;

/// Blocks before the first paragraph that may be head lines, where no paragraph is long.
const HEAD_BLOCKS: usize = 3;

/// Takes out what is not the article's own text.
pub(super) fn clean(
    cut: &Cut<'_>,
    template: &[bool],
    blocks: &[usize],
    hints: &Hints<'_>,
) -> Vec<usize> {
    let kept: Vec<usize> = blocks
        .iter()
        .copied()
        .filter(|&index| {
            !hints.is_foreign(index) && is_body_text(cut, template, &cut.blocks[index], hints)
        })
        .collect();
    let kept = without_head(cut, &kept, hints);
    let kept = without_afterwards(cut, kept, hints);
    without_loose_headings(cut, kept)
}

fn is_body_text(cut: &Cut<'_>, template: &[bool], block: &TextBlock, hints: &Hints<'_>) -> bool {
    if template[block.container] {
        return false;
    }
    let share = block.link_share();
    let text = cut.text_of(block);
    if phrases::is_furniture(text, hints.words) {
        return false;
    }
    match block.kind {
        BlockKind::Heading => share < 0.9,
        BlockKind::ListItem | BlockKind::Row => share < 0.8 || block.len() > 300,
        BlockKind::Paragraph if block.len() <= 40 && phrases::is_date_line(text) => false,
        _ => share < 0.9 || (block.len() > 160 && phrases::ends_sentence(text)),
    }
}

/// Drops the title, byline and date lines before the first paragraph.
fn without_head(cut: &Cut<'_>, kept: &[usize], hints: &Hints<'_>) -> Vec<usize> {
    let first_paragraph = kept
        .iter()
        .position(|&b| {
            let block = &cut.blocks[b];
            block.heading == 0 && block.len() >= 100
        })
        .unwrap_or(kept.len().min(HEAD_BLOCKS));
    let same_as_title = |text: &str| {
        hints
            .title
            .is_some_and(|title| phrases::same_words(text, title))
    };
    kept.iter()
        .enumerate()
        .filter(|&(position, &b)| {
            let block = &cut.blocks[b];
            let text = cut.text_of(block);
            if position >= first_paragraph {
                return !(block.heading == 1 && same_as_title(text));
            }
            block.heading != 1
                && !same_as_title(text)
                && !phrases::is_byline(text, hints.byline, hints.words)
                && !phrases::is_date_line(text)
        })
        .map(|(_, &b)| b)
        .collect()
}

/// The same up to the first heading alone: below it a date may be that of an entry.
pub(super) fn without_first_lines(
    cut: &Cut<'_>,
    mut kept: Vec<usize>,
    hints: &Hints<'_>,
) -> Vec<usize> {
    let is_part = |block: &TextBlock| block.heading > 1 || block.kind == BlockKind::Heading;
    let end = kept.iter().position(|&b| is_part(&cut.blocks[b]));
    let rest = kept.split_off(end.unwrap_or(kept.len()));
    let mut first = without_head(cut, &kept, hints);
    first.extend(rest);
    first
}

/// Ends the body at a heading such as "Related stories", if little text follows.
fn without_afterwards(cut: &Cut<'_>, mut kept: Vec<usize>, hints: &Hints<'_>) -> Vec<usize> {
    let masses = prefix_sums(kept.iter().map(|&b| cut.blocks[b].len()));
    let all = masses.last().copied().unwrap_or_default();
    let end = kept.iter().enumerate().position(|(at, &b)| {
        let block = &cut.blocks[b];
        (all - masses[at]) * AFTERWARDS_PART <= all
            && (block.kind == BlockKind::Heading || block.len() < SHORT_BYTES_MAX)
            && phrases::opens_afterwards(cut.text_of(block), hints.words)
    });
    kept.truncate(end.unwrap_or(kept.len()));
    kept
}

/// A heading with nothing under it belonged to what was taken out.
fn without_loose_headings(cut: &Cut<'_>, mut kept: Vec<usize>) -> Vec<usize> {
    while let Some(&last) = kept.last() {
        if cut.blocks[last].heading == 0 {
            break;
        }
        kept.pop();
    }
    kept
}
