//! How much of what readers are served is not the article.

use super::{page_line, registry};
use crate::model::{Article, Finding, Span};

/// The share of what stands between the headline and the end of the article that is not the
/// article, in 0..=1: lines of the page that are left in the body, what the extractor took out from
/// amid the body, and what it took out after the last paragraph, as far as that is known to be of
/// the page. Captions and boxes that say what they are do not count.
pub(super) fn of_residue(article: &Article, findings: &[Finding]) -> f32 {
    let end = article.body.len();
    let body: usize = article.body.split('\n').map(str::len).sum();
    let of_page = || findings.iter().filter(|finding| is_of_page(finding));
    let left_in = covered(of_page().map(|finding| &finding.span));
    let amid = article.left_out.iter().filter(|line| line.at < end);
    let amid: usize = amid.map(|line| line.text.len()).sum();
    let after = of_page().filter(|finding| finding.span.start >= end);
    let after: usize = after
        .filter_map(|f| f.left_out.as_ref().map(String::len))
        .sum();
    let served = (body + amid + after).max(1);
    ((left_in + amid + after) as f32 / served as f32).min(1.0)
}

/// The share as it is after findings were set aside. What was taken out from amid the body is not
/// kept with an article, but follows from the share as it was.
pub(super) fn without(share: f32, body: &str, before: &[Finding], after: &[Finding]) -> f32 {
    let end = body.len();
    let text: usize = body.split('\n').map(str::len).sum();
    let of_page = |findings: &[Finding]| -> (usize, usize) {
        let of_page = || findings.iter().filter(|finding| is_of_page(finding));
        let beyond = of_page().filter(|finding| finding.span.start >= end);
        let beyond = beyond.filter_map(|f| f.left_out.as_ref().map(String::len));
        (
            covered(of_page().map(|finding| &finding.span)),
            beyond.sum(),
        )
    };
    let ((left_in, beyond), (still_in, still_beyond)) = (of_page(before), of_page(after));
    if share >= 1.0 || (left_in, beyond) == (still_in, still_beyond) {
        return share;
    }
    let amid = (share * (text + beyond) as f32 - (left_in + beyond) as f32) / (1.0 - share);
    let amid = amid.max(0.0);
    let served = (text as f32 + amid + still_beyond as f32).max(1.0);
    (((still_in + still_beyond) as f32 + amid) / served).min(1.0)
}

/// The share of the page's text that is the body; `None` without a page.
pub(super) fn of_page(article: &Article) -> Option<f32> {
    let page = article.page_bytes?.max(1);
    Some((article.body.len() as f32 / page as f32).min(1.0))
}

/// Bytes under spans that come in order; those under two count once.
fn covered<'f>(spans: impl Iterator<Item = &'f Span>) -> usize {
    let (mut bytes, mut end) = (0, 0);
    for span in spans {
        bytes += span.end.saturating_sub(span.start.max(end));
        end = end.max(span.end);
    }
    bytes
}

/// Whether a finding is a line of the page beyond doubt.
fn is_of_page(finding: &Finding) -> bool {
    registry::is_of_page(finding) && !page_line::is_doubtful(finding)
}
