//! In: the blocks of a page and what metadata tells of its body. Out: the blocks of the body.
//!
//! Rules propose; a classifier looks over what they chose.

pub(super) mod boxes;
mod choose;
pub(super) mod classify;
pub(super) mod features;
pub(super) mod keys;
mod own_box;

pub(super) use choose::{Body, Hints, choose, mass_of};
pub(super) use own_box::own_box;
