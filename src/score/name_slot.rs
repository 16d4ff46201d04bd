//! "Presiden Kalkun" (President Turkey), "Donald Trompeta": an ordinary word where a name must stand.

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    slot::{Candidate, Judged, ORDINARY, Slots, TRANSLATED},
};
use crate::{
    lang::{Kind, NameSlot},
    model::Finding,
};

/// See [`ABOUT`].
pub(super) struct NameSlotRule;

/// Findings of one text: what has more is a text about something else.
const FINDINGS_MAX: usize = 20;

// The tables of names are counted from the very texts that rules are measured on. So the counts are those
// of either half of the texts with tables from the other (`config/name_tables.py --fold`).
const THING: Grade = Grade::strong(0.5, Counts::new(0, 0, 0))
    .when("an animal, a dish, a tool or a garment stands for a country, a people or a language");
const LIST: Grade = Grade::strong(0.5, Counts::new(0, 0, 0))
    .named("strong-list")
    .when("the same, in a list of countries");
const SURNAME: Grade = Grade::strong(0.4, Counts::new(0, 0, 0))
    .named("strong-surname")
    .when("such a word stands behind a given name");
const TWIN: Grade = Grade::strong(0.4, Counts::new(0, 0, 0))
    .named("strong-twin")
    .when("a person's name stands in the text as it is and, elsewhere, translated");
const WORD: Grade = Grade::weak(0.15, Counts::new(9, 4, 8))
    .when("any other common word stands for a country, a firm, a language or a town");
const WEAK_SURNAME: Grade = Grade::weak(0.1, Counts::new(11, 2, 11))
    .named("weak-surname")
    .when("any other common word stands behind a given name");
const WAY: Grade = Grade::weak(0.1, Counts::new(9, 7, 21))
    .named("weak-way")
    .when("a common word with a capital stands where a place is expected");

const OF_NATION: &str = "where a country or a people must stand";
const OF_FIRM: &str = "where a firm must stand";
const OF_LANGUAGE: &str = "where a language must stand";
const OF_REGION: &str = "where a town or a region must stand";
const OF_PLACE: &str = "where a place must stand";
const IN_LIST: &str = "in a list of countries";
const OF_SURNAME: &str = "where a surname must stand";
const OF_TWIN: &str = "that the text has as a name elsewhere";
const OF_NAME: &str = "where a name must stand";

const ABOUT: About = About {
    rule: "name-slot",
    summary: "an ordinary word where the name of a country, a firm, a language or a person must stand",
    why: "many names are words of their own language; an engine that takes the name for the word \
          translates it, and keeps the capital",
    family: Family::Translation,
    grades: &[THING, LIST, SURNAME, TWIN, WORD, WEAK_SURNAME, WAY],
    notes: &[
        ORDINARY,
        TRANSLATED,
        OF_NATION,
        OF_FIRM,
        OF_LANGUAGE,
        OF_REGION,
        OF_PLACE,
        IN_LIST,
        OF_SURNAME,
        OF_TWIN,
        OF_NAME,
    ],
    flags: &[
        Example {
            lang: "id",
            text: "Presiden [[Kelinci]] tiba di Jakarta untuk berunding dengan para menteri.",
        },
        Example {
            lang: "es",
            text: "El presidente [[Donald Cuchara]] anunció nuevos aranceles sobre el acero.",
        },
    ],
    passes: &[
        Example {
            lang: "id",
            text: "Presiden Joko Widodo memelihara kelinci di halaman istana.",
        },
        Example {
            lang: "es",
            text: "El presidente de Turquía comió con una cuchara de plata.",
        },
    ],
};

