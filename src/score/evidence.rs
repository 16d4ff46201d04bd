//! What each piece of evidence weighs.
//!
//! A piece weighs the natural logarithm of its likelihood ratio: how much likelier it is in an
//! unedited machine translation than in a text by a native or a human translator. Words, style and
//! page look at different things and are taken as independent, so what they weigh is added.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    detector::{Counts, Family, Grade, Strength},
    registry::rules,
};
use crate::{
    model::{Article, Evidence, EvidenceKind, Finding, HintGrade, Policy, Provenance},
    style::Reading,
};

/// The share of articles taken to be unedited machine translation before anything is known: one in
/// 25. With it, a style score of .96 alone makes even odds, which is where the style flags.
pub(super) const PRIOR: f64 = 0.04;

/// What one rule, or the page, weighs at most: a ratio of 400. On the 4,852 texts by people that
/// rules were measured on, a rate of one in 1,617 still shows no case in 5 of 100 tries (3/n, the
/// "rule of three"; Hanley and Lippman-Hand 1983): no count supports much more.
const MOST: f64 = 6.0;

/// What a weak finding weighs at most: a ratio of 2.7.
const WEAK_MOST: f64 = 1.0;

/// What all weak findings of an article weigh together at most. Odd texts are odd in several ways,
/// so that they are no independent witnesses; with the prior alone this leaves one case in three.
const WEAK_TOGETHER: f64 = 2.5;

/// What the style weighs at most, either way. Scores beyond .993 were seen too seldom to tell how
/// much more they mean.
const STYLE_MOST: f64 = 5.0;

/// How far a rule's stated weight may be off before counts correct it: a factor of four either way
/// (one standard deviation).
const DOUBT: f64 = 1.386;

/// Traces of translation were found in 37 of 41 pages that had been translated, and in none of
/// 2,136 others (half a case is added to each count).
const PAGE_RATES: (f64, f64) = (37.5 / 42.0, 0.5 / 2_137.0);

/// What the mark of an engine weighs whose text may be another one: a ratio of 3. By judgement: one
/// link through a translating proxy was on 4 of 41 translated pages and on none of 2,111 others, too
/// few to weigh by count. With nothing else a page that has it is taken for a translation in one case
/// of nine.
const SIGN: f64 = 1.1;

/// What a habit of translated sites weighs: a ratio of 1.3. Some of 2,111 pages of well-edited sites
/// have one too (two dozen languages 3, WPML copies 4, a contradicting language 6).
const HINT: f64 = 0.26;

/// The logarithm of the odds of `share`.
pub(super) fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// The inverse of [`logit`].
pub(super) fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Everything that speaks for or against translation, heaviest kind first.
pub(super) fn gather(
    article: &Article,
    findings: &[Finding],
    reading: Option<Reading>,
    policy: &Policy,
) -> Vec<Evidence> {
    let page = page(&article.provenance);
    let hint = hint(article).filter(|_| page.is_none());
    let style = reading.map(|reading| {
        let of_source = stretched(f64::from(reading.of_source), policy);
        style(reading.score(), Some(of_source as f32), policy)
    });
    assemble(page, hint, findings, style)
}

/// The same after some findings were set aside: what the page said of itself stands, and what the
/// style says of the source.
pub(super) fn gather_again(
    before: &[Evidence],
    findings: &[Finding],
    style_score: Option<f32>,
    policy: &Policy,
) -> Vec<Evidence> {
    let of_kind = |kind| before.iter().find(|evidence| evidence.kind == kind);
    let page = of_kind(EvidenceKind::Page).cloned();
    let hint = of_kind(EvidenceKind::Hint).cloned();
    let of_source = of_kind(EvidenceKind::Style).and_then(|style| style.of_source);
    let style = style_score.map(|score| style(score, of_source, policy));
    assemble(page, hint, findings, style)
}

fn assemble(
    page: Option<Evidence>,
    hint: Option<Evidence>,
    findings: &[Finding],
    style: Option<Evidence>,
) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = page.into_iter().chain(words(findings)).collect();
    let alone = evidence.is_empty();
    evidence.extend(hint);
    evidence.extend(style.map(|style| Evidence {
        log_ratio: match style.log_ratio {
            // The style is a mean over the text. A sentence that nobody read stands at one place,
            // and good sentences around it do not mend it.
            weight if alone => weight,
            weight => weight.max(0.0),
        },
        ..style
    }));
    evidence
}

/// How likely the text is an unedited machine translation by this evidence, in 0..=1.
pub fn probability(evidence: &[Evidence]) -> f64 {
    let weights = evidence.iter().map(|e| f64::from(e.log_ratio));
    logistic(logit(PRIOR) + weights.sum::<f64>())
}

/// The traces of one page were left by one translator: they count once.
fn page(provenance: &[Provenance]) -> Option<Evidence> {
    let first = provenance.first()?;
    let (translated, other) = PAGE_RATES;
    Some(Evidence {
        kind: EvidenceKind::Page,
        name: first.rule.clone(),
        grade: String::new(),
        times: provenance.len() as u32,
        log_ratio: (translated / other).ln().min(MOST) as f32,
        of_source: None,
    })
}

