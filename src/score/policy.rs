//! From evidence to a verdict: the only place where findings are weighed.
//!
//! Two complaints are kept apart. That a text is an unedited machine translation is a probability:
//! the prior odds times the likelihood ratio of each piece of evidence (`evidence.rs`). That it
//! carries residue of its page is a degree, from its lines and their share. `scores.overall` is the
//! worse of the two; it grows with every finding, trace and style score.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    draft::Draft,
    evidence::{PRIOR, gather, log_ratio, logit, probability},
    registry::{is_of_page, rules},
    spun_phrase,
};
use crate::{
    lang::{FNV_SEED, Lexicon, fnv, may_be_of},
    lines,
    model::{
        Article, Assessment, Evidence, EvidenceKind, Finding, Policy, Reason, RulesHash, Scores,
        Verdict,
    },
    style::{self, Reading},
    text::is_legible,
};

/// One finding of this weight needs no language pack to be believed.
const DECISIVE: f32 = 0.8;

/// Verdict, scores, and the evidence about translation. A text that is too short, cannot be read, or
/// is in a language that neither pack nor style model serves is scored all the same, so that a reader
/// sees why; but it is not judged, unless, in the latter case, there is evidence that needs neither.
pub(super) fn judge(
    draft: &Draft<'_>,
    article: &Article,
    findings: &[Finding],
    boilerplate: f32,
    policy: &Policy,
) -> (Verdict, Scores, Vec<Evidence>) {
    let served = Served::by(draft);
    let evidence = gather(article, findings, served.reading, policy);
    let scores = Scores {
        style: served.reading.map(Reading::score),
        boilerplate,
        ..Scores::default()
    };
    let scores = reckoned(scores, findings, &evidence, policy);
    let verdict = if !is_legible(draft.text.raw) {
        Verdict::Abstain(Reason::NotHtml)
    } else if draft.text.length() < policy.words_min {
        Verdict::Abstain(Reason::TooShort)
    } else {
        conclude(&scores, served.is_served, findings, &evidence, policy)
    };
    (verdict, scores, evidence)
}

/// The verdict on a text that is long enough; `can_be_judged` tells whether anything serves its
/// language.
pub(super) fn conclude(
    scores: &Scores,
    can_be_judged: bool,
    findings: &[Finding],
    evidence: &[Evidence],
    policy: &Policy,
) -> Verdict {
    let decisive = || {
        evidence.iter().any(|e| e.kind == EvidenceKind::Page)
            || findings.iter().any(|finding| weight(finding) >= DECISIVE)
    };
    if !can_be_judged && !decisive() {
        Verdict::Abstain(Reason::UnknownLanguage)
    } else if scores.overall >= policy.flag_at || scores.boilerplate >= policy.boilerplate_at {
        Verdict::Flag
    } else {
        Verdict::Pass
    }
}

/// The scores with what findings and evidence add up to: both complaints, and the worse of them.
pub(super) fn reckoned(
    scores: Scores,
    findings: &[Finding],
    evidence: &[Evidence],
    policy: &Policy,
) -> Scores {
    let machine_translation = translated(evidence);
    let residue = residue(findings, scores.boilerplate, policy);
    Scores {
        overall: machine_translation.max(residue),
        machine_translation,
        residue,
        ..scores
    }
}

/// What serves the language that a text is said to be in.
struct Served {
    /// How its style reads.
    reading: Option<Reading>,
    is_served: bool,
}

impl Served {
    /// A page may declare whatever it likes: its words must agree.
    fn by(draft: &Draft<'_>) -> Served {
        let is_long = draft.text.length() >= Policy::STYLE_WORDS_MIN;
        let model = draft
            .lang
            .as_ref()
            .filter(|_| is_long)
            .and_then(style::model);
        match model.and_then(|model| model.read(draft.text.raw)) {
            Some(reading) if reading.known >= Reading::KNOWN_MIN => Served {
                reading: Some(reading),
                is_served: true,
            },
            Some(_) => Served {
                reading: None,
                is_served: false,
            },
            None => Served {
                reading: None,
                is_served: draft.pack.is_some_and(|pack| may_be_of(pack, &draft.keys)),
            },
        }
    }
}

/// How likely the text is an unedited machine translation: prior odds times likelihood ratios.
pub(super) fn translated(evidence: &[Evidence]) -> f32 {
    probability(evidence) as f32
}

/// How much of the text is residue of the page, by its lines or by their share: at
/// `boilerplate_at` the share alone reaches `flag_at`.
pub(super) fn residue(findings: &[Finding], boilerplate: f32, policy: &Policy) -> f32 {
    let by_share = boilerplate * policy.flag_at / policy.boilerplate_at.max(f32::EPSILON);
    by_lines(findings).max(by_share).min(1.0)
}

/// Lines of the page speak independently (noisy-or): each leaves `1 - weight` of the doubt. The
/// same complaint in the same words adds half as much each time: five links to other articles are
/// one template, not five faults.
fn by_lines(findings: &[Finding]) -> f32 {
    let mut said: HashMap<(&str, &str), i32> = HashMap::new();
    let mut doubt = 1.0;
    for finding in findings.iter().filter(|finding| is_of_page(finding)) {
        let times = said.entry((finding.rule, &finding.note)).or_insert(0);
        doubt *= 1.0 - weight(finding) * 0.5_f32.powi(*times);
        *times += 1;
    }
    1.0 - doubt
}

fn weight(finding: &Finding) -> f32 {
    rules()
        .find(|about| about.rule == finding.rule)
        .and_then(|about| about.grade(finding.grade))
        .map_or(0.0, |grade| grade.weight)
}

/// How a verdict came about, for whoever asks why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reckoning {
    /// The log-odds of a machine translation before anything was read, in nats.
    pub prior: f64,
    /// Findings that are lines of the page.
    pub lines: usize,
}

/// What the evidence of an assessment was added to, and how much of it is of the page.
pub fn reckon(assessment: &Assessment) -> Reckoning {
    let findings = &assessment.findings;
    Reckoning {
        prior: logit(PRIOR),
        lines: findings.iter().filter(|f| is_of_page(f)).count(),
    }
}

/// A fingerprint of everything that decides a verdict: release, rules, packs and policy.
pub fn rules_hash(lexicon: &Lexicon, policy: &Policy) -> RulesHash {
    let mut hash = fnv(*BUILT_IN, &lexicon.hash().to_le_bytes());
    hash = fnv(hash, &policy.words_min.to_le_bytes());
    hash = fnv(hash, &policy.flag_at.to_le_bytes());
    hash = fnv(hash, &policy.boilerplate_at.to_le_bytes());
    hash = fnv(hash, &policy.translation_at.to_le_bytes());
    for rule in &policy.disabled {
        hash = fnv(fnv(hash, rule.as_bytes()), b",");
    }
    RulesHash(hash)
}

/// What every verdict depends on, however it is configured. Every assessment bears it: the tables are
/// read once.
static BUILT_IN: LazyLock<u64> = LazyLock::new(|| {
    let mut hash = fnv(FNV_SEED, env!("CARGO_PKG_VERSION").as_bytes());
    for about in rules() {
        hash = fnv(hash, about.rule.as_bytes());
        for grade in about.grades {
            hash = fnv(hash, grade.name.as_bytes());
            hash = fnv(hash, &grade.weight.to_le_bytes());
            hash = fnv(hash, &log_ratio(about.rule, grade.name).to_le_bytes());
        }
    }
    hash = fnv(hash, spun_phrase::TABLE.as_bytes());
    hash = fnv(hash, lines::bytes());
    style::fingerprint().fold(hash, fnv)
});