impl Detector for NameSlotRule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(slots) = Slots::of(draft) else {
            return;
        };
        let (mut end, mut before) = (0, None);
        let mut left = FINDINGS_MAX;
        for at in 0..draft.keys.len() {
            let judged = in_slot(&slots, at)
                .or_else(|| in_list(&slots, at))
                .or_else(|| twin(&slots, at))
                .or_else(|| behind_given(&slots, at))
                .or_else(|| speaking(&slots, at))
                .or_else(|| before.and_then(|grade| joined(&slots, end, at, grade)));
            let Some(judged) = judged.filter(|judged| judged.candidate.from >= end) else {
                continue;
            };
            let words = judged.candidate.from..judged.candidate.end;
            if draft.is_native(&words) {
                continue;
            }
            if left == 0 {
                return;
            }
            left -= 1;
            (end, before) = (words.end, Some(judged.grade));
            found.push(judged.finding(ABOUT.rule, draft));
        }
    }
}

/// After "president of", "shares in", "to".
fn in_slot<'a>(slots: &Slots<'a>, at: usize) -> Option<Judged<'a>> {
    let (slot, candidate) = slots
        .opened_at(at)
        .filter_map(|(slot, at)| Some((slot, slots.capital_at(at)?)))
        .filter(|(_, candidate)| candidate.word.kind != Kind::Month)
        .min_by_key(|(slot, _)| *slot)?;
    if candidate.word.is_place() || slots.goes_on(&candidate) || slots.is_title(&candidate) {
        return None;
    }
    let thing = candidate.word.kind == Kind::Concrete || candidate.word.is_nation();
    let grade = match slot {
        NameSlot::Person => return of_person(slots, candidate),
        NameSlot::State | NameSlot::Language if thing => THING,
        NameSlot::Way | NameSlot::Place if candidate.word.is_town() => return None,
        NameSlot::Firm | NameSlot::Way if candidate.word.is_firm() => return None,
        NameSlot::Way if slots.nouns_are_capital || candidate.word.kind == Kind::Common => {
            return None;
        }
        NameSlot::Way => WAY,
        _ if slots.nouns_are_capital && candidate.word.kind != Kind::Concrete => return None,
        _ => WORD,
    };
    let wanted = match slot {
        NameSlot::State => OF_NATION,
        NameSlot::Firm => OF_FIRM,
        NameSlot::Language => OF_LANGUAGE,
        NameSlot::Place => OF_REGION,
        NameSlot::Way => OF_PLACE,
        NameSlot::Person => OF_SURNAME,
    };
    let note = slots.note(&candidate, wanted);
    Some(Judged {
        candidate,
        grade,
        note,
    })
}

/// A word for a person, behind what people are addressed with or beside a verb of speech. What is a trade
/// or a common word may as well be an office: "Mr Speaker".
fn of_person<'a>(slots: &Slots<'a>, candidate: Candidate<'a>) -> Option<Judged<'a>> {
    let word = candidate.word;
    let stands_for_nobody = matches!(word.kind, Kind::Concrete | Kind::Nature | Kind::Trait);
    let trait_of_noun = slots.nouns_are_capital && word.kind == Kind::Trait;
    if !stands_for_nobody
        || trait_of_noun
        || word.is_surname()
        || word.is_place()
        || slots.goes_on(&candidate)
        || slots.is_plural(&candidate)
        || slots.is_title(&candidate)
    {
        return None;
    }
    let note = slots.note(&candidate, OF_SURNAME);
    Some(Judged {
        candidate,
        grade: WEAK_SURNAME,
        note,
    })
}

/// "said Hill", and "…,” Hill said".
fn speaking<'a>(slots: &Slots<'a>, at: usize) -> Option<Judged<'a>> {
    if !slots.is_capital(at) || slots.nouns_are_capital {
        return None;
    }
    let behind_verb = || {
        let candidate = slots.capital_at(at)?;
        let verb = at.checked_sub(1)?;
        (slots.is_next(verb) && slots.speaks(verb)).then_some(candidate)
    };
    let before_verb = || {
        let candidate = slots.word_at(at).filter(|_| slots.follows_speech(at))?;
        let last = candidate.end - 1;
        (slots.is_next(last) && slots.speaks(candidate.end)).then_some(candidate)
    };
    of_person(slots, behind_verb().or_else(before_verb)?)
}

