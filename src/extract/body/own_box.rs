//! The article's own box.

use super::mass::prefix_sums;
use crate::extract::blocks::Cut;

/// The part of the body, in percent, that the article's own box holds.
const OWN_PERCENT: usize = 80;

/// The innermost container with nearly all of the body.
pub(in crate::extract) fn own_box(cut: &Cut<'_>, chosen: &[usize]) -> usize {
    let bytes = prefix_sums(chosen.iter().map(|&index| cut.blocks[index].len()));
    let all = bytes.last().copied().unwrap_or_default();
    let before = |index: usize| bytes[chosen.partition_point(|&block| block < index)];
    let mut own = 0;
    for (index, container) in cut.containers.iter().enumerate() {
        let held = before(container.blocks.end) - before(container.blocks.start);
        if held * 100 >= all * OWN_PERCENT {
            own = index;
        }
    }
    own
}
