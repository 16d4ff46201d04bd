//! Which detectors there are.

use super::detector::{About, Detector, Family};
use crate::model::Finding;

/// All detectors, in the order in which they are listed to readers.
pub const DETECTORS: &[&dyn Detector] = &[
    &super::isolated_place::IsolatedPlace,
    &super::literal_translation::LiteralTranslation,
    &super::wrong_sense::WrongSense,
    &super::name_slot::NameSlotRule,
    &super::homograph::Homograph,
    &super::coordinated_repetition::CoordinatedRepetition,
    &super::looping_phrase::LoopingPhrase,
    &super::untranslated_residue::UntranslatedResidue,
    &super::script_residue::ScriptResidue,
    &super::mixed_script_word::MixedScriptWord,
    &super::pasted_credit::PastedCredit,
    &super::engine_residue::EngineResidue,
    &super::engine_token::EngineToken,
    &super::spun_phrase::SpunPhrase,
    &super::mixed_conventions::MixedConventions,
    &super::unfilled_placeholder::UnfilledPlaceholder,
    &super::stray_markup::StrayMarkup,
    &super::escaped_entity::EscapedEntity,
    &super::broken_punctuation::BrokenPunctuation,
    &super::stock_line::StockLine,
    &super::credit_line::CreditLine,
    &super::repeated_line::RepeatedLine,
    &super::page_line::PageLine,
];

/// What is known about each rule, in the order of [`DETECTORS`].
pub fn rules() -> impl Iterator<Item = &'static About> {
    DETECTORS.iter().map(|detector| detector.about())
}

/// Whether a finding is a line of the page rather than a trace of translation.
pub fn is_of_page(finding: &Finding) -> bool {
    rules().any(|about| about.rule == finding.rule && about.family == Family::Boilerplate)
}
