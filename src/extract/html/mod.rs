//! In: the bytes of a page. Out: its text, its JSON-LD and its tree.
//!
//! Bytes become text, dead weight is left out of it, and the rest is parsed within a budget.

mod charset;
mod hidden;
mod parse;
mod prune;
mod refresh;
mod space;
mod tag;

pub(super) use charset::decode;
pub(super) use hidden::is_hidden_style;
pub(super) use parse::attr;
pub use parse::{OverLimit, parse};
pub(super) use prune::{Keep, prune};
pub use refresh::refresh;
