//! "the cost of the work the cost of the work the cost of the work"

use super::{About, Counts, Detector, Draft, Example, Family, Grade, detector::fill};
use crate::{
    model::{Finding, Span},
    text::{Script, script},
};

/// See [`ABOUT`].
pub(super) struct LoopingPhrase;

/// Words of a phrase; in scripts without spaces, characters. Longer ones are sentences.
const WORDS_MAX: usize = 16;
/// Times on end from which even one word is no emphasis.
const OFTEN: usize = 4;
/// Times on end from which a phrase of any length is looked at.
const TIMES_MIN: usize = 3;
/// Words of a phrase that nobody says twice on end amid a sentence, parted by space or by a comma.
const TWICE_MIN: usize = 4;
const TWICE_PARTED_MIN: usize = 5;
/// Letters of a phrase of several words, at least: "of a of a" is a slip of the keyboard.
const LETTERS_MIN: usize = 5;
/// Letters of a single word, at least: shorter ones are cries and syllables ("ha ha ha").
const WORD_LETTERS_MIN: usize = 4;
/// Words that a line has beside the loop, at least: others are rows of tables, cries, captions.
const REST_MIN: usize = 4;
/// Words of a sentence that nobody says twice on end; shorter ones are refrains.
const SENTENCE_MIN: usize = 6;
/// Small words of such a sentence: captions are made of names.
const SMALL_MIN: usize = 3;
/// Lines of a paragraph that may be a song's.
const VERSES_MIN: usize = 3;
/// Words that a song's line has at most, in the mean.
const VERSE_WORDS: usize = 9;
/// What ends a sentence or a line.
const ENDS: [char; 8] = ['\n', '.', '!', '?', '…', '。', '！', '？'];

const STRONG: Grade = Grade::strong(0.5, Counts::new(0, 0, 5))
    .when("two words or more three times on end, or one word four times, with nothing between");
const SENTENCE: Grade = Grade::strong(0.3, Counts::new(0, 0, 0))
    .named("strong-sentence")
    .when("a sentence of six words or more said twice on end");
const DOUBLED: Grade = Grade::strong(0.3, Counts::new(0, 0, 1))
    .named("strong-twice")
    .when("four words or more twice on end amid a sentence, five with a comma between");
const WEAK: Grade = Grade::weak(0.1, Counts::new(0, 0, 3))
    .when("one word three times on end, or several with a comma between");

const LOOPS: &str = "“{}” stands {} times on end";
const TWICE: &str = "the sentence before says this, word for word";

const ABOUT: About = About {
    rule: "looping-phrase",
    summary: "a phrase three times or more on end, a long one or a sentence twice",
    why: "a translation engine that loses its place says the same again and again; a writer who \
          repeats himself for effect does it in a quotation, a chant or a refrain",
    family: Family::Translation,
    grades: &[STRONG, SENTENCE, DOUBLED, WEAK],
    notes: &[LOOPS, TWICE],
    flags: &[
        Example {
            lang: "en",
            text: "The council will review [[the price of the price of the price of]] the bridge \
                   before winter comes.",
        },
        Example {
            lang: "id",
            text: "Warga desa itu menunggu [[harga pupuk harga pupuk harga pupuk]] turun sebelum \
                   musim tanam.",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "The crowd in front of the hall chanted lock the gate lock the gate lock the gate \
                   until the evening.",
        },
        Example {
            lang: "id",
            text: "Anak-anak itu berlari-lari, lalu tertawa: ha ha ha, bla bla bla, dan pulang.",
        },
    ],
};

/// A run of words that repeats itself.
#[derive(Debug, Clone, Copy)]
struct Loop {
    from: usize,
    /// Words of the phrase.
    period: usize,
    times: usize,
    /// Whether something but space parts one time from the next.
    parted: bool,
}

impl Loop {
    fn end(&self) -> usize {
        self.from + self.period * self.times
    }
}

impl Detector for LoopingPhrase {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let mut at = 0;
        while at < draft.keys.len() {
            let Some(run) = first_loop(draft, at) else {
                at += 1;
                continue;
            };
            at = run.end();
            if let Some(grade) = grade(draft, &run)
                && !is_excused(draft, &run, grade)
            {
                let phrase = &draft.text.raw[draft.span(run.from, run.from + run.period)];
                found.push(Finding {
                    rule: ABOUT.rule,
                    grade: grade.name,
                    span: draft.span(run.from, run.end()),
                    note: fill(LOOPS, &[phrase, &run.times.to_string()]),
                    left_out: None,
                });
            }
        }
        found.extend(said_twice(draft));
    }
}

