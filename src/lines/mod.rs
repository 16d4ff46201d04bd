//! In: the lines of a text, in order. Out: what each looks like, and how likely it belongs to the
//! page and not to the article.
//!
//! A line is judged by its wording and its shape, by where it stands and what stands beside it, and
//! by how far it speaks of what the rest does. No language has a list here: what the model knows of
//! words are weights of hashed ones; all else is the same in any language.

pub mod keys;
pub mod shape;
pub mod train;
pub mod wording;

mod features;
mod model;

pub use self::{
    features::Line,
    model::{Likeness, LineModel, built_in, bytes},
};
