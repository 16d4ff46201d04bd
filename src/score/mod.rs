//! Text in, [`Assessment`] out.
//!
//! To add a detector: write `score/<rule>.rs`, then add its `mod` line here and its entry in
//! [`DETECTORS`] (`registry.rs`). What the command line explains, the README's table, the metric label, the review
//! page's legend and the test of the examples all follow from its [`About`]. Evidence is a
//! detector's business; what it adds up to is decided in `policy.rs` alone.

mod draft; //    what a detector is given
mod native_usage; // whether anybody writes so
mod detector; // what a detector is

mod isolated_place;
mod literal_translation;
mod wrong_sense;
mod slot; // where names must stand
mod name_slot;
mod homograph;
mod coordinated_repetition;
mod looping_phrase;
mod untranslated_residue;
mod script_residue;
mod mixed_script_word;
mod page_line;
mod pasted_credit;
mod excuse; //   what excuses a machine's words
mod engine_residue;
mod engine_token;
mod spun_phrase;
mod mixed_conventions;
mod unfilled_placeholder;
mod stray_markup;
mod escaped_entity;
mod broken_punctuation;
mod stock_line;
mod credit_line;
mod repeated_line;
mod left_out; // what stands in lines that are not in the body

mod registry; // which detectors there are
mod share; //    how much of what is served is not the article
mod evidence; // what each piece of evidence weighs
mod policy; //   what it adds up to
mod second_opinion; // what a model adds to it
mod dismissed; // what reviewers have said is no finding

pub use self::{
    detector::{About, Counts, Detector, Example, Family, Grade, Strength},
    dismissed::{context, named, set_aside},
    draft::Draft,
    evidence::probability,
    policy::{Reckoning, reckon, rules_hash},
    registry::{DETECTORS, is_of_page, rules},
    second_opinion::{OPINION_NOTES, SECOND_OPINION, hear},
};
use crate::{
    lang::Lexicon,
    model::{Article, Assessment, Lang, Policy},
    text::{Text, is_legible},
    usage::{Heard, Usage},
};

/// Findings of one article that are kept: a page made of residue needs no more to be judged.
const FINDINGS_MAX: usize = 500;

/// Style scores from which a text teaches nothing of its language: it is as likely a machine's.
const TEACHES_BELOW: f32 = 0.5;

/// Judges one article.
pub fn assess(article: &Article, lexicon: &Lexicon, policy: &Policy) -> Assessment {
    assess_among(article, None, lexicon, policy, &Usage::default()).0
}

/// The same with what is known of the usage of its language, which is read from its words unless it
/// is given, and what the article adds to that: nothing, where its page or its style says that a
/// machine translated it.
pub fn assess_among(
    article: &Article,
    lang: Option<&Lang>,
    lexicon: &Lexicon,
    policy: &Policy,
    usage: &Usage,
) -> (Assessment, Option<Heard>) {
    let text = Text::new(&article.body);
    let draft = match lang {
        None => Draft::new(&text, article.lang.as_ref(), lexicon),
        Some(lang) => Draft::in_language(&text, Some(lang), lexicon),
    };
    conclude(&draft.among(usage).of(article), article, policy)
}

fn conclude(draft: &Draft<'_>, article: &Article, policy: &Policy) -> (Assessment, Option<Heard>) {
    let mut findings = Vec::new();
    let enabled = |rule: &str| !policy.disabled.iter().any(|disabled| disabled == rule);
    for detector in DETECTORS
        .iter()
        .filter(|detector| enabled(detector.about().rule))
    {
        detector.detect(draft, &mut findings);
    }
    findings.extend(left_out::findings(draft, article, enabled));
    if !is_legible(draft.text.raw) {
        // What is found in noise is noise.
        findings.clear();
    }
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
    findings.truncate(FINDINGS_MAX);
    let residue = share::of_residue(article, &findings);
    let (verdict, mut scores, evidence) = policy::judge(draft, article, &findings, residue, policy);
    scores.body_share = share::of_page(article);
    let own = scores.style.is_none_or(|style| style < TEACHES_BELOW);
    let heard = draft
        .heard()
        .filter(|_| own && article.provenance.is_empty());
    let assessment = Assessment {
        verdict,
        scores,
        findings,
        dismissed: Vec::new(),
        evidence,
        rules: rules_hash(draft.lexicon, policy),
    };
    (assessment, heard)
}
