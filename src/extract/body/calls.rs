//! Boxes amid an article that ask something of its readers: to choose an answer, to pay, to subscribe.
//! They are known by what can be pressed in them, in any language.

use super::ground::{ARTICLE_BYTES_MIN, Blocks, Ground, LINKED_SHARE};
use crate::{extract::blocks::phrases, model::BlockKind};

/// Answers of which one is chosen, and the most blocks and bytes of a poll.
const CHOICES_MIN: usize = 2;
const POLL_BLOCKS: std::ops::RangeInclusive<usize> = 1..=16;
const POLL_BYTES_MAX: usize = 500;
/// Boxes between that of a poll and its answers.
const POLL_LEVELS_MAX: usize = 2;
pub(super) const QUESTION_MARKS: [char; 4] = ['?', '？', '؟', ';'];

/// Blocks, bytes of running text and buttons of a call; an article with more of them is a list of offers.
const CALL_BLOCKS: std::ops::RangeInclusive<usize> = 2..=8;
const CALL_BYTES: std::ops::RangeInclusive<usize> = 50..=450;
const CALL_BUTTONS: std::ops::RangeInclusive<usize> = 1..=3;
const CALLS_MAX: usize = 2;
/// Bytes of a link that stands for a button.
const LINK_BYTES_MAX: usize = 48;
/// Headings of one rank that parts of an article have, beside that of the box.
const PARTS_MIN: usize = 2;
/// Boxes beside one that are compared with it.
const SIBLINGS_MAX: usize = 200;

impl Ground<'_, '_> {
    /// Polls and calls.
    pub(super) fn calls(&self) -> Vec<Blocks> {
        let mut calls = self.outermost(|index| self.is_call(index));
        if calls.len() > CALLS_MAX {
            calls.clear();
        }
        calls.extend(self.outermost(|index| self.is_poll(index)));
        calls
    }

    /// The outermost boxes of a kind.
    pub(super) fn outermost(&self, is_such: impl Fn(usize) -> bool) -> Vec<Blocks> {
        let mut found: Vec<Blocks> = Vec::new();
        for (index, container) in self.cut.containers.iter().enumerate().skip(1) {
            let is_within = found
                .last()
                .is_some_and(|span| container.blocks.end <= span.end);
            if !is_within && is_such(index) {
                found.push(container.blocks.clone());
            }
        }
        found
    }

    /// Whether a small box with a question and answers to choose from stands beside an article. A shop
    /// asks for sizes and colours, which is no question.
    fn is_poll(&self, container: usize) -> bool {
        let here = &self.cut.containers[container];
        let asks = |index: usize| self.text(index).trim_end().ends_with(QUESTION_MARKS);
        here.choices >= CHOICES_MIN
            && POLL_BLOCKS.contains(&here.blocks.len())
            && self.mass_in(&here.blocks) <= POLL_BYTES_MAX
            && here.blocks.clone().any(asks)
            && self.levels_to_choices(container) <= POLL_LEVELS_MAX
            && self.is_beside_article(&here.blocks)
    }

    /// How deep in a box the smallest one stands that has all of its choices.
    fn levels_to_choices(&self, container: usize) -> usize {
        let all = self.cut.containers[container].choices;
        let (mut here, mut levels) = (container, 0);
        while let Some(inner) = self.child_with(here, all) {
            (here, levels) = (inner, levels + 1);
        }
        levels
    }

    fn child_with(&self, container: usize, choices: usize) -> Option<usize> {
        let end = self.cut.containers[container].end;
        let mut child = container + 1;
        while child < end {
            let here = &self.cut.containers[child];
            if here.choices == choices {
                return Some(child);
            }
            child = here.end;
        }
        None
    }

    /// Whether a small box is a heading, a text that speaks to readers and a button, or a link for one.
    fn is_call(&self, container: usize) -> bool {
        let here = &self.cut.containers[container];
        let fits = (CALL_BUTTONS.contains(&here.buttons) || self.ends_in_link(&here.blocks))
            && CALL_BLOCKS.contains(&here.blocks.len())
            && CALL_BYTES.contains(&self.mass_in(&here.blocks));
        if !fits || here.is_unseen || !self.is_beside_article(&here.blocks) {
            return false;
        }
        let blocks = &self.cut.blocks[here.blocks.clone()];
        let is_headed = blocks
            .first()
            .is_some_and(|block| block.kind == BlockKind::Heading);
        let mut texts = blocks.iter();
        is_headed
            && !self.is_one_of_many(container)
            && !self.is_part(&here.blocks)
            && texts.any(|block| phrases::addresses_readers(self.cut.text_of(block), self.words))
    }

    /// Whether the last but one or the last block is a short link.
    fn ends_in_link(&self, blocks: &Blocks) -> bool {
        let last = self.cut.blocks[blocks.clone()].iter().rev().take(2);
        let mut last = last.filter(|block| block.len() <= LINK_BYTES_MAX);
        last.any(|block| block.link_share() > LINKED_SHARE)
    }

    /// Whether other parts of the page have headings of the same rank: so has an article.
    fn is_part(&self, blocks: &Blocks) -> bool {
        let rank = self.cut.blocks[blocks.start].heading;
        let outside = |index: &usize| !blocks.contains(index);
        let others = (0..self.cut.blocks.len()).filter(outside).filter(|index| {
            let other = &self.cut.blocks[*index];
            other.kind == BlockKind::Heading
                && other.heading == rank
                && other.link_share() <= LINKED_SHARE
        });
        others.take(PARTS_MIN).count() == PARTS_MIN
    }

    /// Whether a box made as this one, with a text, stands beside it: then both are parts of an article.
    fn is_one_of_many(&self, container: usize) -> bool {
        let here = &self.cut.containers[container];
        let end = self.cut.containers[here.parent].end;
        let mut sibling = here.parent + 1;
        for _ in 0..SIBLINGS_MAX {
            if sibling >= end {
                break;
            }
            let other = &self.cut.containers[sibling];
            if sibling != container && other.is_like(here) && self.mass_in(&other.blocks) > 0 {
                return true;
            }
            sibling = other.end;
        }
        false
    }

    fn is_beside_article(&self, blocks: &Blocks) -> bool {
        let all = self.mass.last().copied().unwrap_or_default();
        all >= self.mass_in(blocks) + ARTICLE_BYTES_MIN && !self.has_headline(blocks)
    }
}
