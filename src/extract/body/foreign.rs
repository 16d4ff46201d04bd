//! Blocks that are not the article's whatever their boxes are called: what readers write below it,
//! consent dialogues, teasers of other stories.

use super::mass::{mass_of, prefix_sums};
use crate::{
    extract::blocks::{Cut, TextBlock, phrases},
    lang::{PageList, PageWords},
    model::BlockKind,
};

/// Longest heading of comments and longest button below one, in bytes.
const LABEL_BYTES_MAX: usize = 60;
/// So much running text stands outside of what readers write: else a page is a forum.
const ARTICLE_BYTES_MIN: usize = 250;
/// Comments with a button each that make a thread.
const REPLIES_MIN: usize = 2;

/// The page, and what tells what is whose.
struct Ground<'c, 'a> {
    cut: &'c Cut<'a>,
    words: &'c PageWords,
    title: Option<&'c str>,
    /// Running text before each block, what is not shown left out.
    mass: Vec<usize>,
}

/// For each block whether it is foreign; empty where none is.
pub(in crate::extract) fn foreign(
    cut: &Cut<'_>,
    words: &PageWords,
    title: Option<&str>,
) -> Vec<bool> {
    let ground = Ground {
        cut,
        words,
        title,
        mass: prefix_sums(cut.blocks.iter().map(|block| {
            match cut.containers[block.container].is_unseen {
                true => 0,
                false => mass_of(block),
            }
        })),
    };
    let mut found = Vec::new();
    found.extend(ground.headed_comments());
    found.extend(ground.answered_comments());
    found.extend(ground.consent());
    found.extend(ground.teasers());
    let mut foreign = Vec::new();
    for span in found {
        foreign.resize(cut.blocks.len(), false);
        foreign[span].fill(true);
    }
    foreign
}

type Blocks = std::ops::Range<usize>;

impl Ground<'_, '_> {
    fn mass_in(&self, blocks: &Blocks) -> usize {
        self.mass[blocks.end] - self.mass[blocks.start]
    }

    fn blocks_of(&self, container: usize) -> Blocks {
        self.cut.containers[container].blocks.clone()
    }

    fn text(&self, index: usize) -> &str {
        self.cut.text_of(&self.cut.blocks[index])
    }

    /// Whether a headline stands among some blocks.
    fn has_headline(&self, blocks: &Blocks) -> bool {
        self.cut.blocks[blocks.clone()].iter().any(|block| {
            block.heading == 1
                || self.title.is_some_and(|title| {
                    block.heading > 0 && phrases::same_words(self.cut.text_of(block), title)
                })
        })
    }

    /// "5 comments", and all that stands under it in the same box.
    fn headed_comments(&self) -> Vec<Blocks> {
        let headings = self.cut.blocks.iter().enumerate().filter(|(_, block)| {
            block.kind == BlockKind::Heading
                && block.len() <= LABEL_BYTES_MAX
                && self.heads_comments(self.cut.text_of(block))
        });
        let threads = headings.filter_map(|(index, block)| {
            let own = block.container;
            let around = match self.blocks_of(own).len() > 1 {
                true => own,
                false => self.cut.containers[own].parent,
            };
            let thread = index..self.blocks_of(around).end;
            let is_below = self.mass[index] >= ARTICLE_BYTES_MIN;
            (is_below && !self.has_headline(&thread)).then_some(thread)
        });
        threads.collect()
    }

    /// Whether a line is the word for comments and a number, in any order.
    fn heads_comments(&self, text: &str) -> bool {
        let has_number = text.bytes().any(|byte| byte.is_ascii_digit());
        let lower = text.to_lowercase();
        let bare = lower.trim_matches(|c: char| !c.is_alphabetic());
        has_number && self.words.is(PageList::CommentHeadings, bare)
    }

