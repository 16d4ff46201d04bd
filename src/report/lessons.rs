//! Decisions as what others learn from: test cases of rules, and texts with a label.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Entry, Mark};
use crate::{
    lang::{FNV_SEED, fnv},
    model::{Decision, Verdict},
};

/// One text in five is kept to measure on.
const VALID_ONE_IN: u64 = 5;

impl Entry<'_> {
    /// What holds of the whole of it.
    fn decision(&self) -> Option<Decision> {
        let mut holding = self
            .reviews
            .iter()
            .rev()
            .filter(|review| review.ended.is_none());
        let of_article = holding.find(|review| review.finding.is_none())?;
        Some(of_article.decision)
    }

    fn was_confirmed(&self, mark: &Mark<'_>) -> bool {
        let words = self.document.words(mark);
        self.reviews.iter().any(|review| {
            let of_mark = review
                .finding
                .as_ref()
                .is_some_and(|finding| finding.rule == mark.rule && finding.text == words);
            review.ended.is_none() && of_mark && review.decision == Decision::Confirmed
        })
    }
}

/// The test cases of a reviewed article, as in `tests/marked`: each with its rule, as `- id: text with
/// [[marks]]`, `¶` between paragraphs. What was confirmed is marked and what was dismissed is not; rules
/// that nobody has decided on have none. Lines that are no part of the body cannot be shown so.
pub fn marked_cases<'a>(entry: &Entry<'a>) -> Vec<(&'a str, String)> {
    let document = &entry.document;
    let Some(lang) = document.lang.filter(|_| !document.body.contains("[[")) else {
        return Vec::new();
    };
    let decision = entry
        .decision()
        .filter(|_| document.verdict == Verdict::Flag);
    let in_body = |mark: &&Mark<'_>| mark.left_out.is_none() && !mark.span.is_empty();
    let marks = || document.marks.iter().filter(in_body);
    let is_right = |mark: &Mark<'_>| match mark.dismissed_by {
        Some(_) => Some(false),
        None if entry.was_confirmed(mark) => Some(true),
        None => decision.map(|decision| decision == Decision::Confirmed),
    };
    let rules: BTreeSet<&str> = marks().map(|mark| mark.rule).collect();
    let cases = rules.into_iter().filter_map(|rule| {
        let mut text = document.body.to_string();
        // From the last to the first, so that what stands before keeps its place.
        let mut of_rule: Vec<_> = marks().filter(|mark| mark.rule == rule).collect();
        of_rule.sort_by_key(|mark| std::cmp::Reverse(mark.span.start));
        let mut end = text.len();
        for mark in of_rule {
            let right = is_right(mark)?;
            if right && mark.span.end <= end && text.get(mark.span.clone()).is_some() {
                text.insert_str(mark.span.end, "]]");
                text.insert_str(mark.span.start, "[[");
                end = mark.span.start;
            }
        }
        let line = text.replace("\n\n", "¶").replace(['\n', '\r'], " ");
        Some((rule, format!("- {lang}: {line}")))
    });
    cases.collect()
}

/// A reviewed article as one line of a labelled set, as `eval translation` and `train translation` read
/// it; `None` where nobody has said who wrote it. A decision about boilerplate alone says nothing of
/// that. What reviewers held for no machine translation counts as written in its language.
pub fn labelled_text(entry: &Entry<'_>, flag_at: f32) -> Option<String> {
    let document = &entry.document;
    let decision = entry.decision()?;
    let suspected = document.scores.machine_translation >= flag_at;
    let label = match (document.verdict, decision) {
        (Verdict::Flag, Decision::Confirmed) if suspected => "mt",
        (Verdict::Flag, Decision::Dismissed) if suspected => "native",
        (Verdict::Pass, Decision::Confirmed) => "native",
        (Verdict::Pass, Decision::Dismissed) => "mt",
        _ => return None,
    };
    let doc = match entry.cluster {
        Some(cluster) => format!("cluster-{}", cluster.id),
        None => document.url.unwrap_or_default().to_string(),
    };
    let split = match fnv(FNV_SEED, doc.as_bytes()).is_multiple_of(VALID_ONE_IN) {
        true => "valid",
        false => "train",
    };
    let record = json!({
        "lang": document.lang?,
        "label": label,
        "source": entry.source,
        "domain": "news",
        "doc": doc,
        "text": document.body,
        "split": split,
    });
    Some(record.to_string())
}
