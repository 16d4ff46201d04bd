//! What reviewers have said is no finding, and what a verdict is without it.

use unicode_segmentation::UnicodeSegmentation;

use super::{
    evidence::gather_again,
    policy::{conclude, reckoned},
    registry::rules,
    second_opinion::{self, SECOND_OPINION},
    share,
};
use crate::model::{
    Assessment, Context, Dismissal, Dismissed, EvidenceKind, Finding, Policy, Reason, Verdict,
};

/// The words of a finding and one on either side, as far as its paragraph goes. Lines that are no
/// part of the body have nothing around them.
pub fn context(body: &str, finding: &Finding) -> Context {
    let words = finding.left_out.as_deref();
    let words = words.or_else(|| body.get(finding.span.clone()));
    let around = finding.left_out.is_none();
    let before = body.get(..finding.span.start).filter(|_| around);
    let after = body.get(finding.span.end..).filter(|_| around);
    let before = before.and_then(|text| text.rsplit("\n\n").next());
    let after = after.and_then(|text| text.split("\n\n").next());
    Context {
        words: plain(words.unwrap_or_default()),
        before: before
            .and_then(|text| text.unicode_words().next_back())
            .map(plain)
            .unwrap_or_default(),
        after: after
            .and_then(|text| text.unicode_words().next())
            .map(plain)
            .unwrap_or_default(),
    }
}

fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// The assessment of a text on whose site `dismissals` were made: what they name is set aside, what
/// they no longer name counts again, and the verdict follows from the rest. `has_pack` tells whether
/// a language pack serves the text. Too short stays too short.
pub fn set_aside(
    mut assessment: Assessment,
    body: &str,
    dismissals: &[Dismissal],
    has_pack: bool,
    policy: &Policy,
) -> Assessment {
    let before = std::mem::take(&mut assessment.findings);
    let was_aside = std::mem::take(&mut assessment.dismissed);
    let changes_nothing = dismissals.is_empty() && was_aside.is_empty();
    let mut all: Vec<Finding> = before.clone();
    all.extend(was_aside.iter().map(|aside| aside.finding.clone()));
    all.sort_by_key(|finding| (finding.span.start, finding.span.end));
    for finding in all {
        match by_whom(body, &finding, dismissals) {
            Some(by) => assessment.dismissed.push(Dismissed { finding, by }),
            None => assessment.findings.push(finding),
        }
    }
    if changes_nothing || assessment.findings == before {
        return assessment;
    }
    let scores = &mut assessment.scores;
    scores.boilerplate = share::without(scores.boilerplate, body, &before, &assessment.findings);
    let heard = assessment
        .evidence
        .iter()
        .find(|e| e.kind == EvidenceKind::Opinion);
    let heard = heard.map(|heard| second_opinion::reweigh(heard, &assessment.findings));
    assessment.evidence = gather_again(
        &assessment.evidence,
        &assessment.findings,
        scores.style,
        policy,
    );
    assessment.evidence.extend(heard);
    *scores = reckoned(*scores, &assessment.findings, &assessment.evidence, policy);
    // A pack may serve the language that is named and not the words that stand there.
    let was_unknown = assessment.verdict == Verdict::Abstain(Reason::UnknownLanguage);
    let can_be_judged = scores.style.is_some() || (has_pack && !was_unknown);
    assessment.verdict = match assessment.verdict {
        Verdict::Abstain(reason) if reason != Reason::UnknownLanguage => assessment.verdict,
        _ => conclude(
            scores,
            can_be_judged,
            &assessment.findings,
            &assessment.evidence,
            policy,
        ),
    };
    assessment
}

fn by_whom(body: &str, finding: &Finding, dismissals: &[Dismissal]) -> Option<String> {
    if dismissals
        .iter()
        .all(|dismissal| dismissal.rule != finding.rule)
    {
        return None;
    }
    let context = context(body, finding);
    let named =
        |dismissal: &&Dismissal| dismissal.rule == finding.rule && dismissal.context == context;
    dismissals
        .iter()
        .find(named)
        .map(|dismissal| dismissal.by.clone())
}

/// The rule and the grade of these names, as findings name them; `None` for a rule that is no more.
/// A grade that is no more, or was none yet, stands for the heaviest one.
pub fn named(rule: &str, grade: &str) -> Option<(&'static str, &'static str)> {
    if rule == SECOND_OPINION {
        return Some((SECOND_OPINION, second_opinion::GRADE));
    }
    let about = rules().find(|about| about.rule == rule)?;
    let grade = about.grade(grade).or_else(|| about.grades.first())?;
    Some((about.rule, grade.name))
}