/// The loop of the shortest period that begins with the word at `from`: with that word it comes again.
fn first_loop(draft: &Draft<'_>, from: usize) -> Option<Loop> {
    let (first, rest) = draft.keys.get(from..)?.split_first()?;
    let next = rest.iter().take(WORDS_MAX);
    let again = (1..).zip(next).filter(|(_, key)| *key == first);
    again
        .map(|(period, _)| period)
        .find_map(|period| loop_at(draft, from, period))
}

/// The loop of `period` words that begins with the word at `from`. It ends where a sentence does, so that
/// no word is looked at more often than there are periods.
fn loop_at(draft: &Draft<'_>, from: usize, period: usize) -> Option<Loop> {
    let keys = draft.keys.get(from..)?;
    let phrase = keys.get(..period)?;
    let is_whole = |at: usize| {
        let mut gaps = (at..at + period - 1).map(|word| draft.text.gap_after(word));
        gaps.all(|gap| !gap.contains(ENDS))
    };
    if !is_whole(from) {
        return None;
    }
    let (mut times, mut parted) = (1, false);
    for words in keys.chunks_exact(period).skip(1) {
        let at = from + period * times;
        let join = join(draft.text.gap_after(at - 1));
        if words != phrase || join == Join::Apart || !is_whole(at) {
            break;
        }
        times += 1;
        parted |= join == Join::Mark;
    }
    let run = Loop {
        from,
        period,
        times,
        parted,
    };
    (times >= TIMES_MIN || is_doubled(draft, &run)).then_some(run)
}

/// Whether a long phrase stands twice on end amid a sentence. With a capital, the second may be a headline
/// or a caption that the page shows again.
fn is_doubled(draft: &Draft<'_>, run: &Loop) -> bool {
    let again = run.from + run.period;
    let least = match run.parted {
        true => TWICE_PARTED_MIN,
        false => TWICE_MIN,
    };
    let is_small = |at: usize| draft.text.word(at).starts_with(char::is_lowercase);
    run.times == 2
        && run.period >= least
        && (!run.parted || draft.text.gap_after(again - 1).trim() == ",")
        && is_small(run.from)
        && is_small(again)
}

/// How one time of a phrase is joined to the next.
#[derive(Clone, Copy, PartialEq)]
enum Join {
    /// By space, or by nothing in scripts that have none.
    Space,
    /// By a comma or the like.
    Mark,
    /// Not at all: by a hyphen, which makes one word of them, by a cry, a quotation's end or a line's.
    Apart,
}

fn join(gap: &str) -> Join {
    match gap.trim() {
        _ if gap.contains('\n') => Join::Apart,
        "" => Join::Space,
        "," | ";" | "、" | "\u{ff0c}" | "،" => Join::Mark,
        _ => Join::Apart,
    }
}

/// How plain the loop is; `None` for what people say.
fn grade(draft: &Draft<'_>, run: &Loop) -> Option<Grade> {
    let words = run.from..run.from + run.period;
    let mut letters = 0;
    // Two characters of a script without spaces count as one word, as in `Text::length`.
    let mut halves = 0;
    for at in words.clone() {
        let word = draft.text.word(at);
        if word.contains(|c: char| c.is_numeric()) {
            return None;
        }
        letters += word.chars().filter(|c| c.is_alphabetic()).count();
        halves += if draft.is_unspaced(at) { 1 } else { 2 };
    }
    let unspaced = draft.is_unspaced(run.from);
    let several = halves >= 4 && (unspaced || letters >= LETTERS_MIN);
    let one = match unspaced {
        // Syllables twice are words of their own in Japanese; ideographs are none.
        true => halves == 2 && words.clone().all(|at| is_ideograph(draft, at)),
        false => run.period == 1 && letters >= WORD_LETTERS_MIN && !is_shouted(draft, run.from),
    };
    let stressed = draft.pack.is_some_and(|pack| {
        let is_plain = |key| pack.emphasis.contains(key) || pack.function_words.contains(key);
        words.clone().all(|at| is_plain(&draft.keys[at])) && run.period == 1
    });
    // "year after year after year after year"
    let chain = run.period == 2 && draft.keys.get(run.end()) == draft.keys.get(run.from);
    match (several, one, run.parted) {
        _ if stressed || chain => None,
        _ if run.times == 2 => Some(DOUBLED),
        (true, _, false) => Some(STRONG),
        (_, true, false) if run.times >= OFTEN => Some(STRONG),
        (true, ..) | (_, true, false) => Some(WEAK),
        _ => None,
    }
}

