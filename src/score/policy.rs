//! From evidence to a verdict: the only place where findings are weighed.

use std::collections::HashMap;

use super::{Draft, rules};
use crate::{
    lang::{FNV_SEED, Lexicon, fnv},
    model::{
        Finding, Policy, Provenance, Reason, RulesHash, Scores, SourceStanding, Timestamp, Verdict,
    },
    style,
};

/// What a trace of translation in the page itself weighs: enough to flag, for it stands in the page
/// because a translator was at work there.
const PROVENANCE_WEIGHT: f32 = 0.6;

/// One finding of this weight needs no language pack to be believed.
const DECISIVE: f32 = 0.8;

/// Scores and verdict. A text that is too short or in a language with neither pack nor style model
/// is scored all the same, so that a reader sees why; but it is not judged, unless, in the latter
/// case, there is evidence that needs neither.
pub(super) fn judge(
    draft: &Draft<'_>,
    findings: &[Finding],
    provenance: &[Provenance],
    boilerplate: f32,
    policy: &Policy,
) -> (Verdict, Scores) {
    // At `boilerplate_at` the share alone reaches `flag_at`.
    let by_share = boilerplate * policy.flag_at / policy.boilerplate_at.max(f32::EPSILON);
    let translation = draft
        .lang
        .as_ref()
        .and_then(style::model)
        .and_then(|model| model.score(draft.text.raw));
    let by_style = translation.map_or(0.0, |score| style_weight(score, policy));
    let overall = 1.0 - (1.0 - evidence(findings, provenance)) * (1.0 - by_style);
    let scores = Scores {
        overall: overall.max(by_share).max(by_style).min(1.0),
        translation,
        boilerplate,
        body_share: None,
    };
    let decisive =
        || !provenance.is_empty() || findings.iter().any(|finding| weight(finding) >= DECISIVE);
    let verdict = if draft.text.length() < policy.words_min {
        Verdict::Abstain(Reason::TooShort)
    } else if draft.pack.is_none() && translation.is_none() && !decisive() {
        Verdict::Abstain(Reason::UnknownLanguage)
    } else if scores.overall >= policy.flag_at || scores.boilerplate >= policy.boilerplate_at {
        Verdict::Flag
    } else {
        Verdict::Pass
    };
    (verdict, scores)
}

/// What the style adds to the evidence: nothing up to even odds, and at `translation_at` as much as
/// flags by itself. In between it tips the scales where there are findings too.
fn style_weight(score: f32, policy: &Policy) -> f32 {
    const EVEN: f32 = 0.5;
    let range = (policy.translation_at - EVEN).max(f32::EPSILON);
    policy.flag_at * ((score - EVEN) / range).clamp(0.0, 1.0)
}

/// Findings speak independently (noisy-or): each leaves `1 - weight` of the doubt. The same
/// complaint in the same words adds half as much each time: five links to other articles are
/// one template, not five faults.
fn evidence(findings: &[Finding], provenance: &[Provenance]) -> f32 {
    let mut said: HashMap<(&str, &str), i32> = HashMap::new();
    let mut doubt = if provenance.is_empty() {
        1.0
    } else {
        1.0 - PROVENANCE_WEIGHT
    };
    for finding in findings {
        let times = said.entry((finding.rule, &finding.note)).or_insert(0);
        doubt *= 1.0 - weight(finding) * 0.5_f32.powi(*times);
        *times += 1;
    }
    1.0 - doubt
}

fn weight(finding: &Finding) -> f32 {
    rules()
        .find(|about| about.rule == finding.rule)
        .map_or(0.0, |about| about.weight)
}

/// A fingerprint of everything that decides a verdict: release, rules, packs and policy.
pub fn rules_hash(lexicon: &Lexicon, policy: &Policy) -> RulesHash {
    let mut hash = fnv(FNV_SEED, env!("CARGO_PKG_VERSION").as_bytes());
    for about in rules() {
        hash = fnv(hash, about.rule.as_bytes());
        hash = fnv(hash, &about.weight.to_le_bytes());
    }
    hash = fnv(hash, &lexicon.hash().to_le_bytes());
    for model in style::fingerprint() {
        hash = fnv(hash, model);
    }
    hash = fnv(hash, &policy.words_min.to_le_bytes());
    hash = fnv(hash, &policy.flag_at.to_le_bytes());
    hash = fnv(hash, &policy.boilerplate_at.to_le_bytes());
    hash = fnv(hash, &policy.translation_at.to_le_bytes());
    for rule in &policy.disabled {
        hash = fnv(fnv(hash, rule.as_bytes()), b",");
    }
    RulesHash(hash)
}

/// Judges a source from the verdicts on its articles: how many, and the 95 % Jeffreys interval of
/// the share that is flagged (Brown, Cai and DasGupta 2001, "Interval Estimation for a Binomial
/// Proportion"). Articles that were not judged say nothing about that share.
pub fn standing(history: impl Iterator<Item = (Verdict, Timestamp)>) -> SourceStanding {
    let mut standing = SourceStanding {
        articles: 0,
        flagged: 0,
        abstained: 0,
        interval: (0.0, 1.0),
        since: None,
    };
    for (verdict, at) in history {
        match verdict {
            Verdict::Abstain(_) => standing.abstained += 1,
            Verdict::Pass => standing.articles += 1,
            Verdict::Flag => {
                standing.articles += 1;
                standing.flagged += 1;
            }
        }
        standing.since = Some(standing.since.map_or(at, |since| since.min(at)));
    }
    standing.interval = jeffreys(standing.flagged, standing.articles);
    standing
}

/// The equal-tailed 95 % interval of Beta(k + 1/2, n - k + 1/2); 0 and 1 where k is 0 or n.
fn jeffreys(k: u64, n: u64) -> (f64, f64) {
    let (a, b) = (k as f64 + 0.5, (n - k) as f64 + 0.5);
    let low = if k == 0 {
        0.0
    } else {
        beta_quantile(0.025, a, b)
    };
    let high = if k == n {
        1.0
    } else {
        beta_quantile(0.975, a, b)
    };
    (low, high)
}

/// By bisection: monotone, and forty halvings are exact enough for a share.
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if beta_cdf(middle, a, b) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22) on the side
/// where it converges fast.
fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_cdf(1.0 - x, b, a);
    }
    let front = a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b);
    front.exp() / (a * continued_fraction(x, a, b))
}

/// DLMF 8.17.22, by the modified Lentz method.
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let (mut value, mut c, mut d) = (1.0_f64, 1.0_f64, 0.0_f64);
    for term in 1..=2_000_u32 {
        let m = f64::from(term / 2);
        let numerator = if term % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        d = 1.0 / (1.0 + numerator * d).max(TINY);
        c = (1.0 + numerator / c).max(TINY);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-12 {
            break;
        }
    }
    value
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Stirling's series (DLMF 5.11.1), after stepping up to where it is accurate to 1e-12.
fn ln_gamma(x: f64) -> f64 {
    let mut shift = 0.0;
    let mut x = x;
    while x < 12.0 {
        shift += x.ln();
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series =
        (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - shift
}
