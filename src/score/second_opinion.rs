//! A second opinion, added to what the rules have found.
//!
//! It is heard after the rules: it comes late, and from elsewhere. So nothing of it needs the page,
//! and what the rules say stays as it was.

use super::{
    detector::fill,
    policy::{residue, translated},
    registry::is_of_page,
};
use crate::model::{
    Assessment, Evidence, EvidenceKind, Finding, Opinion, Policy, Reason, Remark, Span, Verdict,
};

/// The name that its findings bear.
pub const SECOND_OPINION: &str = "second-opinion";

/// What is said of a remark beside its kind: each around what is said already.
pub const OPINION_NOTES: &[&str] = &[BY, WHY, FROM, INTENDED, IN_HEADLINE];
const BY: &str = "{} ({})";
const WHY: &str = "{}: {}";
const FROM: &str = "{}, from “{}”";
const INTENDED: &str = "{}, “{}” was meant";
const IN_HEADLINE: &str = "{}, in the headline";

/// The grade of its findings.
pub(super) const GRADE: &str = "weak";

/// What the first remark weighs, in nats: a ratio of 20. By judgement, until reviewers and `eval
/// opinion` have measured the model that is asked: with the prior one remark alone does not flag an
/// article, and two do.
const FIRST: f64 = 3.0;

/// What all remarks weigh at most, for they have one cause: a ratio of 90. Zero false ones in 300
/// texts by people would support a ratio of 100 (the "rule of three").
const MOST: f64 = 4.5;

/// The assessment of a text after an opinion of it was heard. One that names nothing weighs nothing:
/// it speaks for no text. `assessment` has heard none before.
pub fn hear(assessment: &Assessment, opinion: &Opinion, policy: &Policy) -> Assessment {
    let mut heard = assessment.clone();
    if policy.disabled.iter().any(|rule| rule == SECOND_OPINION) {
        return heard;
    }
    let weighed = weigh(assessment, opinion);
    if weighed.times > 0 {
        // Words stand at one place, and good sentences around them do not mend them.
        let styles = heard.evidence.iter_mut();
        for style in styles.filter(|e| e.kind == EvidenceKind::Style) {
            style.log_ratio = style.log_ratio.max(0.0);
        }
    }
    heard.evidence.push(weighed);
    let remarks = opinion.remarks.iter();
    heard
        .findings
        .extend(remarks.map(|remark| finding(remark, opinion)));
    let place = |finding: &Finding| (finding.span.start, finding.span.end);
    heard.findings.sort_by_key(place);
    let boilerplate = heard.scores.boilerplate;
    heard.scores.machine_translation = translated(&heard.evidence);
    heard.scores.residue = residue(&heard.findings, boilerplate, policy);
    heard.scores.overall = heard.scores.machine_translation.max(heard.scores.residue);
    let is_over = heard.scores.overall >= policy.flag_at || boilerplate >= policy.boilerplate_at;
    heard.verdict = match heard.verdict {
        // It needs neither pack nor model. But that nobody found anything is no verdict.
        Verdict::Pass | Verdict::Flag | Verdict::Abstain(Reason::UnknownLanguage) if is_over => {
            Verdict::Flag
        }
        Verdict::Pass | Verdict::Flag => Verdict::Pass,
        abstained @ Verdict::Abstain(_) => abstained,
    };
    heard
}

/// The remarks together: each weighs half as much as the one before. What a rule has marked already
/// counts once, as much as the heavier of the two; a line of the page counts as that alone.
fn weigh(assessment: &Assessment, opinion: &Opinion) -> Evidence {
    let mut marked: Vec<(&str, &str)> = Vec::new();
    let (mut times, mut alone) = (0, 0);
    for remark in &opinion.remarks {
        let overlapping = || overlapping(assessment, remark);
        if overlapping().any(is_of_page) {
            continue;
        }
        times += 1;
        alone += u32::from(overlapping().next().is_none());
        marked.extend(overlapping().map(|finding| (finding.rule, finding.grade)));
    }
    let of_rules = assessment.evidence.iter();
    let of_rules = of_rules.filter(|e| e.kind == EvidenceKind::Words);
    let of_rules = of_rules.filter(|e| marked.contains(&(e.name.as_str(), e.grade.as_str())));
    let counted: f64 = of_rules.map(|e| f64::from(e.log_ratio)).sum();
    Evidence {
        kind: EvidenceKind::Opinion,
        name: opinion.adviser.to_string(),
        grade: String::new(),
        times,
        log_ratio: (of(times) - counted).max(of(alone)) as f32,
        of_source: None,
    }
}

/// What was weighed of an opinion after reviewers have set some of its remarks aside.
pub(super) fn reweigh(heard: &Evidence, findings: &[Finding]) -> Evidence {
    let left = findings.iter().filter(|f| f.rule == SECOND_OPINION).count() as u32;
    let times = heard.times.min(left);
    let log_ratio = match times == heard.times {
        true => heard.log_ratio,
        false => heard.log_ratio.min(of(times) as f32),
    };
    Evidence {
        times,
        log_ratio,
        ..heard.clone()
    }
}

/// What so many remarks weigh.
fn of(times: u32) -> f64 {
    let halved = 1.0 - 0.5_f64.powi(times as i32);
    (2.0 * FIRST * halved).min(MOST)
}

/// The findings of rules that share words with a remark.
fn overlapping<'a>(
    assessment: &'a Assessment,
    remark: &'a Remark,
) -> impl Iterator<Item = &'a Finding> {
    let shares = |one: &Span, other: &Span| one.start < other.end && other.start < one.end;
    let spans = remark.span.iter();
    spans.flat_map(move |span| {
        let findings = assessment.findings.iter();
        findings.filter(move |finding| shares(&finding.span, span))
    })
}

/// Words of the headline are no part of the body.
fn finding(remark: &Remark, opinion: &Opinion) -> Finding {
    let is_of_headline = remark.span.is_none();
    let mut note = remark.kind.in_words().to_string();
    if is_of_headline {
        note = fill(IN_HEADLINE, &[&note]);
    }
    if let Some(intended) = &remark.intended {
        note = fill(INTENDED, &[&note, intended]);
    }
    if let Some(source) = &remark.source {
        note = fill(FROM, &[&note, source]);
    }
    if !remark.why.is_empty() {
        note = fill(WHY, &[&note, &remark.why]);
    }
    Finding {
        rule: SECOND_OPINION,
        grade: GRADE,
        span: remark.span.clone().unwrap_or_default(),
        note: fill(BY, &[&note, &opinion.adviser.to_string()]),
        left_out: is_of_headline.then(|| remark.quote.clone()),
    }
}
