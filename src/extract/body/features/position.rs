//! Where a block stands: in the page, in its boxes, and to what the rules chose.

use super::{
    figures::{ln, share, sign},
    page::PageSums,
};
use crate::extract::blocks::{Container, TextBlock};

impl PageSums<'_, '_> {
    /// Where a block stands, and what can be said of it without reading it.
    pub(super) fn write_position(&self, index: usize, row: &mut Vec<f32>) {
        let block = &self.cut.blocks[index];
        row.extend([
            ln(block.len()),
            block.link_share() as f32,
            block.kind as u8 as f32,
            f32::from(block.heading),
        ]);
        self.write_proposal(index, row);
        self.write_headline(index, row);
        self.write_place(block, row);
        self.write_ancestors(index, row);
        self.write_part(index, row);
    }

    /// Where the block stands to what the rules chose.
    fn write_proposal(&self, index: usize, row: &mut Vec<f32>) {
        let block = &self.cut.blocks[index];
        let own = &self.cut.containers[block.container].blocks;
        let parent = &self.cut.containers[self.cut.containers[block.container].parent].blocks;
        let picked = |from: usize, to: usize| {
            let (from, to) = (
                from.min(self.cut.blocks.len()),
                to.min(self.cut.blocks.len()),
            );
            share(self.picks[to] - self.picks[from], to - from)
        };
        let (up, down) = self.way(block.container, self.main);
        let before = (1..9).find(|d| index >= *d && self.chosen[index - d]);
        let after = (1..9).find(|d| self.chosen.get(index + d) == Some(&true));
        row.extend([
            f32::from(u8::from(self.chosen[index])),
            ln(index.abs_diff(self.first)) * sign(index, self.first),
            ln(index.abs_diff(self.last)) * sign(index, self.last),
            ln(self.bytes[index].abs_diff(self.bytes[self.last])) * sign(index, self.last),
            before.unwrap_or(9) as f32,
            after.unwrap_or(9) as f32,
            picked(own.start, own.end),
            picked(parent.start, parent.end),
            picked(index.saturating_sub(6), index + 7),
            up,
            down,
            share(
                self.picks[index],
                self.picks.last().copied().unwrap_or_default(),
            ),
        ]);
    }

    /// Where the block stands to the headline: an article and its headline share a box that a
    /// sidebar has no part in, however long it is.
    fn write_headline(&self, index: usize, row: &mut Vec<f32>) {
        let blocks = &self.cut.blocks;
        let headline = blocks[self.headline].container;
        let (up, down) = self.way(blocks[index].container, headline);
        let between = self.mass[index].abs_diff(self.mass[self.headline]);
        row.extend([
            up,
            down,
            ln(index.abs_diff(self.headline)) * sign(index, self.headline),
            ln(between) * sign(index, self.headline),
        ]);
    }

    /// Levels from a container up to the common ancestor with another, and from there down.
    fn way(&self, container: usize, other: usize) -> (f32, f32) {
        let common = self
            .cut
            .ancestors(container)
            .find(|&above| self.cut.encloses(above, other))
            .unwrap_or(0);
        let from = |inner: usize| f32::from(self.depths[inner].saturating_sub(self.depths[common]));
        (from(container), from(other))
    }

    /// The kind of place.
    fn write_place(&self, block: &TextBlock, row: &mut Vec<f32>) {
        let container = &self.cut.containers[block.container];
        let place = &self.place_sums[self.places[block.container] as usize];
        let total = self.bytes.last().copied().unwrap_or_default().max(1) as f32;
        row.extend([
            tag_code(container),
            tag_code(&self.cut.containers[container.parent]),
            f32::from(self.depths[block.container]),
            place.blocks.ln_1p(),
            place.bytes / total,
            place.bytes / place.blocks.max(1.0),
            place.link_bytes / place.bytes.max(1.0),
            place.chosen / place.blocks.max(1.0),
        ]);
        row.extend(self.levels[block.container].map(f32::from));
    }

    /// How much text the containers above hold.
    fn write_ancestors(&self, index: usize, row: &mut Vec<f32>) {
        let total = self.mass.last().copied().unwrap_or_default();
        let mut path = self.cut.ancestors(self.cut.blocks[index].container);
        for _ in 0..5 {
            let Some(blocks) = path.next().map(|c| &self.cut.containers[c].blocks) else {
                row.extend([1.0, 0.0, 0.0]);
                continue;
            };
            let bytes = self.bytes[blocks.end] - self.bytes[blocks.start];
            row.extend([
                share(self.mass[blocks.end] - self.mass[blocks.start], total),
                share(self.links[blocks.end] - self.links[blocks.start], bytes),
                ln(blocks.len()),
            ]);
        }
    }

    /// The page, and where in it the block stands.
    fn write_part(&self, index: usize, row: &mut Vec<f32>) {
        let all = self.cut.blocks.len();
        let total = self.mass.last().copied().unwrap_or_default();
        let picked = self.picks.last().copied().unwrap_or_default();
        row.extend([
            ln(total),
            ln(all),
            ln(picked),
            share(
                self.links.last().copied().unwrap_or_default(),
                self.bytes[all],
            ),
            share(index, all),
            share(self.mass[index], total),
            f32::from(u8::from(!self.told.is_empty())),
        ]);
    }
}

fn tag_code(container: &Container<'_>) -> f32 {
    match container.element.name() {
        "p" => 0.0,
        "blockquote" => 1.0,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => 2.0,
        "article" | "main" => 3.0,
        "section" => 4.0,
        "div" => 5.0,
        "body" | "html" => 6.0,
        "ul" | "ol" => 7.0,
        "li" => 8.0,
        "table" | "tbody" | "tr" | "td" | "th" => 9.0,
        "figure" | "figcaption" => 10.0,
        "header" => 11.0,
        "footer" | "aside" | "nav" => 12.0,
        "form" | "fieldset" => 13.0,
        _ => 14.0,
    }
}
