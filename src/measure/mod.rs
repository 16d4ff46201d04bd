//! How near a result comes to what people wrote down: labels and a result in, figures out.
//!
//! Only the bare measures are here, for the rooms that learn from labels need them too; what is
//! measured on whole sets, and by whom, is for [`crate::evaluate`].

pub mod body;
pub mod metadata;
pub mod separation;
pub mod statistics;

mod draw;
mod gold;
mod proportion;
mod tokens;

pub use self::{
    body::{PageScore, SetScore},
    draw::Draw,
    gold::{Gold, Names},
    proportion::jeffreys,
    tokens::{spaced, tokens},
};
