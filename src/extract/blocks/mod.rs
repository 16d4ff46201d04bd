//! In: the tree of a page. Out: its text in blocks, the boxes they stand in, and what names and
//! lines say of both.

mod cut;
mod families;
pub(super) mod phrases;

pub(super) use cut::{Container, Cut, TextBlock, cut};
pub(super) use families::{Families, is_hidden_box};
