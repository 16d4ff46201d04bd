//! "As an AI language model, I …", "Translated by Google".

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    excuse::{Topic, is_cited, is_dialogue, is_reported},
};
use crate::{
    lang::{ResidueFamily, Tail},
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct EngineResidue;

/// Findings in one text, at most.
const FINDINGS_MAX: usize = 10;
/// Wordings of one text that are looked at: for each its whole paragraph is read.
const WORDINGS_MAX: usize = 40;
/// What ends a sentence, or sets apart what follows: one stands before a phrase that may not float.
const CLOSING: [char; 19] = [
    '.', '!', '?', '…', ':', ';', '(', ')', '[', ']', '”', '"', '»', '|', '*', '·', '•', '।', '\n',
];
/// What ends a phrase that fills its sentence.
const STOPS: [char; 13] = [
    '.', '!', '?', '…', ':', ';', ')', ']', '|', '·', '•', '।', '\n',
];
/// What opens a quotation: what a colon announces then is somebody's words.
const OPENING: [char; 5] = ['“', '"', '„', '«', '‘'];

const STRONG: Grade = Grade::strong(0.9, Counts::new(0, 0, 0))
    .when("a machine speaks of its work or to its user, or an engine is named");
const WEAK: Grade = Grade::weak(0.1, Counts::new(0, 0, 2)).when("people say it too");

const ASSISTANT: &str = "a language model speaks to its user here";
const ENGINE: &str = "a translation engine left its mark here";
const COURTESY: &str = "assistants say this to their users, though people do too";

const ABOUT: About = About {
    rule: "engine-residue",
    summary: "what an assistant or a translation engine says to its user",
    why: "the text was pasted from a machine and nobody read it",
    family: Family::Translation,
    grades: &[STRONG, WEAK],
    notes: &[ASSISTANT, ENGINE, COURTESY],
    flags: &[
        Example {
            lang: "en",
            text: "[[As an AI language model, I]] have no news of the match.",
        },
        Example {
            lang: "id",
            text: "[[Berikut adalah terjemahan]]: Hujan turun di kota itu.",
        },
        Example {
            lang: "id",
            text: "Hujan turun di kota itu.\n\n[[Diterjemahkan oleh Google]]",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "The bot answered: “As an AI language model, I cannot say.”",
        },
        Example {
            lang: "id",
            text: "Novel itu diterjemahkan oleh Google dan para relawan pada tahun lalu.",
        },
    ],
};

impl Detector for EngineResidue {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let hits: Vec<(Span, ResidueFamily)> = draft
            .lines()
            .flat_map(|line| of_line(draft, &line))
            .take(WORDINGS_MAX)
            .filter(|(span, family)| !is_spoken(draft, span, *family))
            .take(FINDINGS_MAX)
            .collect();
        if hits.is_empty() {
            return;
        }
        // What a colon announces is described in the same breath: "free of plagiarism".
        let announced = |span: &Span| {
            let first = draft
                .text
                .words
                .partition_point(|word| word.end <= span.start);
            let line = draft.whole_line(&(first..first + 1));
            match draft.text.raw[line.clone()].ends_with(':') {
                true => span.start..line.end,
                false => span.clone(),
            }
        };
        let spans: Vec<Span> = hits.iter().map(|(span, _)| announced(span)).collect();
        let topic = Topic::new(draft, &spans);
        let hits = hits
            .into_iter()
            .filter(|(span, _)| !topic.excuses(draft, span.start));
        found.extend(hits.map(|(span, family)| finding(span, family)));
    }
}

/// What engines and assistants left in the words `line`.
fn of_line(draft: &Draft<'_>, line: &Span) -> Vec<(Span, ResidueFamily)> {
    let books: Vec<_> = draft.packs().map(|pack| &pack.residue).collect();
    let keys = &draft.keys[..line.end];
    let stops = |at: usize| draft.text.gap_before(at).contains(STOPS);
    let mut hits = Vec::new();
    let mut at = line.start;
    // Where the sentence at hand stops: looked up once a sentence, for a line may be endless.
    let mut stop = line.start;
    while at < line.end {
        if !books.iter().any(|book| book.begins_with(draft.keys[at])) {
            at += 1;
            continue;
        }
        if stop <= at {
            stop = (at + 1..line.end)
                .find(|next| stops(*next))
                .unwrap_or(line.end);
        }
        // Of labels that were run together, the next one has a capital.
        let another = |end: usize| {
            end <= stop
                && draft.is_capital(end)
                && books.iter().any(|book| book.begins_with(draft.keys[end]))
        };
        let accept = |tail, end| match tail {
            Tail::Anything => true,
            Tail::Nothing => end == stop || another(end),
            Tail::Colon => {
                draft.has_colon_before(end) && !draft.text.gap_before(end).contains(OPENING)
            }
        };
        let behind_label = hits.last().is_some_and(|(span, _): &(Span, _)| {
            draft.is_capital(at) && draft.span(at - 1, at).end == span.end
        });
        let begins =
            at == line.start || behind_label || draft.text.gap_before(at).contains(CLOSING);
        let hit = books
            .iter()
            .flat_map(|book| book.at(keys, at, &accept))
            .filter(|hit| hit.family != ResidueFamily::Topic && (hit.phrase.floats || begins))
            .max_by_key(|hit| (hit.family != ResidueFamily::Courtesy, hit.end));
        at = match hit {
            Some(hit) => {
                hits.push((draft.span(at, hit.end), hit.family));
                hit.end.max(at + 1)
            }
            None => at + 1,
        };
    }
    hits
}

/// Whether a person speaks here. An engine leaves its mark on paper.
fn is_spoken(draft: &Draft<'_>, span: &Span, family: ResidueFamily) -> bool {
    let marks = family == ResidueFamily::Engine;
    is_cited(draft, span.start)
        || (!marks && (is_dialogue(draft, span.start) || is_reported(draft, span.start)))
}

fn finding(span: Span, family: ResidueFamily) -> Finding {
    let (grade, note) = match family {
        ResidueFamily::Assistant => (STRONG, ASSISTANT),
        ResidueFamily::Engine => (STRONG, ENGINE),
        ResidueFamily::Courtesy | ResidueFamily::Topic => (WEAK, COURTESY),
    };
    Finding {
        rule: ABOUT.rule,
        grade: grade.name,
        span,
        note: note.to_string(),
        left_out: None,
    }
}
