//! Blocks that are not the article's whatever their boxes are called: what readers write below it
//! ([`super::comments`]), other stories ([`super::others`]) and their teasers, polls and calls
//! ([`super::calls`]), small boxes amid its paragraphs ([`super::islands`]), consent dialogues.

use super::{
    ground::{ARTICLE_BYTES_MIN, Blocks, Ground, LINKED_SHARE},
    mass::mass_of,
};
use crate::{
    extract::blocks::Cut,
    lang::{PageList, PageWords},
};

/// For each block whether it is foreign; empty where none is.
pub(in crate::extract) fn foreign(
    cut: &Cut<'_>,
    words: &PageWords,
    title: Option<&str>,
) -> Vec<bool> {
    let ground = Ground::new(cut, words, title);
    let mut found = Vec::new();
    found.extend(ground.comments());
    found.extend(ground.calls());
    found.extend(ground.islands());
    found.extend(ground.consent());
    found.extend(ground.teasers());
    found.extend(ground.other_stories());
    found.extend(ground.bold_headline().map(|at| at..at + 1));
    let mut foreign = Vec::new();
    for span in found {
        foreign.resize(cut.blocks.len(), false);
        foreign[span].fill(true);
    }
    foreign
}

impl Ground<'_, '_> {
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
