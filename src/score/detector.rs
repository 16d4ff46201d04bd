//! What a detector is, and what it says of itself.

use super::draft::Draft;
use crate::model::Finding;

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
    pub(super) fn counts(&self) -> [f64; 3] {
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
