//! Which articles a second opinion is asked about.

use crate::model::{AskAbout, Assessment, EvidenceKind, Policy, Reason, Verdict};

/// The share of articles that passed without any sign which are asked about all the same: what they
/// say of the model, and it of them, is a measure of both.
pub const SAMPLED: f64 = 0.02;

/// Whether an article is worth a question. `roll` is a number drawn from 0..1.
pub fn is_wanted(assessment: &Assessment, only: AskAbout, policy: &Policy, roll: f64) -> bool {
    match (only, assessment.verdict) {
        (AskAbout::All, Verdict::Pass | Verdict::Flag)
        | (AskAbout::All, Verdict::Abstain(Reason::UnknownLanguage))
        | (AskAbout::Flagged, Verdict::Flag) => true,
        (AskAbout::Suspicious, Verdict::Pass) => {
            is_suspicious(assessment, policy) || roll < SAMPLED
        }
        _ => false,
    }
}

/// Whether an opinion may turn what has passed: something speaks against it already.
fn is_suspicious(assessment: &Assessment, policy: &Policy) -> bool {
    let style = assessment.scores.style;
    let is_odd = style.is_some_and(|score| (0.5..policy.translation_at).contains(&score));
    let mut others = assessment.evidence.iter();
    is_odd || others.any(|e| e.kind != EvidenceKind::Style && e.log_ratio > 0.0)
}
