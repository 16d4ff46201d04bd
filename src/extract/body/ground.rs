//! A page cut into blocks, and what tells what in it is whose.

use super::mass::{mass_of, prefix_sums};
use crate::{
    extract::blocks::{Cut, phrases},
    lang::PageWords,
};

/// From this share of it linked on, a heading or a line leads to another story.
pub(super) const LINKED_SHARE: f64 = 0.8;
/// So much running text stands outside of what readers write: else a page is a forum.
pub(super) const ARTICLE_BYTES_MIN: usize = 250;

/// The page, and what tells what is whose.
pub(super) struct Ground<'c, 'a> {
    pub(super) cut: &'c Cut<'a>,
    pub(super) words: &'c PageWords,
    pub(super) title: Option<&'c str>,
    /// Running text before each block, what is not shown left out.
    pub(super) mass: Vec<usize>,
}

pub(super) type Blocks = std::ops::Range<usize>;

impl<'c, 'a> Ground<'c, 'a> {
    pub(super) fn new(
        cut: &'c Cut<'a>,
        words: &'c PageWords,
        title: Option<&'c str>,
    ) -> Ground<'c, 'a> {
        let mass = prefix_sums(cut.blocks.iter().map(|block| {
            match cut.containers[block.container].is_unseen {
                true => 0,
                false => mass_of(block),
            }
        }));
        Ground {
            cut,
            words,
            title,
            mass,
        }
    }

    pub(super) fn mass_in(&self, blocks: &Blocks) -> usize {
        self.mass[blocks.end] - self.mass[blocks.start]
    }

    pub(super) fn blocks_of(&self, container: usize) -> Blocks {
        self.cut.containers[container].blocks.clone()
    }

    pub(super) fn text(&self, index: usize) -> &str {
        self.cut.text_of(&self.cut.blocks[index])
    }

    /// Whether a headline stands among some blocks.
    pub(super) fn has_headline(&self, blocks: &Blocks) -> bool {
        let mut indices = blocks.clone();
        indices.any(|index| self.cut.blocks[index].heading == 1 || self.is_headline(index))
    }

    /// Whether a heading is the article's.
    pub(super) fn is_headline(&self, index: usize) -> bool {
        self.cut.blocks[index].heading > 0
            && self
                .title
                .is_some_and(|title| phrases::same_words(self.text(index), title))
    }
}
