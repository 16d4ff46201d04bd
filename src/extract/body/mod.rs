//! In: the blocks of a page and what metadata tells of its body. Out: the blocks of the body.
//!
//! Rules propose; a classifier looks over what they chose.

mod article_body;
pub(super) mod boxes;
mod calls;
mod choose;
pub(super) mod classify;
mod clean;
mod comments;
pub(super) mod features;
mod foreign;
mod ground;
mod hints;
mod islands;
pub(super) mod keys;
mod mass;
mod others;
mod own_box;
mod stock;

pub(super) use choose::{Body, choose};
pub(super) use foreign::foreign;
pub(super) use hints::Hints;
pub(super) use mass::mass_of;
pub(super) use own_box::own_box;
pub(super) use stock::without_stock;
