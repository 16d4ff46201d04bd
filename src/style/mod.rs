//! How much a text reads like raw machine translation, learned from examples, one language at a
//! time. Where no model was trained there is no score: style does not carry over.

mod built_in;
mod calibrate;
mod columns;
mod fit;
mod grams;
mod model;
mod sample;
mod train;

pub use self::{
    built_in::{fingerprint, model},
    grams::grams,
    model::{Model, Reading},
    sample::{Label, LabelledText},
    train::{TrainError, train},
};
