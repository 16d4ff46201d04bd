//! What a reviewer's word means, before it is kept.

use super::{
    rows::ArticleRow,
    work::{JudgedBy, Ruled, Ruling},
};
use crate::{
    model::{Assessment, Dismissal, Finding, Review, ReviewedFinding, Span},
    score,
};

/// What is said under a key that was used before, of the article `of`.
pub(super) fn said_before(ruling: &Ruling, article: i64, of: i64, review: Review) -> Ruled {
    let same =
        of == article && review.decision == ruling.review.decision && review.by == ruling.review.by;
    match same {
        true => Ruled::Already(review),
        false => Ruled::OtherKey,
    }
}

/// The finding of an article that a reviewer points at, whether it counts or not.
pub(super) fn find(row: &ArticleRow, rule: &str, span: &Span) -> Option<Finding> {
    let found = row.findings.iter();
    let mut found = found.filter(|finding| finding.rule == rule && finding.span == *span);
    found.next()?.to_finding()
}

fn words(row: &ArticleRow, finding: &Finding) -> String {
    let words = finding.left_out.as_deref();
    let words = words.or_else(|| row.body.get(finding.span.clone()));
    words.unwrap_or_default().to_string()
}

/// As it stands in the review that is about it.
pub(super) fn reviewed(row: &ArticleRow, finding: &Finding) -> ReviewedFinding {
    ReviewedFinding {
        rule: finding.rule.to_string(),
        text: words(row, finding),
    }
}

/// The conclusion about an article by what is remembered of its site now; `None` if it stays.
pub(super) fn judged_again(
    row: &ArticleRow,
    remembered: &[Dismissal],
    judged_by: &JudgedBy,
) -> Option<Assessment> {
    let has_pack = row
        .lang
        .as_ref()
        .is_some_and(|lang| judged_by.languages.contains(lang));
    let before = row.assessment();
    let policy = &judged_by.policy;
    let now = score::set_aside(before.clone(), &row.body, remembered, has_pack, policy);
    (now != before).then_some(now)
}
