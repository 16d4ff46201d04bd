//! "Get our best stories twice a week": a line of the page in words that no list has.

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    lines::{self, Likeness, Line},
    model::{Article, Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct PageLine;

/// Lines that a text must have for a place in it to mean anything.
const LINES_MIN: usize = 3;

// Two kinds of stock lines come to .39, three to a flag (.5): with .07 and .02, halved for each further
// one, all page-lines together leave two kinds below .5.
const STRONG: Grade = Grade::strong(0.07, Counts::new(1, 0, 0))
    .when("one line of articles in two thousand looks as much like one of a page");
const WEAK: Grade = Grade::weak(0.02, Counts::new(1, 0, 0))
    .when("two lines of articles in a thousand look as much like one of a page");

const LIKE_ONE: &str = "worded, built and placed like a line of a page";
const MAY_BE: &str = "may be a line of the page, by its words and its place";

const ABOUT: About = About {
    rule: "page-line",
    summary: "a line that is worded, built and placed like those of pages",
    why: "links to other stories, calls to subscribe, labels and notes of the shop have a wording and a \
          place of their own in every paper; a model has learned them from labelled pages",
    family: Family::Boilerplate,
    grades: &[STRONG, WEAK],
    notes: &[LIKE_ONE, MAY_BE],
    flags: &[Example {
        lang: "en",
        text: "The council voted on Tuesday to keep the ferry running through the winter, after \
               residents of the islands said that they would otherwise be cut off for days at a \
               time.\n\nThe decision costs about two million a year, and the money is to come from \
               the road fund, which has not been used up since the bridge was finished.\n\n\
               [[News]]\n\n[[Sport]]\n\n[[Culture]]\n\n[[Opinion]]",
    }],
    passes: &[Example {
        lang: "en",
        text: "The choir sang three songs.\n\nThe first was an old one about the harbour.\n\nThe \
               second had no words.\n\nThe third was for the baker, who wept.",
    }],
};

impl Detector for PageLine {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// A line in which another rule has found something is not marked again: this one stands last.
    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(model) = lines::built_in() else {
            return;
        };
        let served = served(draft);
        if served.len() < LINES_MIN {
            return;
        }
        let lines: Vec<Line<'_>> = served.iter().map(|served| served.line).collect();
        let meets = |span: &Span, finding: &Finding| {
            finding.span.start < span.end && span.start < finding.span.end
        };
        let of_body = served
            .iter()
            .enumerate()
            .filter_map(|(at, served)| Some((at, served.at.as_ref()?)));
        let (judged, spans): (Vec<usize>, Vec<&Span>) = of_body
            .filter(|(_, span)| !found.iter().any(|finding| meets(span, finding)))
            .unzip();
        for (span, likeness) in spans.into_iter().zip(model.judge(&lines, &judged)) {
            let Some(likeness) = likeness else { continue };
            let (grade, note) = match likeness {
                Likeness::Strong => (STRONG, LIKE_ONE),
                Likeness::Weak => (WEAK, MAY_BE),
            };
            found.push(Finding {
                rule: ABOUT.rule,
                grade: grade.name,
                span: span.clone(),
                note: note.to_string(),
                left_out: None,
            });
        }
    }
}

/// Whether a finding may as well be a line of the article.
pub(super) fn is_doubtful(finding: &Finding) -> bool {
    finding.rule == ABOUT.rule && finding.grade == WEAK.name
}

/// A line that readers are served.
struct Served<'a> {
    line: Line<'a>,
    /// Where it stands in the body; `None` of one that was left out, which is told for what stands
    /// beside it.
    at: Option<Span>,
}

/// The lines of the body, and those left out of it where they stood.
fn served<'a>(draft: &Draft<'a>) -> Vec<Served<'a>> {
    let text = draft.text;
    let lines = draft.lines().filter(|line| !line.is_empty());
    let mut served: Vec<(usize, Served<'a>)> = lines
        .map(|line| draft.whole_line(&line))
        .map(|at| {
            let line = Line {
                text: &text.raw[at.clone()],
                links: draft.article.and_then(|article| links(article, &at)),
            };
            (at.start, Served { line, at: Some(at) })
        })
        .collect();
    let left_out = draft.article.map_or(&[][..], |article| &article.left_out);
    served.extend(left_out.iter().map(|left_out| {
        let line = Line {
            text: &left_out.text,
            links: Some(share(left_out.link_bytes, left_out.text.len())),
        };
        (left_out.at, Served { line, at: None })
    }));
    served.sort_by_key(|(at, line)| (*at, line.at.is_some()));
    served.into_iter().map(|(_, line)| line).collect()
}

/// The share of a line's block that stands in links; `None` of a text without a page.
fn links(article: &Article, at: &Span) -> Option<f32> {
    article.page_bytes?;
    let block = article
        .blocks
        .partition_point(|block| block.span.end <= at.start);
    let block = article.blocks.get(block)?;
    Some(share(block.link_bytes, block.span.len()))
}

fn share(part: usize, whole: usize) -> f32 {
    (part as f32 / whole.max(1) as f32).min(1.0)
}