/// The heaviest hint: those of one site have one cause.
fn hint(article: &Article) -> Option<Evidence> {
    let heaviest = article.hints.iter().rev().max_by_key(|hint| hint.grade)?;
    let weight = match heaviest.grade {
        HintGrade::Hint => HINT,
        HintGrade::Sign => SIGN,
    };
    Some(Evidence {
        kind: EvidenceKind::Hint,
        name: heaviest.rule.clone(),
        grade: String::new(),
        times: 1,
        log_ratio: weight as f32,
        of_source: None,
    })
}

/// The findings of each rule, by grade; what is weak is kept within its bounds.
fn words(findings: &[Finding]) -> Vec<Evidence> {
    let mut words: Vec<(Evidence, Strength)> = rules()
        .filter(|about| about.family == Family::Translation)
        .flat_map(|about| of_rule(about.rule, about.grades, findings))
        .collect();
    let weak = |strength: &Strength| *strength == Strength::Weak;
    let together: f32 = words
        .iter()
        .filter(|(_, strength)| weak(strength))
        .map(|(evidence, _)| evidence.log_ratio)
        .sum();
    let scale = (WEAK_TOGETHER as f32 / together.max(f32::EPSILON)).min(1.0);
    for (evidence, _) in words.iter_mut().filter(|(_, strength)| weak(strength)) {
        evidence.log_ratio *= scale;
    }
    words.into_iter().map(|(evidence, _)| evidence).collect()
}

/// Counts are of texts, so the first finding of a rule weighs what was measured, and each further one
/// half of what its grade does by itself, a quarter, …: the heaviest come first.
fn of_rule(
    rule: &'static str,
    grades: &'static [Grade],
    findings: &[Finding],
) -> Vec<(Evidence, Strength)> {
    let (mut factor, mut left) = (1.0, MOST);
    let mut evidence = Vec::new();
    for grade in grades {
        let of_grade = |finding: &&Finding| finding.rule == rule && finding.grade == grade.name;
        let times = findings.iter().filter(of_grade).count() as u32;
        let halved = factor * 0.5_f64.powi(times as i32);
        let weight = (log_ratio(rule, grade.name) * 2.0 * (factor - halved)).min(left);
        (factor, left) = (halved, left - weight);
        if times > 0 {
            let piece = Evidence {
                kind: EvidenceKind::Words,
                name: rule.to_string(),
                grade: grade.name.to_string(),
                times,
                log_ratio: weight as f32,
                of_source: None,
            };
            evidence.push((piece, grade.strength));
        }
    }
    evidence
}

/// The style, as it is where nothing stands beside it.
fn style(score: f32, of_source: Option<f32>, policy: &Policy) -> Evidence {
    Evidence {
        kind: EvidenceKind::Style,
        name: "style".to_string(),
        grade: String::new(),
        times: 1,
        log_ratio: stretched(logit(inner(score)), policy) as f32,
        of_source,
    }
}

/// The log-odds of a style are a log likelihood ratio already: models are calibrated for even
/// odds between machines and the people that are hardest to tell from them, translators. They are
/// stretched so that a score of `translation_at` alone reaches `flag_at`, whatever the policy says.
fn stretched(log_odds: f64, policy: &Policy) -> f64 {
    let needed = (logit(inner(policy.flag_at)) - logit(PRIOR)).max(0.0);
    let stretch = needed / logit(inner(policy.translation_at)).max(TINY);
    let most = STYLE_MOST.max(needed);
    (log_odds * stretch).clamp(-most, most)
}

/// The nearest that a share comes to 0 and 1, so that its log-odds are finite.
const TINY: f64 = 1e-6;

fn inner(share: f32) -> f64 {
    f64::from(share).clamp(TINY, 1.0 - TINY)
}

/// What one finding of each rule and grade weighs.
static LOG_RATIOS: LazyLock<HashMap<(&'static str, &'static str), f64>> = LazyLock::new(|| {
    let grades = rules().flat_map(|about| about.grades.iter().map(move |grade| (about, grade)));
    grades
        .map(|(about, grade)| ((about.rule, grade.name), measured(grade)))
        .collect()
});

/// What one finding of a grade weighs, in nats; 0 for one that no rule has.
pub(super) fn log_ratio(rule: &'static str, grade: &'static str) -> f64 {
    LOG_RATIOS.get(&(rule, grade)).copied().unwrap_or(0.0)
}

/// The stated weight, corrected by counts.
///
/// The weight is a prior: normal around what it implies, [`DOUBT`] wide. Given in how many texts a
/// grade fired at all, the number of machine translations among them is binomial and depends on the
/// ratio alone, not on how rare it is (Przyborowski and Wilenski 1940). So a grade that never
/// fired is left at its stated weight, and one with three cases against none is believed a little
/// more, not infinitely. The mode of the posterior is found by bisection: its slope falls.
fn measured(grade: &Grade) -> f64 {
    let stated = logit(f64::from(grade.weight)) - logit(PRIOR);
    let machine = f64::from(grade.counts.machine);
    let people = f64::from(grade.counts.native + grade.counts.human);
    let machines = f64::from(Counts::TEXTS.machine);
    let of_people = f64::from(Counts::TEXTS.native + Counts::TEXTS.human);
    let slope = |x: f64| {
        let expected = machines * x.exp() / (machines * x.exp() + of_people);
        (stated - x) / (DOUBT * DOUBT) + machine - (machine + people) * expected
    };
    let most = match grade.strength {
        Strength::Strong => MOST,
        Strength::Weak => WEAK_MOST,
    };
    let (mut low, mut high) = (0.0, most);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if slope(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
