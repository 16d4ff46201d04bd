//! In: the bytes of a page. Out: its text, its JSON-LD and its tree.
//!
//! Bytes become text, Markdown becomes HTML, dead weight is left out of it, and the rest is parsed within a budget.

mod compound;
mod decode;
mod element;
mod markdown;
mod over_limit;
mod parse;
mod prune;
mod refresh;
mod sheet;
mod space;
mod tag;

pub(super) use decode::decode;
pub(super) use element::{attr, is_hidden_style};
pub use over_limit::OverLimit;
pub use parse::parse;
pub(super) use prune::{Keep, TIMESTAMPS, prune};
pub use refresh::refresh;
pub(super) use sheet::HiddenNames;
