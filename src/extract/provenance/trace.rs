//! The form that all signatures of translators have.

use super::scene::Scene;

/// One signature of a translator.
pub(super) struct Trace {
    /// Its kebab-case name.
    pub(super) rule: &'static str,
    /// A page without any of these does not have it. As they are written by the tools.
    pub(super) needles: &'static [&'static str],
    /// Looks at the place; what was seen, if it proves that the text was translated.
    pub(super) read: fn(&Scene<'_>) -> Option<String>,
}
