//! Which language a text is in, and what is known about each language.

use crate::model::Lang;

/// The language packs.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {}

impl Lexicon {
    /// The packs under `config/languages`, embedded in the binary.
    pub fn built_in() -> Lexicon {
        Lexicon {}
    }
}

/// Identifies the language of running text; `None` when too short or too mixed to say.
pub fn identify(_text: &str, _lexicon: &Lexicon) -> Option<Lang> {
    None
}
