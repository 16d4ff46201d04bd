//! A body cut at the borders of its findings, so that a page can mark them where they overlap.

use super::Mark;

/// A piece of a paragraph that the same findings cover from its first to its last letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The letters.
    pub text: &'a str,
    /// The numbers of the findings that cover it, from 1 in the order given.
    pub marks: Vec<usize>,
    /// Of these, the ones whose last letter in this paragraph it holds.
    pub ends: Vec<usize>,
}

/// The paragraphs of `body`, each cut into segments. Findings that point outside the body, or
/// into the middle of a letter, cover nothing.
pub fn paragraphs<'a>(body: &'a str, marks: &[Mark<'_>]) -> Vec<Vec<Segment<'a>>> {
    let mut start = 0;
    let mut out = Vec::new();
    for paragraph in body.split("\n\n") {
        let end = start + paragraph.len();
        if !paragraph.trim().is_empty() {
            out.push(segments(body, start, end, marks));
        }
        start = end + 2;
    }
    out
}

fn segments<'a>(body: &'a str, start: usize, end: usize, marks: &[Mark<'_>]) -> Vec<Segment<'a>> {
    let here: Vec<(usize, &Mark<'_>)> = (1..)
        .zip(marks)
        .filter(|(_, mark)| body.get(mark.span.clone()).is_some())
        .filter(|(_, mark)| mark.span.start < end && mark.span.end > start)
        .collect();
    let mut borders = vec![start, end];
    for (_, mark) in &here {
        borders.push(mark.span.start.max(start));
        borders.push(mark.span.end.min(end));
    }
    borders.sort_unstable();
    borders.dedup();

    let pieces = borders.windows(2).map(|piece| {
        let (from, to) = (piece[0], piece[1]);
        let covering = || {
            here.iter()
                .filter(move |(_, mark)| mark.span.start <= from && mark.span.end >= to)
        };
        Segment {
            text: &body[from..to],
            marks: covering().map(|(number, _)| *number).collect(),
            ends: covering()
                .filter(|(_, mark)| mark.span.end.min(end) == to)
                .map(|(number, _)| *number)
                .collect(),
        }
    });
    pieces.collect()
}
