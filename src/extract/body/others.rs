//! Other stories on the page of an article: boxes beside the one that holds its headline and its text.

use html5ever::local_name;

use super::{
    ground::{Blocks, Ground, LINKED_SHARE},
    mass::mass_of,
};
use crate::{
    extract::blocks::{Container, TextBlock, phrases},
    model::BlockKind,
};

/// A box with the headline and so much running text is the article's, in bytes.
const STORY_BYTES_MIN: usize = 500;
/// Running text of the next story, of which the beginning may be shown, in bytes.
const NEXT_BYTES_MIN: usize = 200;
/// Lines above the text of a story that are looked at, and classes of its box.
const HEAD_BLOCKS_MAX: usize = 6;
const CLASSES_MAX: usize = 12;

impl Ground<'_, '_> {
    /// What stands under a headline of its own: one that leads elsewhere, or in a box that is made as the
    /// article's is.
    pub(super) fn other_stories(&self) -> Vec<Blocks> {
        let Some((core, story)) = self.story() else {
            return Vec::new();
        };
        let (mut found, mut below): (Vec<Blocks>, usize) = (Vec::new(), 0);
        for (index, container) in self.cut.containers.iter().enumerate().skip(1) {
            let is_within = found
                .last()
                .is_some_and(|span| container.blocks.end <= span.end);
            let is_beside =
                container.blocks.end <= core.start || container.blocks.start >= core.end;
            if is_beside && !is_within && self.is_other_story(index, &core, story) {
                found.push(container.blocks.clone());
                if container.blocks.start >= core.end {
                    below += self.mass_in(&container.blocks);
                }
            }
        }
        // Where they are most of what stands below it, the article is a list of them.
        let all = self.mass.last().copied().unwrap_or_default() - self.mass[core.start];
        if below * 2 > all {
            found.retain(|span| span.start < core.end || self.is_whole(span));
        }
        found
    }

    /// The headline with the running text right under it, and the smallest box that holds both.
    fn story(&self) -> Option<(Blocks, usize)> {
        let mut range = 0..self.cut.blocks.len();
        let is_own = |index: &usize| {
            self.is_headline(*index) && self.cut.blocks[*index].link_share() <= LINKED_SHARE
        };
        let headline = range.find(is_own).or_else(|| self.bold_headline())?;
        let enough = self.mass[headline] + STORY_BYTES_MIN;
        let end = self.mass.partition_point(|mass| *mass < enough);
        let core = headline..end.min(self.cut.blocks.len());
        let mut above = self.cut.ancestors(self.cut.blocks[headline].container);
        let story = above.find(|container| {
            let blocks = self.blocks_of(*container);
            blocks.end >= core.end && self.mass_in(&blocks) >= STORY_BYTES_MIN
        })?;
        Some((core, story))
    }

    /// The headline of a page without elements for such: a line in bold.
    pub(super) fn bold_headline(&self) -> Option<usize> {
        let title = self.title?;
        if self.has_headline(&(0..self.cut.blocks.len())) {
            return None;
        }
        let blocks = self.cut.blocks.iter();
        let mut bold = blocks
            .enumerate()
            .filter(|(_, block)| block.kind == BlockKind::Heading);
        let found = bold.find(|(_, block)| phrases::same_words(self.cut.text_of(block), title));
        found.map(|(index, _)| index)
    }

    fn is_other_story(&self, container: usize, core: &Blocks, story: usize) -> bool {
        let blocks = self.blocks_of(container);
        let own = &self.cut.blocks[blocks.clone()];
        let Some(text) = own.iter().position(|block| mass_of(block) > 0) else {
            return false;
        };
        if self.is_column(container, story) {
            return true;
        }
        let Some(heading) = own[..text].iter().rposition(|block| block.heading > 0) else {
            return false;
        };
        if self.is_headline(blocks.start + heading) {
            return false;
        }
        let leads_elsewhere = own[heading].link_share() > LINKED_SHARE;
        // Below the headline, a list of things to buy has such headings too.
        let is_told = blocks.end <= core.start || self.is_article(container);
        (leads_elsewhere && is_told)
            || self.is_made_alike(container, story, &own[heading])
            || self.is_next_story(container, story, &own[..text])
    }

    /// Whether a box that is made as the story's says before its text that it is another, or whose.
    fn is_next_story(&self, container: usize, story: usize, head: &[TextBlock]) -> bool {
        let says = |block: &TextBlock| {
            let text = self.cut.text_of(block);
            phrases::opens_afterwards(text, self.words)
                || (block.heading == 0 && phrases::opens_byline(text, self.words))
        };
        let here = &self.cut.containers[container];
        let twin = self.twin(container, story);
        twin.is_some_and(|twin| extends(here, &self.cut.containers[twin]))
            && self.mass_in(&here.blocks) >= NEXT_BYTES_MIN
            && head.iter().take(HEAD_BLOCKS_MAX).any(says)
    }

    /// Whether a cell of a layout beside the story's opens with a heading and holds as much as a story.
    fn is_column(&self, container: usize, story: usize) -> bool {
        let here = &self.cut.containers[container];
        let is_cell = |container: &Container<'_>| container.element.name.local == local_name!("td");
        let blocks = &self.cut.blocks[here.blocks.clone()];
        let is_headed = blocks
            .first()
            .is_some_and(|first| first.kind == BlockKind::Heading);
        is_cell(here)
            && is_headed
            && self.mass_in(&here.blocks) >= STORY_BYTES_MIN
            && !self.has_headline(&here.blocks)
            && self
                .twin(container, story)
                .is_some_and(|twin| is_cell(&self.cut.containers[twin]))
    }

    /// The box around the story that stands beside another.
    fn twin(&self, container: usize, story: usize) -> Option<usize> {
        let parent = self.cut.containers[container].parent;
        let mut above = self.cut.ancestors(story);
        above.find(|above| self.cut.containers[*above].parent == parent && *above > 0)
    }

    /// Whether a box opens with a headline of the first level, as a story of its own does.
    fn is_whole(&self, blocks: &Blocks) -> bool {
        let heading = self.cut.blocks[blocks.clone()]
            .iter()
            .find(|block| block.heading > 0);
        heading.is_some_and(|block| block.heading == 1)
    }

    fn is_article(&self, container: usize) -> bool {
        self.cut.containers[container].element.name.local == local_name!("article")
    }

    /// Whether a box with this headline stands beside one around the story, and is such a one.
    fn is_made_alike(&self, container: usize, story: usize, heading: &TextBlock) -> bool {
        let here = &self.cut.containers[container];
        let twin = self.twin(container, story);
        (heading.heading == 1 || self.is_article(container))
            && twin.is_some_and(|twin| here.is_like(&self.cut.containers[twin]))
    }
}

/// Whether a box has all the classes of another, and one at least.
fn extends(one: &Container<'_>, other: &Container<'_>) -> bool {
    let classes = |of: &Container<'_>| {
        let class = of.element.attr("class").unwrap_or_default();
        let words = class.split_ascii_whitespace().map(str::to_string);
        words.take(CLASSES_MAX).collect::<Vec<_>>()
    };
    let (own, twins) = (classes(one), classes(other));
    one.element.name == other.element.name
        && !twins.is_empty()
        && twins.iter().all(|class| own.contains(class))
}
