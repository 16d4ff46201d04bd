//! "the roof , , and then ;": marks that no writer leaves side by side.

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    excuse::{Topic, is_cited},
};
use crate::model::{Finding, Span};

/// See [`ABOUT`].
pub(super) struct BrokenPunctuation;

/// Findings of one text that are shown.
const SHOWN: usize = 4;
/// Findings from which a text is a list with gaps in it, or about such marks.
const FINDINGS_MAX: usize = 8;
/// Marks that part words or sentences, each of them once between two words.
const MARKS: [char; 12] = [
    '.', ',', ';', ':', '،', '؛', '。', '，', '、', '；', '：', '।',
];
/// Marks of which one in a run is beyond what trails off: "...", "。。。".
const WITHIN: [char; 8] = [',', ';', ':', '،', '؛', '，', '；', '：'];

const STRONG: Grade = Grade::strong(0.3, Counts::new(0, 0, 0))
    .when("three marks or more, two of them within a sentence");
const WEAK: Grade = Grade::weak(0.06, Counts::new(7, 5, 4))
    .when("the same mark twice, a full stop behind a comma, a pair with nothing in it");

const CUT: Grade = Grade::weak(0.1, Counts::new(0, 0, 0))
    .named("weak-cut")
    .when("the text ends with a word that a sentence must go on after");

/// Words of a last line that was cut off, at least: a shorter one is a heading or a label.
const CUT_MIN: usize = 8;

const CUT_NOTE: &str = "the text stops here, amid a sentence";
const NOTE: &str = "nothing stands between these marks";

const ABOUT: About = About {
    rule: "broken-punctuation",
    summary: "marks of punctuation side by side with nothing between them, or a text without its last one",
    why: "where a machine drops a link, a name or a number, or stammers, the marks around it remain",
    family: Family::Boilerplate,
    grades: &[STRONG, CUT, WEAK],
    notes: &[NOTE, CUT_NOTE],
    flags: &[
        Example {
            lang: "en",
            text: "The harbour was closed [[,, ;]] the ferry left.",
        },
        Example {
            lang: "de",
            text: "Der Hafen [[, ,]] war gesperrt, sagte sie [[( )]] am Abend.",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "Well ... , she said, Inc., Ltd.; and so on . . . It is 1,,2 :: and ;-) ,,so\" too.",
        },
        Example {
            lang: "en",
            text: "The key “,,” is stuck, and f() is a function.",
        },
    ],
};

impl Detector for BrokenPunctuation {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        found.extend(cut_off(draft).map(|span| Finding {
            rule: ABOUT.rule,
            grade: CUT.name,
            note: CUT_NOTE.to_string(),
            left_out: None,
            span,
        }));
        let text = draft.text;
        let hits: Vec<(Span, Grade)> = (0..text.words.len())
            .filter_map(|at| broken(draft, at))
            .filter(|(span, _)| !is_cited(draft, span.start))
            .take(FINDINGS_MAX + 1)
            .collect();
        if hits.is_empty() || hits.len() > FINDINGS_MAX {
            return;
        }
        let topic = Topic::new(draft, &[]);
        let hits = hits
            .into_iter()
            .filter(|(span, _)| !topic.excuses(draft, span.start));
        found.extend(hits.take(SHOWN).map(|(span, grade)| Finding {
            rule: ABOUT.rule,
            grade: grade.name,
            note: NOTE.to_string(),
            left_out: None,
            span,
        }));
    }
}

/// The last words of a text that stops amid a sentence, while the lines before it do not.
fn cut_off(draft: &Draft<'_>) -> Option<Span> {
    let last = draft.keys.len().checked_sub(1)?;
    let leads = draft.pack?.leading.contains(&draft.keys[last]);
    let is_small = draft.text.word(last).starts_with(char::is_lowercase);
    if !leads || !is_small || !draft.text.gap_after(last).trim().is_empty() {
        return None;
    }
    let line = draft.line(last);
    let before = draft.line(line.start.checked_sub(1)?);
    let capitals = line.clone().filter(|at| draft.is_capital(*at)).count();
    let is_text = line.len() >= CUT_MIN && 2 * capitals <= line.len();
    (is_text && draft.ends_sentence(&before)).then(|| draft.span(last - 2, last + 1))
}

/// What is broken between the word at `at` and the next one, of the same line.
fn broken(draft: &Draft<'_>, at: usize) -> Option<(Span, Grade)> {
    let gap = draft.text.gap_after(at);
    let numeral = |at: usize| draft.text.word(at).bytes().all(|b| b.is_ascii_digit());
    if gap.len() < 2 || gap.contains('\n') || (numeral(at) && numeral(at + 1)) {
        return None;
    }
    let gap = gap.trim_start();
    let start = draft.text.words[at].end + draft.text.gap_after(at).len() - gap.len();
    let (len, grade) = run(gap).or_else(|| Some((hollow(gap)?, WEAK)))?;
    let attached = start == draft.text.words[at].end;
    // "f()" is a function.
    (gap.starts_with(MARKS) || !attached).then_some((start..start + len, grade))
}

/// The length of the marks that `gap` begins with, if they cannot follow each other.
fn run(gap: &str) -> Option<(usize, Grade)> {
    let end = gap.find(|c: char| !MARKS.contains(&c) && c != ' ');
    let end = end.unwrap_or(gap.len());
    let run = gap[..end].trim_end_matches(' ');
    // ",,so" opens a quotation, and ", .NET" names something.
    let opens = run.len() == gap.len();
    // ", :)" is a face.
    let apart = gap[run.len()..].starts_with([' ', '\u{a0}']);
    if run.is_empty() || opens || !apart {
        return None;
    }
    Some((run.len(), grade(run)?))
}

/// How plainly the marks of `run` cannot follow each other; what trails off and what is cut short end
/// in stops that belong to the word.
fn grade(run: &str) -> Option<Grade> {
    let is_stop = |c: &char| matches!(c, '.' | '。' | '、');
    let marks: Vec<char> = run.chars().filter(|c| *c != ' ').collect();
    let stops = marks.iter().take_while(|c| is_stop(c)).count();
    let rest = &marks[stops..];
    let within = rest.iter().filter(|c| WITHIN.contains(c)).count();
    let colons = rest.iter().all(|c| matches!(c, ':' | '：'));
    let trails = rest.len() > 3 && rest[1..].iter().all(is_stop);
    match (rest.len(), within) {
        _ if colons || trails => None,
        (3.., 2..) => Some(STRONG),
        (2.., 1..) => Some(WEAK),
        (1, 1) if stops == 2 && run.starts_with(". .") => Some(WEAK),
        _ => None,
    }
}

/// The length of a pair with nothing in it that `gap` begins with: "( )", "(, )", "“”".
fn hollow(gap: &str) -> Option<usize> {
    let open = gap.chars().next()?;
    let close = match open {
        '(' => ')',
        '“' => '”',
        '«' => '»',
        _ => return None,
    };
    let (inside, _) = gap[open.len_utf8()..].split_once(close)?;
    let is_nothing = |c: char| c.is_whitespace() || (open == '(' && matches!(c, ',' | ';'));
    inside
        .chars()
        .all(is_nothing)
        .then_some(open.len_utf8() + inside.len() + close.len_utf8())
}
