//! What readers write below an article, whatever its boxes are called: by what heads it, and by what stands
//! with each of its pieces.

use super::ground::{ARTICLE_BYTES_MIN, Blocks, Ground};
use crate::{
    extract::blocks::{TextBlock, phrases},
    lang::PageList,
    model::BlockKind,
};

/// Longest heading of comments, name of one who writes and row of buttons below, in bytes.
const LABEL_BYTES_MAX: usize = 80;
/// Comments that make a thread.
const REPLIES_MIN: usize = 2;

/// Blocks of a box with one comment, and its most running text, in bytes.
const PICKED_BLOCKS: std::ops::RangeInclusive<usize> = 2..=8;
const PICKED_BYTES_MAX: usize = 1_500;

/// What stands between the buttons of a row, and between a heading and the choice of an order.
const BETWEEN: [char; 8] = ['·', '•', '|', '–', '—', '/', '↷', '\n'];

/// What stands around the words of a button or a heading: counts and punctuation.
fn is_between(c: char) -> bool {
    c.is_numeric() || !phrases::is_of_word(c)
}

impl Ground<'_, '_> {
    /// What readers write: under a heading that says so, and box by box.
    pub(super) fn comments(&self) -> Vec<Blocks> {
        let mut found = self.headed_comments();
        found.extend(self.answered_comments());
        found.extend(self.picked_comments());
        found
    }

    /// One comment in a box of its own amid the article, under a heading that says so.
    fn picked_comments(&self) -> Vec<Blocks> {
        let all = self.mass.last().copied().unwrap_or_default();
        let boxes =
            (0..self.cut.blocks.len()).map(|index| (index, self.blocks_of(self.box_of(index))));
        let is_picked = |(index, blocks): &(usize, Blocks)| {
            blocks.start == *index
                && PICKED_BLOCKS.contains(&blocks.len())
                && (1..=PICKED_BYTES_MAX).contains(&self.mass_in(blocks))
                && all >= self.mass_in(blocks) + ARTICLE_BYTES_MIN
                && self.is_label(&self.cut.blocks[*index])
                && !self.has_headline(blocks)
                && self
                    .words
                    .stands_in(PageList::CommentPicks, &self.text(*index).to_lowercase())
        };
        boxes.filter(is_picked).map(|(_, blocks)| blocks).collect()
    }

    fn is_label(&self, block: &TextBlock) -> bool {
        let text = self.cut.text_of(block);
        let names = text.ends_with([':', '：']) || !phrases::ends_sentence(text);
        block.len() <= LABEL_BYTES_MAX && names
    }

    /// "5 comments", and all that stands under it in the same box.
    fn headed_comments(&self) -> Vec<Blocks> {
        let headings = self.cut.blocks.iter().enumerate().filter(|(_, block)| {
            self.is_label(block) && self.heads_comments(self.cut.text_of(block))
        });
        let threads = headings.filter_map(|(index, block)| {
            let thread = index..self.blocks_of(self.box_of(index)).end;
            let has_number = self.text(index).bytes().any(|byte| byte.is_ascii_digit());
            // Below the text that stands in the same box it may be a heading of the article.
            let beside = self.blocks_of(self.box_of(index)).start..index;
            let is_apart = self.mass_in(&beside) < ARTICLE_BYTES_MIN;
            let is_sure = block.kind == BlockKind::Heading && has_number && is_apart;
            let is_below = self.mass[index] >= ARTICLE_BYTES_MIN;
            let is_thread = is_sure || self.is_thread(&(index + 1..thread.end));
            (is_below && !self.has_headline(&thread) && is_thread).then_some(thread)
        });
        threads.collect()
    }

    /// The box that a heading is for.
    fn box_of(&self, index: usize) -> usize {
        let own = self.cut.blocks[index].container;
        match self.blocks_of(own).len() > 1 {
            true => own,
            false => self.cut.containers[own].parent,
        }
    }

    /// Whether a line is the word for comments, a number and the choice of an order beside it or not.
    fn heads_comments(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        let first = lower.split(BETWEEN).next().unwrap_or_default();
        // What they are counted in stands behind the number: "评论3条".
        let parts = first.split(|c: char| c.is_ascii_digit());
        let mut parts = parts.map(|part| part.trim_matches(is_between));
        let bare = parts.find(|part| !part.is_empty());
        bare.is_some_and(|bare| self.words.is(PageList::CommentHeadings, bare))
    }

    /// Whether every other piece of a text stands under a name, beside one or in a quotation.
    fn is_thread(&self, blocks: &Blocks) -> bool {
        let (mut texts, mut named, mut is_named) = (0, 0, false);
        for block in &self.cut.blocks[blocks.clone()] {
            if self.is_label(block) {
                is_named = true;
            } else {
                texts += 1;
                let is_whole = matches!(block.kind, BlockKind::Quote | BlockKind::Row);
                named += usize::from(is_named || is_whole);
                is_named = false;
            }
        }
        named >= REPLIES_MIN && named * 2 >= texts
    }

    /// Boxes of one kind, each with a button to answer what stands in it.
    fn answered_comments(&self) -> Vec<Blocks> {
        let blocks = self.cut.blocks.iter().enumerate();
        let buttons: Vec<usize> = blocks
            .filter(|(_, block)| self.is_label(block) && self.has_button(self.cut.text_of(block)))
            .map(|(at, _)| at)
            .collect();
        if buttons.len() < REPLIES_MIN {
            return Vec::new();
        }
        let all = self.mass.last().copied().unwrap_or_default();
        // The article may have such a button itself.
        let is_part = |item: &Blocks| self.mass_in(item) * 2 <= all;
        let items = buttons.iter().filter_map(|at| self.item(*at, &buttons));
        let items: Vec<Blocks> = items.filter(is_part).collect();
        let bytes: usize = items.iter().map(|item| self.mass_in(item)).sum();
        match items.len() >= REPLIES_MIN && all >= bytes + ARTICLE_BYTES_MIN {
            true => items,
            false => Vec::new(),
        }
    }

    /// Whether a button to answer stands in a row of them, beside counts and times.
    fn has_button(&self, row: &str) -> bool {
        let lower = row.to_lowercase();
        let mut buttons = lower.split(BETWEEN);
        buttons.any(|button| {
            let bare = button.trim_matches(is_between);
            self.words.is(PageList::CommentReplies, bare)
        })
    }

    /// The largest box around a button that holds no other and no headline.
    fn item(&self, button: usize, buttons: &[usize]) -> Option<Blocks> {
        let is_alone = |container: &usize| {
            let blocks = self.blocks_of(*container);
            let from = buttons.partition_point(|at| *at < blocks.start);
            let to = buttons.partition_point(|at| *at < blocks.end);
            to - from == 1 && !self.has_headline(&blocks)
        };
        let above = self.cut.ancestors(self.cut.blocks[button].container);
        let item = above.take_while(is_alone).last()?;
        Some(self.blocks_of(item))
    }
}
