//! "presiden kalkun" (Turkey as the bird), "Turki panggang" (the bird as Turkey), "3 marcha 2019".

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    detector::fill,
    slot::{Judged, ORDINARY, Slots, TRANSLATED},
};
use crate::{
    lang::{Kind, NameSlot, NameWord, Pack},
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct Homograph;

/// Findings of one text.
const FINDINGS_MAX: usize = 20;
/// So many words around a country's name may say that it is cooked.
const NEAR: usize = 2;
/// Words of the kitchen that a sentence must hold.
const KITCHEN_MIN: usize = 2;

const NATION: Grade = Grade::strong(0.5, Counts::new(0, 0, 0))
    .when("a word that is a country or a people elsewhere, in small letters, where one must stand");
const MONTH: Grade = Grade::strong(0.5, Counts::new(0, 0, 0))
    .named("strong-month")
    .when("a word that is a month elsewhere, in a date");
const DISH: Grade = Grade::strong(0.5, Counts::new(0, 0, 0))
    .named("strong-dish")
    .when("a country that is cooked, and is an animal or a dish elsewhere");
const KITCHEN: Grade = Grade::weak(0.15, Counts::new(0, 0, 0))
    .when("such a country in a sentence with words of the kitchen and no other country");

const ACRONYM: Grade = Grade::strong(0.4, Counts::new(0, 0, 0))
    .named("strong-acronym")
    .when("a word in capitals that means what an acronym means as a word: who, us, it");

const OF_ACRONYM: &str = "where an acronym must stand";
const OF_NATION: &str = "where a country or a people must stand";
const OF_MONTH: &str = "where a month must stand";
const DISH_NOTE: &str = "“{}” is a country, but the sentence is about food: {}?";

const ABOUT: About = About {
    rule: "homograph",
    summary: "a word whose other sense is meant in the language that was translated: a bird for a \
              country, a country for a bird, a walk for a month",
    why: "Turkey is a bird and March a walk in English only; an engine takes the one for the other, \
          where no writer could",
    family: Family::Translation,
    grades: &[NATION, MONTH, DISH, ACRONYM, KITCHEN],
    notes: &[
        ORDINARY, TRANSLATED, OF_NATION, OF_MONTH, OF_ACRONYM, DISH_NOTE,
    ],
    flags: &[
        Example {
            lang: "id",
            text: "Menurut pemerintah [[kalkun]], perundingan akan dilanjutkan bulan depan.",
        },
        Example {
            lang: "es",
            text: "Para la cena sirvieron [[Turquía]] asada con puré de patatas.",
        },
    ],
    passes: &[
        Example {
            lang: "id",
            text: "Menurut pemerintah Turki, ekspor daging kalkun akan dilanjutkan bulan depan.",
        },
        Example {
            lang: "es",
            text: "Para la cena en Turquía sirvieron pavo asado con puré de patatas.",
        },
    ],
};

impl Detector for Homograph {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let Some(slots) = Slots::of(draft) else {
            return;
        };
        let judged = (0..draft.keys.len()).filter_map(|at| {
            as_nation(&slots, at)
                .or_else(|| as_month(draft, &slots, at))
                .or_else(|| as_dish(draft, &slots, at))
        });
        let judged: Vec<_> = judged.take(FINDINGS_MAX).collect();
        found.extend(acronyms(draft).take(FINDINGS_MAX));
        found.extend(
            judged
                .into_iter()
                .map(|judged| judged.finding(ABOUT.rule, draft)),
        );
    }
}

/// "the government of turkey", with the word for the bird; with a capital it is a matter of
/// `name-slot`.
fn as_nation<'a>(slots: &Slots<'a>, at: usize) -> Option<Judged<'a>> {
    let opened = slots.opened_at(at);
    let candidate = opened
        .filter(|(slot, _)| *slot == NameSlot::State)
        .filter_map(|(_, at)| slots.word_at(at))
        .find(|candidate| candidate.word.is_nation() && !candidate.word.is_place())?;
    if slots.is_capital(candidate.from) || slots.is_title(&candidate) {
        return None;
    }
    let note = slots.note(&candidate, OF_NATION);
    Some(Judged {
        candidate,
        grade: NATION,
        note,
    })
}

/// Words of a name before its acronym, at most.
const NAME_WORDS_MAX: usize = 7;
/// Initials of such a name that an acronym of its own has, at least.
const INITIALS_MIN: usize = 2;

