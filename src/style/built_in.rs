//! The models that are built in. `models/translation/MODEL_CARD.md` says what they learned from and
//! how well they do.

use super::model::{HEADER, Model};
use crate::model::Lang;

macro_rules! models {
    ($($lang:literal),* $(,)?) => {
        &[$(($lang, include_bytes!(concat!("../../models/translation/", $lang, ".bin")))),*]
    };
}

/// By language code.
const MODELS: &[(&str, &[u8])] = models![
    "cs", "de", "en", "fr", "ha", "he", "id", "is", "ja", "ru", "uk", "zh",
];

/// The model that serves `lang`.
pub fn model(lang: &Lang) -> Option<Model<'static>> {
    let at = MODELS.binary_search_by_key(&lang.as_str(), |(code, _)| *code);
    Model::parse(MODELS.get(at.ok()?)?.1)
}

/// Bytes that change whenever a model does: the constants of each, which depend on all its weights.
pub fn fingerprint() -> impl Iterator<Item = &'static [u8]> {
    MODELS
        .iter()
        .map(|(_, bytes)| &bytes[..HEADER.min(bytes.len())])
}
