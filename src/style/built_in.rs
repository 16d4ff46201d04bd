//! The models that are built in: every file of `models/translation`, named after its language.
//! `models/translation/MODEL_CARD.md` says what they learned from and how well they do.

use super::model::{HEADER, Model};
use crate::model::Lang;

/// By language code, in its order.
const MODELS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/models.rs"));

/// The model that serves `lang`.
pub fn model(lang: &Lang) -> Option<Model<'static>> {
    let (_, bytes) = MODELS.iter().find(|(code, _)| *code == lang.as_str())?;
    Model::parse(bytes)
}

/// Bytes that change whenever a model does: the constants of each, which depend on all its weights.
pub fn fingerprint() -> impl Iterator<Item = &'static [u8]> {
    MODELS
        .iter()
        .map(|(_, bytes)| &bytes[..HEADER.min(bytes.len())])
}
