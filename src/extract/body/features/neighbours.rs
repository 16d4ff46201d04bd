//! What stands around a block.

use super::{figures::ln, page::PageSums};
use crate::model::BlockKind;

impl PageSums<'_, '_> {
    /// Figures right before and after a block.
    pub(super) fn write_figures(&self, index: usize, row: &mut Vec<f32>) {
        row.extend(self.figures[index].map(|there| f32::from(u8::from(there))));
    }

    pub(super) fn write_neighbour(&self, index: usize, offset: isize, row: &mut Vec<f32>) {
        let there = index
            .checked_add_signed(offset)
            .and_then(|there| Some((there, self.cut.blocks.get(there)?)));
        let Some((there, block)) = there else {
            row.extend([-1.0; 5]);
            return;
        };
        row.extend([
            ln(block.len()),
            block.link_share() as f32,
            f32::from(u8::from(self.chosen[there])),
            f32::from(u8::from(
                block.container == self.cut.blocks[index].container,
            )) + f32::from(u8::from(
                self.places[block.container] == self.places[self.cut.blocks[index].container],
            )),
            match block.kind {
                BlockKind::Heading => 1.0,
                BlockKind::ListItem => 2.0,
                _ => 0.0,
            },
        ]);
    }
}
