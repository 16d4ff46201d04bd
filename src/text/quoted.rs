//! What stands in quotation marks or brackets, found once for a whole text.

use crate::model::Span;

/// What opens or closes a quotation, or sets a term apart.
const QUOTATION_MARKS: [char; 11] = ['"', '“', '”', '„', '«', '»', '`', '「', '」', '『', '』'];

/// Which bytes of a text are quoted. Detectors ask for many places of one paragraph: a look-up must not
/// read the paragraph again.
#[derive(Debug, Default)]
pub(super) struct Quoted {
    /// What stands between two quotation marks of a paragraph, in order; to the paragraph's end where
    /// the last is not closed.
    double: Vec<Span>,
    /// What stands after a single quotation mark, up to the one that closes it.
    single: Vec<Span>,
    /// What stands in brackets, the outermost ones.
    brackets: Vec<Span>,
}

impl Quoted {
    /// Reads each of `paragraphs` once.
    pub(super) fn new(raw: &str, paragraphs: &[Span]) -> Quoted {
        let mut quoted = Quoted::default();
        for paragraph in paragraphs {
            let text = &raw[paragraph.clone()];
            let found = |spans: Vec<Span>| {
                let start = paragraph.start;
                spans
                    .into_iter()
                    .map(move |span| start + span.start..start + span.end)
            };
            quoted.double.extend(found(double(text)));
            quoted.single.extend(found(single(text)));
            quoted.brackets.extend(found(brackets(text)));
        }
        quoted
    }

    /// The quotation that holds the byte at `at`, without its marks.
    pub(super) fn quotation(&self, at: usize) -> Option<Span> {
        holding(&self.double, at)
    }

    /// Whether the byte at `at` stands in single quotation marks.
    pub(super) fn is_single(&self, at: usize) -> bool {
        holding(&self.single, at).is_some()
    }

    /// Whether the byte at `at` stands in a bracket.
    pub(super) fn is_bracketed(&self, at: usize) -> bool {
        holding(&self.brackets, at).is_some()
    }
}

/// The one of `spans`, which are in order, that holds the byte at `at` or ends right before it.
fn holding(spans: &[Span], at: usize) -> Option<Span> {
    let index = spans.partition_point(|span| span.end < at);
    let span = spans.get(index)?;
    (span.start <= at).then(|| span.clone())
}

fn double(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut open = None;
    for (at, mark) in text.match_indices(QUOTATION_MARKS) {
        match open.take() {
            None => open = Some(at + mark.len()),
            Some(start) => spans.push(start..at),
        }
    }
    spans.extend(open.map(|start| start..text.len()));
    spans
}

/// An apostrophe has letters on both sides, and neither opens nor closes anything.
fn single(text: &str) -> Vec<Span> {
    let is_mark = |c: char| matches!(c, '\'' | '‘' | '’' | '‚' | '‹' | '›');
    let mut spans = Vec::new();
    let mut open: Option<usize> = None;
    for (at, mark) in text.match_indices(is_mark) {
        let end = at + mark.len();
        let letter_before = text[..at].ends_with(char::is_alphanumeric);
        let letter_after = text[end..].starts_with(char::is_alphanumeric);
        if letter_before && letter_after {
            continue;
        }
        spans.extend(open.take().map(|start| start..at));
        if letter_after && mark != "’" && mark != "›" {
            open = Some(end);
        }
    }
    spans.extend(open.map(|start| start..text.len()));
    spans
}

fn brackets(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (at, bracket) in text.match_indices(['(', '[', '\u{ff08}', ')', ']', '\u{ff09}']) {
        match bracket {
            "(" | "[" | "\u{ff08}" => {
                if depth == 0 {
                    start = at + bracket.len();
                }
                depth += 1;
            }
            _ if depth == 1 => {
                depth = 0;
                spans.push(start..at);
            }
            _ => depth = depth.saturating_sub(1),
        }
    }
    if depth > 0 {
        spans.push(start..text.len());
    }
    spans
}
