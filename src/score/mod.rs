//! Text in, [`Assessment`] out.
//!
//! To add a detector: write `score/<rule>.rs`, then add its `mod` line and its entry in
//! [`DETECTORS`]. What the command line explains, the README's table, the metric label, the review
//! page's legend and the test of the examples all follow from its [`About`]. Evidence is a
//! detector's business; what it adds up to is decided in `policy.rs` alone.

mod coordinated_repetition;
mod credit_line;
mod draft;
mod engine_residue;
mod engine_token;
mod escaped_entity;
mod evidence;
mod isolated_place;
mod literal_translation;
mod mixed_conventions;
mod mixed_script_word;
mod pasted_credit;
mod policy;
mod repeated_line;
mod script_residue;
mod share;
mod stock_line;
mod unfilled_placeholder;
mod untranslated_residue;

pub use self::{
    draft::Draft,
    policy::{Reckoning, reckon, rules_hash},
};
use crate::{
    lang::Lexicon,
    model::{Article, Assessment, Finding, Policy},
    text::Text,
};

/// What a rule is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Text that a machine translated or wrote, and nobody read.
    Translation,
    /// Text that belongs to the page and not to the article.
    Boilerplate,
}

impl Family {
    /// The name in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Family::Translation => "translation",
            Family::Boilerplate => "boilerplate",
        }
    }
}

/// A text that shows a rule at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The language it is in.
    pub lang: &'static str,
    /// The text; `[[ ]]` marks what is flagged.
    pub text: &'static str,
}

/// Share of texts in which a rule fires, in percent: measured by `benggala eval rules` on
/// [`Rates::TEXTS`] texts, most of them news, in German, English, Spanish, French, Indonesian, Malay
/// and Russian; there were no native ones in Spanish and Malay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Written in the language.
    pub native: f32,
    /// Translated by people.
    pub human: f32,
    /// Translated by machines.
    pub machine: f32,
}

impl Rates {
    /// Native, human-translated and machine-translated texts that rates were measured on.
    pub const TEXTS: [u32; 3] = [2_343, 2_509, 6_399];

    /// In how many of these texts the rule fired.
    fn counts(&self) -> [f64; 3] {
        let rates = [self.native, self.human, self.machine];
        std::array::from_fn(|i| f64::from(rates[i]) / 100.0 * f64::from(Rates::TEXTS[i]))
    }
}

/// Everything the rest of the program needs to know about a detector, except how it works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct About {
    /// Kebab-case, names the defect and not the cure.
    pub rule: &'static str,
    /// What is flagged, in one clause.
    pub summary: &'static str,
    /// Why it is evidence.
    pub why: &'static str,
    /// Of what it is evidence.
    pub family: Family,
    /// How likely one finding alone makes the article a bad one, in 0..=1. For rules about
    /// translation a judgement that measured rates correct (see `evidence.rs`).
    pub weight: f32,
    /// How often it fires.
    pub rates: Rates,
    /// Must produce exactly the marked findings. Shown by `explain`; run as a test.
    pub flags: &'static [Example],
    /// The nearest innocent texts. Must produce nothing.
    pub passes: &'static [Example],
}

/// A stateless rule. Never fails: text it cannot understand yields no finding.
pub trait Detector: Sync {
    /// What it does and why.
    fn about(&self) -> &'static About;
    /// Adds what it finds in `draft` to `found`.
    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>);
}

/// All detectors, in the order in which they are listed to readers.
pub const DETECTORS: &[&dyn Detector] = &[
    &isolated_place::IsolatedPlace,
    &literal_translation::LiteralTranslation,
    &coordinated_repetition::CoordinatedRepetition,
    &untranslated_residue::UntranslatedResidue,
    &script_residue::ScriptResidue,
    &mixed_script_word::MixedScriptWord,
    &pasted_credit::PastedCredit,
    &engine_residue::EngineResidue,
    &engine_token::EngineToken,
    &mixed_conventions::MixedConventions,
    &unfilled_placeholder::UnfilledPlaceholder,
    &escaped_entity::EscapedEntity,
    &stock_line::StockLine,
    &credit_line::CreditLine,
    &repeated_line::RepeatedLine,
];

/// What is known about each rule, in the order of [`DETECTORS`].
pub fn rules() -> impl Iterator<Item = &'static About> {
    DETECTORS.iter().map(|detector| detector.about())
}

/// Whether a finding is a line of the page rather than a trace of translation.
pub fn is_of_page(finding: &Finding) -> bool {
    rules().any(|about| about.rule == finding.rule && about.family == Family::Boilerplate)
}

/// Findings of one article that are kept: a page made of residue needs no more to be judged.
const FINDINGS_MAX: usize = 500;

/// Judges one article.
pub fn assess(article: &Article, lexicon: &Lexicon, policy: &Policy) -> Assessment {
    let text = Text::new(&article.body);
    let draft = Draft::new(&text, article.lang.as_ref(), lexicon);
    let mut findings = Vec::new();
    let enabled = |rule: &str| !policy.disabled.iter().any(|disabled| disabled == rule);
    for detector in DETECTORS
        .iter()
        .filter(|detector| enabled(detector.about().rule))
    {
        detector.detect(&draft, &mut findings);
    }
    for line in &article.left_out {
        let stock = || stock_line::left_out(&draft, line);
        let repeated = || repeated_line::left_out(line);
        findings.extend(
            stock()
                .filter(|finding| enabled(finding.rule))
                .or_else(|| repeated().filter(|finding| enabled(finding.rule))),
        );
    }
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
    findings.truncate(FINDINGS_MAX);
    let residue = share::of_residue(article, &findings);
    let (verdict, mut scores, evidence) =
        policy::judge(&draft, article, &findings, residue, policy);
    scores.body_share = share::of_page(article);
    Assessment {
        verdict,
        scores,
        findings,
        evidence,
        rules: rules_hash(lexicon, policy),
    }
}
