//! A word of the source's script left standing in the translation.

use super::{About, Counts, Detector, Draft, Example, Family, Grade, detector::fill};
use crate::{
    model::Finding,
    text::{Script, script},
};

/// See [`ABOUT`].
pub(super) struct ScriptResidue;

/// Characters of a fragment, at most; longer ones are quotations.
const CHARACTERS_MAX: usize = 24;
/// Characters of a clause between commas, at least.
const CLAUSE_MIN: usize = 6;
/// Fragments in one text, at most: beyond, the text is about the other script or in two languages.
const FRAGMENTS_MAX: usize = 4;

const STRONG: Grade = Grade::strong(0.5, Counts::new(0, 0, 4));

const NOTE: &str = "“{}” was left in another script";

const ABOUT: About = About {
    rule: "script-residue",
    summary: "a fragment in another script, bare in the middle of a sentence",
    why: "an engine copies what it cannot translate; a writer puts foreign writing in brackets or \
          quotation marks, or spells it out",
    family: Family::Translation,
    grades: &[STRONG],
    notes: &[NOTE],
    flags: &[
        Example {
            lang: "en",
            text: "The minister said the [[政策]] would change next year.",
        },
        Example {
            lang: "de",
            text: "Der Minister sprach von einer [[реформа]] im nächsten Jahr.",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "The minister spoke of policy (政策) and of “реформа”, and of β-blockers.",
        },
        Example {
            lang: "ru",
            text: "Министр рассказал о новом сервисе Google Maps и о проекте.",
        },
    ],
};

impl Detector for ScriptResidue {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let scripts: Vec<Option<Script>> = (0..draft.text.words.len())
            .map(|at| draft.text.word(at).chars().next().and_then(script))
            .collect();
        let Some(main) = main_script(&scripts) else {
            return;
        };
        let is_foreign = |s: Option<Script>| s.is_some_and(|s| s != main && s != Script::Latin);
        let mut fragments = Vec::new();
        let mut at = 0;
        while at < scripts.len() {
            if !is_foreign(scripts[at]) {
                at += 1;
                continue;
            }
            let from = at;
            while scripts.get(at) == Some(&scripts[from])
                && (at == from || draft.joins_next(at - 1))
            {
                at += 1;
            }
            fragments.push((from, at));
        }
        if fragments.len() > FRAGMENTS_MAX {
            return;
        }
        let stranded = fragments
            .iter()
            .copied()
            .filter(|&(from, end)| is_stranded(draft, &scripts, main, from, end))
            .filter(|fragment| is_once(draft, &fragments, fragment));
        found.extend(stranded.map(|(from, end)| {
            let span = draft.span(from, end);
            Finding {
                rule: ABOUT.rule,
                grade: STRONG.name,
                note: fill(NOTE, &[&draft.text.raw[span.clone()]]),
                span,
                left_out: None,
            }
        }));
    }
}

/// What comes again is a name that the text uses.
fn is_once(draft: &Draft<'_>, fragments: &[(usize, usize)], wanted: &(usize, usize)) -> bool {
    let same =
        |other: &&(usize, usize)| draft.keys[other.0..other.1] == draft.keys[wanted.0..wanted.1];
    fragments.iter().filter(same).count() == 1
}

/// The script of most words.
fn main_script(scripts: &[Option<Script>]) -> Option<Script> {
    let mut counts = [0_usize; Script::COUNT];
    for script in scripts.iter().flatten() {
        counts[*script as usize] += 1;
    }
    scripts
        .iter()
        .flatten()
        .copied()
        .max_by_key(|script| counts[*script as usize])
}

/// Bare, short, and with the text's own script close on its left and somewhere on its right.
fn is_stranded(
    draft: &Draft<'_>,
    scripts: &[Option<Script>],
    main: Script,
    from: usize,
    end: usize,
) -> bool {
    let span = draft.span(from, end);
    let characters = draft.text.raw[span.clone()].chars().count();
    // "β-blocker"; "the letter Ж"
    let letter = match scripts[from] {
        Some(Script::Greek) => characters < 3,
        Some(Script::Cyrillic) => characters < 2,
        _ => false,
    };
    let gap = draft.text.gap_after(end - 1);
    // "the flower, ラフレシア, blooms" names what stands before; a clause is longer.
    let between = gap == ", " && characters >= CLAUSE_MIN;
    let is_clause = |word: usize| {
        draft.text.gap_after(word) == ", " && draft.text.word(word).starts_with(char::is_lowercase)
    };
    let left = from.checked_sub(1).is_some_and(|word| {
        scripts[word] == Some(main) && (draft.joins_next(word) || (between && is_clause(word)))
    });
    let glossed = gap
        .trim_start()
        .starts_with(['(', '=', '/', '—', '–', ':', '"', '”', '-']);
    let right = scripts.get(end).copied().flatten() == Some(main) && !gap.contains("\n\n");
    left && right
        && !glossed
        && !letter
        && !draft.text.raw[span.clone()].contains('.')
        && characters <= CHARACTERS_MAX
        && !draft.is_quoted(span.start)
}
