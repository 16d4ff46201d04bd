//! Where the article's own headline stands.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::ElementRef;

use super::beside::BoxBeside;

/// How surely a heading is the article's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HeadingRank {
    /// It is of level one.
    LevelOne,
    /// It says what the document is called; so does a link to it.
    Title,
    /// Both.
    TitleOfLevelOne,
}

/// The first of the headings that are most surely the article's.
#[derive(Debug, Default)]
pub(super) struct Headline {
    /// Its place, counted in nodes.
    found: Option<(HeadingRank, usize)>,
    /// The boxes that it stands in.
    boxes: HashSet<NodeId>,
}

impl Headline {
    /// A heading is here.
    pub(super) fn see(&mut self, rank: HeadingRank, heading: ElementRef<'_>, at: usize) {
        if self.found.is_none_or(|(known, _)| known < rank) {
            self.found = Some((rank, at));
            self.boxes = heading.ancestors().map(|above| above.id()).collect();
        }
    }

    /// Its place; the beginning of the page where there is none.
    pub(super) fn place(&self) -> usize {
        self.found.map_or(0, |(_, at)| at)
    }

    /// Whether what stands at `at`, in these boxes, is the article's: the headline stands in them too.
    /// Before the `text`, only firm ones count.
    pub(super) fn owns(&self, at: usize, boxes: &[BoxBeside], text: usize) -> bool {
        let is_head = self.found.is_some_and(|(_, head)| head < at) && at <= text;
        let mut boxes = boxes.iter();
        boxes.all(|one| self.boxes.contains(&one.node) || (is_head && !one.is_firm))
    }
}