/// "the health organisation (WHOM)", "180 dollars WE": what an acronym is as a word, in capitals behind
/// the name that it is none of, or behind the currency of the country that it means.
fn acronyms<'a>(draft: &'a Draft<'_>) -> impl Iterator<Item = Finding> + 'a {
    let words = draft.pack.map(|pack| &pack.acronyms);
    let all = 0..draft.keys.len();
    let is_word = move |at: &usize| words.is_some_and(|words| words.contains(&draft.keys[*at]));
    let hits = all.filter(is_word).filter(|at| is_acronym(draft, *at));
    hits.map(|at| {
        let span = draft.span(at, at + 1);
        Finding {
            rule: ABOUT.rule,
            grade: ACRONYM.name,
            note: fill(ORDINARY, &[&draft.text.raw[span.clone()], OF_ACRONYM]),
            span,
            left_out: None,
        }
    })
}

fn is_acronym(draft: &Draft<'_>, at: usize) -> bool {
    let text = draft.text;
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    let is_small = |at: usize| text.word(at).contains(char::is_lowercase);
    if is_small(at) || !is_small(before) {
        return false;
    }
    let is_dollar = |pack: &Pack| pack.dollars.contains(text.word(before));
    if draft.pack.is_some_and(is_dollar) && text.gap_before(at) == " " && is_small(at + 1) {
        return true;
    }
    // "World Health Organization (WHO)" is called so.
    let acronym = text.word(at).to_lowercase();
    let mut letters = acronym.chars();
    let opened = draft.sentence(&(before..at)).start;
    let initials = (at.saturating_sub(NAME_WORDS_MAX).max(opened)..at)
        .filter_map(|word| text.word(word).chars().flat_map(char::to_lowercase).next());
    let in_order = initials.filter(|initial| {
        let mut rest = letters.clone();
        let found = rest.any(|letter| letter == *initial);
        if found {
            letters = rest;
        }
        found
    });
    let own = in_order.take(INITIALS_MIN).count() == INITIALS_MIN;
    let bracket = text.gap_before(at) == " (" && text.gap_after(at).starts_with(')');
    bracket && !own
}

/// "3 walk 2019": a day, the word, a year.
fn as_month<'a>(draft: &Draft<'_>, slots: &Slots<'a>, at: usize) -> Option<Judged<'a>> {
    let number = |at: usize| draft.text.word(at).parse::<u32>().ok();
    let day = (1..=31).contains(&number(at)?);
    // "3 de marcha de 2019"
    let skip = |at: usize| {
        at + usize::from(draft.text.word(at).chars().count() <= 2 && number(at).is_none())
    };
    let candidate = slots.word_at(skip(at + 1))?;
    let year = number(skip(candidate.end)).filter(|year| (1900..2100).contains(year));
    // With a capital, the day alone tells: "3 March" left as the name of a walk.
    let is_name = slots.capital_at(candidate.from).is_some() && !slots.nouns_are_capital;
    let dated = year.is_some() || (is_name && !slots.goes_on(&candidate));
    if !day || !candidate.word.is_month() || !dated {
        return None;
    }
    let joined = (at..candidate.end).all(|word| {
        let gap = draft.text.gap_after(word);
        gap.trim_start_matches(['.', ',']) == " "
    });
    let note = slots.note(&candidate, OF_MONTH);
    joined.then_some(Judged {
        candidate,
        grade: MONTH,
        note,
    })
}

/// "roast Turkey": a country's name among words of the kitchen.
fn as_dish<'a>(draft: &Draft<'_>, slots: &Slots<'a>, at: usize) -> Option<Judged<'a>> {
    if !slots.is_capital(at) {
        return None;
    }
    let candidate = slots
        .word_at(at)
        .filter(|candidate| candidate.word.is_territory() && !candidate.word.english.is_empty())?;
    let words = draft.sentence(&(candidate.from..candidate.end));
    let near =
        candidate.from.saturating_sub(NEAR).max(words.start)..(candidate.end + NEAR).min(words.end);
    let known = |words: Span| {
        words
            .filter_map(|at| slots.word_at(at))
            .map(|found| found.word)
    };
    let others = known(words.clone())
        .filter(|word| word.is_territory())
        .count();
    let kitchen = known(words).filter(|word| word.is_kitchen()).count();
    let right = || slots.is_demanded(at) || slots.has_translation(candidate.word.english);
    if others > 1 || kitchen == 0 || slots.is_place(at) || right() {
        return None;
    }
    let cooked = known(near).any(|word: &NameWord| word.kind == Kind::Cooking);
    // "Turkey sells garlic and salt": what opens a sentence does something.
    let acts = slots.opens_sentence(at) || slots.is_attribute(at);
    let grade = match cooked {
        true => DISH,
        false if kitchen >= KITCHEN_MIN && !acts => KITCHEN,
        false => return None,
    };
    let word = draft.text.word(at);
    let english = candidate.word.english;
    let note = fill(DISH_NOTE, &[word, english]);
    Some(Judged {
        candidate,
        grade,
        note,
    })
}