/// Beside the name of a country, in a list.
fn in_list<'a>(slots: &Slots<'a>, at: usize) -> Option<Judged<'a>> {
    let candidate = slots.capital_at(at)?;
    let thing = candidate.word.kind == Kind::Concrete || candidate.word.is_nation();
    let beside = slots.territories_beside(&candidate);
    let enough = if slots.nouns_are_capital { 2 } else { 1 };
    if candidate.word.is_place() || beside < enough || slots.goes_on(&candidate) {
        return None;
    }
    let grade = match thing {
        true => LIST,
        false if slots.nouns_are_capital || candidate.word.is_town() => return None,
        false => WAY,
    };
    let note = slots.note(&candidate, IN_LIST);
    Some(Judged {
        candidate,
        grade,
        note,
    })
}

/// "Nigel Carpenter … Tukang Kayu": a name, and elsewhere what it means. Colours and the like are part of
/// many other names, and trades are common where every noun has a capital.
fn twin<'a>(slots: &Slots<'a>, at: usize) -> Option<Judged<'a>> {
    let candidate = slots.capital_at(at)?;
    let word = candidate.word;
    let alone = at
        .checked_sub(1)
        .is_none_or(|before| !slots.is_capital(before) || !slots.is_next(before));
    if slots.nouns_are_capital
        || word.english.is_empty()
        || matches!(word.kind, Kind::Month | Kind::Trait)
        || !alone
        || slots.goes_on(&candidate)
        || slots.is_title(&candidate)
        || slots.is_english(&candidate)
        || !slots.has_person(word.english)
    {
        return None;
    }
    let note = slots.note(&candidate, OF_TWIN);
    // Somebody else may be called so.
    let grade = match word.is_surname() || word.is_place() {
        true => WEAK_SURNAME,
        false => TWIN,
    };
    Some(Judged {
        candidate,
        grade,
        note,
    })
}

/// After a given name.
fn behind_given<'a>(slots: &Slots<'a>, at: usize) -> Option<Judged<'a>> {
    let given = at.checked_sub(1)?;
    let candidate = slots.capital_at(at)?;
    if candidate.word.is_surname()
        || candidate.word.is_place()
        || !slots.is_given(given)
        || (candidate.word.kind == Kind::Common && slots.has_begun(given))
        || slots.goes_on(&candidate)
        || slots.is_title(&candidate)
    {
        return None;
    }
    let grade = match candidate.word.kind {
        // "Sydney Trains": what is named after a town is many, a person is one.
        Kind::Concrete if !slots.nouns_are_capital && !slots.is_plural(&candidate) => SURNAME,
        _ if slots.nouns_are_capital && candidate.word.kind != Kind::Month => return None,
        _ => WEAK_SURNAME,
    };
    let note = slots.note(&candidate, OF_SURNAME);
    let candidate = Candidate {
        from: given,
        ..candidate
    };
    Some(Judged {
        candidate,
        grade,
        note,
    })
}

/// "Refrigerator and Pregnant": what is joined to a word that stands for a place is another one.
fn joined<'a>(slots: &Slots<'a>, end: usize, at: usize, before: Grade) -> Option<Judged<'a>> {
    let candidate = slots.capital_at(at)?;
    if !slots.is_joined(end, at)
        || candidate.word.is_place()
        || slots.goes_on(&candidate)
        || slots.nouns_are_capital
        || before == SURNAME
        || before == WEAK_SURNAME
    {
        return None;
    }
    let note = slots.note(&candidate, OF_NAME);
    let grade = match candidate.word.kind {
        Kind::Concrete => before,
        _ => WAY,
    };
    Some(Judged {
        candidate,
        grade,
        note,
    })
}
