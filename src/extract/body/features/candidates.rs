//! Which blocks are judged, and when one is taken against the rules.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{page::PageSums, sheet::List};
use crate::{
    extract::blocks::{Families, phrases},
    model::BlockKind,
};

/// From which probability on a block is added to the proposal of the rules out of a box that is
/// named for consent or comments.
const DOUBTED_FLOOR: f32 = 0.8;

/// Boxes out of which a block is taken against the rules only from [`DOUBTED_FLOOR`] on.
const DOUBTED: Families = Families::CONSENT.with(Families::COMMENTS);

/// The longest time of an entry in a live blog, in bytes.
const TIME_BYTES_MAX: usize = 40;
/// Lines of one kind of place that are peers.
const PEERS_MIN: usize = 3;

/// Pages of more blocks than this are left to the rules.
const BLOCKS_MAX: usize = 4_000;
/// Blocks around the proposed body that may belong to it all the same.
const MARGIN_BLOCKS: usize = 24;

/// An `articleBody` is whole from this length on, in bytes, if it is at least one part in this many
/// of the page's running text.
const SETTLING_BYTES: usize = 250;
const SETTLING_PART: usize = 4;

impl PageSums<'_, '_> {
    /// Whether an `articleBody` is the article and no teaser of it: it settles where the body is.
    pub(super) fn is_whole(&self, told: &str) -> bool {
        let running = self.mass.last().copied().unwrap_or_default();
        told.len() >= SETTLING_BYTES && told.len() * SETTLING_PART >= running
    }

    /// Blocks with running text, and those around the proposal. A page of too many blocks has no
    /// candidates.
    pub(super) fn candidates(&self) -> Vec<usize> {
        if self.cut.blocks.len() > BLOCKS_MAX {
            return Vec::new();
        }
        let near = match self.picks.last() {
            Some(0) | None => 0..0,
            _ => self.first.saturating_sub(MARGIN_BLOCKS)..self.last + MARGIN_BLOCKS + 1,
        };
        (0..self.cut.blocks.len())
            .filter(|index| near.contains(index) || self.mass[*index] < self.mass[index + 1])
            .collect()
    }

    /// From which probability on a block is taken against the rules: never out of an advertisement or
    /// another article on the page, seldom out of other boxes whose names speak against it; seldom,
    /// too, an invitation to read something else, and a date in a header. A hidden box may be an
    /// accordion that opens; a hidden paragraph is not shown at all. The headline is the title, a line
    /// before the text that opens as bylines do is the byline, and what says no more than a button is one.
    pub(super) fn added_from(&self, index: usize) -> f32 {
        let block = &self.cut.blocks[index];
        let text = self.cut.text_of(block);
        let own = &self.cut.containers[block.container];
        let hidden = own.families.meets(Families::HIDDEN) && own.element.name() == "p";
        let headline = block.heading > 0
            && self
                .hints
                .title
                .is_some_and(|title| phrases::same_words(text, title));
        let families = self.cut.families_above(block.container);
        let byline = index < self.first
            && block.heading == 0
            && phrases::opens_byline(text, self.hints.words);
        let never = hidden
            || self.is_unseen(block.container)
            || self.hints.is_foreign(index)
            || headline
            || byline
            || phrases::is_furniture(text, self.hints.words)
            || families.meets(Families::ADVERT);
        if never || self.is_of_another_article(block.container) {
            f32::INFINITY
        } else if families.meets(DOUBTED)
            || own.families.meets(Families::RELATED)
            || (families.meets(Families::HEADER) && phrases::is_date_line(text))
        {
            DOUBTED_FLOOR
        } else {
            0.0
        }
    }

    /// Whether a box is not shown, on a page whose body is.
    fn is_unseen(&self, container: usize) -> bool {
        let is_unseen = |container: usize| self.cut.containers[container].is_unseen;
        is_unseen(container) && !is_unseen(self.main)
    }

    /// Of candidates that open what follows, headings and the times of entries in a live blog, the
    /// number of their kind of place, where several stand in it.
    pub(super) fn peers(&self, candidates: &[usize]) -> Vec<Option<u32>> {
        let opener = |index: &usize| {
            let block = &self.cut.blocks[*index];
            let is_time =
                block.len() <= TIME_BYTES_MAX && phrases::is_date_line(self.cut.text_of(block));
            (is_time || block.kind == BlockKind::Heading).then(|| self.places[block.container])
        };
        let mut places: Vec<Option<u32>> = candidates.iter().map(opener).collect();
        let mut counts: HashMap<u32, usize, RandomState> = HashMap::default();
        for place in places.iter().flatten() {
            *counts.entry(*place).or_default() += 1;
        }
        for place in &mut places {
            *place = place.filter(|place| counts[place] >= PEERS_MIN);
        }
        places
    }

    /// Of candidates that the rules chose as items of a list without links, the list.
    pub(super) fn lists(&self, candidates: &[usize]) -> Vec<Option<List>> {
        let list = |index: &usize| {
            let block = &self.cut.blocks[*index];
            let is_item = block.kind == BlockKind::ListItem && self.chosen[*index];
            let container = self.cut.containers[block.container].parent;
            let items = &self.cut.containers[container].blocks;
            let is_plain = self.links[items.start] == self.links[items.end];
            let before = items.start.checked_sub(1).map(|at| &self.cut.blocks[at]);
            let is_announced =
                before.is_some_and(|block| self.cut.text_of(block).ends_with([':', '\u{ff1a}']));
            (is_item && is_plain).then_some(List {
                container,
                is_announced,
            })
        };
        candidates.iter().map(list).collect()
    }

    /// Whether a container stands in an article of its own beside that of the proposal.
    fn is_of_another_article(&self, container: usize) -> bool {
        let article_of = |inner: usize| {
            self.cut
                .ancestors(inner)
                .find(|&above| self.cut.containers[above].families.meets(Families::ARTICLE))
        };
        article_of(self.main)
            .zip(article_of(container))
            .is_some_and(|(main, other)| {
                !self.cut.encloses(main, container) && !self.cut.encloses(other, self.main)
            })
    }
}
