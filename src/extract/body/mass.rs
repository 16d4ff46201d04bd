//! How much running text blocks hold.

use crate::extract::blocks::TextBlock;

/// A block with less text adds no mass.
pub(super) const MASS_BYTES_MIN: usize = 50;

/// Bytes of running text in a block.
pub(in crate::extract) fn mass_of(block: &TextBlock) -> usize {
    let own = block.len() - block.link_bytes;
    if block.heading > 0 || block.len() < MASS_BYTES_MIN || block.link_share() > 0.5 {
        0
    } else {
        own
    }
}

/// The sums before each value, and that of all.
pub(super) fn prefix_sums(values: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut sums = vec![0];
    let mut sum = 0;
    for value in values {
        sum += value;
        sums.push(sum);
    }
    sums
}