    /// Boxes of one kind, each with a button to answer what stands in it.
    fn answered_comments(&self) -> Vec<Blocks> {
        let is_button = |block: &TextBlock| {
            block.len() <= LABEL_BYTES_MAX / 2
                && self.words.is(
                    PageList::CommentReplies,
                    &self.cut.text_of(block).to_lowercase(),
                )
        };
        let blocks = self.cut.blocks.iter().enumerate();
        let buttons: Vec<usize> = blocks
            .filter(|(_, b)| is_button(b))
            .map(|(at, _)| at)
            .collect();
        if buttons.len() < REPLIES_MIN {
            return Vec::new();
        }
        let items: Vec<Blocks> = buttons
            .iter()
            .filter_map(|at| self.item(*at, &buttons))
            .collect();
        let bytes: usize = items.iter().map(|item| self.mass_in(item)).sum();
        let all = self.mass.last().copied().unwrap_or_default();
        match items.len() >= REPLIES_MIN && all >= bytes + ARTICLE_BYTES_MIN {
            true => items,
            false => Vec::new(),
        }
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

    /// A box at either end of the page in which every paragraph speaks of consent.
    fn consent(&self) -> Option<Blocks> {
        let all = self.cut.blocks.len();
        let ends =
            (0..all.min(END_BLOCKS)).chain(all.saturating_sub(END_BLOCKS).max(END_BLOCKS)..all);
        let asks = |index: usize| {
            let lower = self.text(index).to_lowercase();
            self.words.stands_in(PageList::ConsentMust, &lower)
        };
        let first = ends
            .filter(|index| CONSENT_BYTES.contains(&self.cut.blocks[*index].len()))
            .find(|index| asks(*index))?;
        let above = self.cut.ancestors(self.cut.blocks[first].container);
        let is_dialogue = |container: &usize| self.is_consent(&self.blocks_of(*container));
        above
            .filter(is_dialogue)
            .last()
            .map(|container| self.blocks_of(container))
    }

    fn is_consent(&self, blocks: &Blocks) -> bool {
        let all = self.mass.last().copied().unwrap_or_default();
        let own = self.mass_in(blocks);
        if blocks.len() > END_BLOCKS || self.has_headline(blocks) || all < own + ARTICLE_BYTES_MIN {
            return false;
        }
        let (mut paragraphs, mut must) = (0, 0);
        for index in blocks
            .clone()
            .filter(|index| mass_of(&self.cut.blocks[*index]) > 0)
        {
            let lower = self.text(index).to_lowercase();
            let (words, list) = (self.words, PageList::ConsentMust);
            if words.count_in(PageList::Consent, &lower) + words.count_in(list, &lower) == 0 {
                return false;
            }
            paragraphs += 1;
            must += usize::from(words.stands_in(list, &lower));
        }
        paragraphs >= CONSENT_PARAGRAPHS_MIN && must * 3 >= paragraphs
    }

    /// Boxes of linked headlines, each with a short text of its story, below an article.
    fn teasers(&self) -> Vec<Blocks> {
        let mut found: Vec<Blocks> = Vec::new();
        for (index, container) in self.cut.containers.iter().enumerate().skip(1) {
            let is_within = found
                .last()
                .is_some_and(|span| container.blocks.end <= span.end);
            if !is_within && self.is_teasers(index) {
                found.push(container.blocks.clone());
            }
        }
        found
    }

    fn is_teasers(&self, container: usize) -> bool {
        let blocks = self.blocks_of(container);
        let own = self.mass_in(&blocks);
        let before = self.mass[blocks.start];
        if !(TEASER_BLOCKS).contains(&blocks.len()) || own == 0 || before < TEASER_PART * own {
            return false;
        }
        let (mut pairs, mut is_open) = (0, false);
        for block in &self.cut.blocks[blocks] {
            let is_linked = block.link_share() > LINKED_SHARE;
            if block.heading > 0 && !is_linked {
                return false;
            } else if block.heading > 0 {
                is_open = true;
            } else if mass_of(block) > 0 {
                if !is_open || block.len() > TEASER_BYTES_MAX {
                    return false;
                }
                pairs += 1;
                is_open = false;
            }
        }
        pairs >= TEASERS_MIN
    }
}

/// Blocks at either end of a page in which a consent dialogue may begin, and its most.
const END_BLOCKS: usize = 40;
/// Bytes of a paragraph that asks for consent.
const CONSENT_BYTES: std::ops::RangeInclusive<usize> = 40..=900;
const CONSENT_PARAGRAPHS_MIN: usize = 2;

/// Blocks of a box of teasers, how many stories there are at least, and the longest text of one, in bytes.
const TEASER_BLOCKS: std::ops::RangeInclusive<usize> = 4..=80;
const TEASERS_MIN: usize = 2;
const TEASER_BYTES_MAX: usize = 400;
/// An article before them has so many times their text.
const TEASER_PART: usize = 2;
/// From this share of it linked on, a heading leads to another story.
const LINKED_SHARE: f64 = 0.8;