fn is_ideograph(draft: &Draft<'_>, at: usize) -> bool {
    let first = draft.text.word(at).chars().next();
    first.is_some_and(|c| script(c) == Some(Script::Han) && !matches!(c, '\u{3040}'..='\u{30ff}'))
}

/// Abbreviations and cries: "HON", "USA".
fn is_shouted(draft: &Draft<'_>, at: usize) -> bool {
    draft.text.word(at).chars().all(char::is_uppercase)
}

/// Whether it is a chant, a line of a song, or no sentence at all.
fn is_excused(draft: &Draft<'_>, run: &Loop, grade: Grade) -> bool {
    let span = draft.span(run.from, run.end());
    let quoted = match draft.quotation(span.start) {
        // In a longer quotation somebody speaks, and what he says was translated too.
        Some(quotation) if grade.name == STRONG.name => {
            draft.text.words_in(&quotation).len() < run.end() - run.from + REST_MIN
        }
        Some(_) => true,
        None => opens_with_apostrophe(draft, run.from),
    };
    quoted
        || (grade.name == WEAK.name && is_name(draft, run))
        || draft
            .text
            .gap_after(run.end() - 1)
            .starts_with(['!', '\u{ff01}'])
        || is_alone(draft, run)
        || is_verse(draft, span.start)
        || draft.sentence(&(run.from..run.end())).any(|at| {
            let word = draft.text.word(at).to_lowercase();
            draft.packs().any(|pack| pack.chants.contains(&word))
        })
}

/// "Home Home Home" may be what something is called.
fn is_name(draft: &Draft<'_>, run: &Loop) -> bool {
    let nouns = draft.pack.is_some_and(|pack| pack.nouns_are_capital);
    !nouns && !run.parted && (run.from..run.end()).all(|at| draft.is_capital(at))
}

/// ‘yes we can yes we can yes we can’
fn opens_with_apostrophe(draft: &Draft<'_>, at: usize) -> bool {
    draft.text.gap_before(at).ends_with(['\'', '‘', '‚', '‹'])
}

/// Whether the line that holds the loop holds little else, or is no sentence.
fn is_alone(draft: &Draft<'_>, run: &Loop) -> bool {
    let line = draft.line(run.from);
    line.len() < run.end() - run.from + REST_MIN || !draft.ends_sentence(&line)
}

/// Whether the paragraph of the byte at `at` is made of short lines.
fn is_verse(draft: &Draft<'_>, at: usize) -> bool {
    let text = draft.text;
    let index = text.paragraphs.partition_point(|p| p.end <= at);
    text.paragraphs.get(index).is_some_and(|paragraph| {
        let lines = text.raw[paragraph.clone()].lines().count();
        lines >= VERSES_MIN && text.words_in(paragraph).len() <= lines * VERSE_WORDS
    })
}

/// Sentences that their line says twice on end. Across lines a page may show its own words again, in
/// large type or under a picture.
fn said_twice<'a>(draft: &'a Draft<'_>) -> impl Iterator<Item = Finding> + 'a {
    let sentences = draft.text.sentences.windows(2);
    sentences.filter_map(move |pair| {
        let [first, second] = pair else { return None };
        let text = &draft.text.raw[first.clone()];
        let same = text == &draft.text.raw[second.clone()]
            && !draft.text.raw[first.end..second.start].contains('\n');
        let plain = text.ends_with(['.', '。', '।']) && same;
        (plain && says_something(draft, first) && !draft.is_quoted(second.start)).then(|| Finding {
            rule: ABOUT.rule,
            grade: SENTENCE.name,
            span: second.clone(),
            note: TWICE.to_string(),
            left_out: None,
        })
    })
}

fn says_something(draft: &Draft<'_>, sentence: &Span) -> bool {
    let words = draft.text.words_in(sentence);
    let halves = words
        .clone()
        .map(|at| if draft.is_unspaced(at) { 1 } else { 2 });
    let small = words
        .skip(1)
        .filter(|at| !draft.is_capital(*at) && draft.text.word(*at).contains(char::is_alphabetic));
    halves.sum::<usize>() >= 2 * SENTENCE_MIN && small.count() >= SMALL_MIN
}
