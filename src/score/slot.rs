//! Where in a text a name must stand, and what stands there.

use super::{Draft, Grade, detector::fill};
use crate::{
    lang::{Kind, NameSlot, NameWord, Names, Pack, key},
    model::Finding,
};

/// What is said of a word that fills a slot: the word, and the place.
pub(super) const ORDINARY: &str = "“{}” is an ordinary word {}";

/// The same of a word that is not English: the word, what it means, and the place.
pub(super) const TRANSLATED: &str = "“{}” ({}) is an ordinary word {}";

/// Words that a phrase before a slot has, at most.
const SLOT_WORDS_MAX: usize = 6;

/// The share of capitals from which a sentence is a headline; the second where every noun has one.
const CAPITALS_MAX: f64 = 0.6;
const CAPITALS_OF_NOUNS_MAX: f64 = 0.8;

/// A common word in the slot of a name: the words `from..end`.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) from: usize,
    pub(super) end: usize,
    pub(super) word: &'a NameWord,
}

/// A text with what is known about the names of its language.
pub(super) struct Slots<'a> {
    draft: &'a Draft<'a>,
    pack: &'a Pack,
    names: &'a Names,
    /// Every noun has a capital, so that capitals tell nothing.
    pub(super) nouns_are_capital: bool,
}

/// A candidate that is no name where one must stand, or the other way round.
pub(super) struct Judged<'a> {
    pub(super) candidate: Candidate<'a>,
    pub(super) grade: Grade,
    pub(super) note: String,
}

impl Judged<'_> {
    /// What the rule `rule` says of it.
    pub(super) fn finding(self, rule: &'static str, draft: &Draft<'_>) -> Finding {
        Finding {
            rule,
            grade: self.grade.name,
            span: draft.span(self.candidate.from, self.candidate.end),
            note: self.note,
            left_out: None,
        }
    }
}

impl<'a> Slots<'a> {
    /// `None` where the language has no table.
    pub(super) fn of(draft: &'a Draft<'a>) -> Option<Slots<'a>> {
        let pack = draft.pack?;
        Some(Slots {
            draft,
            pack,
            names: draft.lexicon.names(&pack.lang)?,
            nouns_are_capital: pack.nouns_are_capital,
        })
    }

    /// The slots that open with the word at `at`, and the word that stands in each.
    pub(super) fn opened_at(
        &self,
        at: usize,
    ) -> impl Iterator<Item = (NameSlot, usize)> + use<'_, 'a> {
        let keys = &self.draft.keys;
        let opens = self.pack.name_slots.begins_with(keys[at]);
        let hits = opens.then(|| self.pack.name_slots.at(keys, at, &|_, _| true));
        hits.into_iter()
            .flatten()
            .filter(move |hit| (at..hit.end).all(|word| self.draft.joins_next(word)))
            .map(|hit| (hit.family, hit.end))
    }

    /// The common word at `at`, or the two that make one, in whatever case.
    pub(super) fn word_at(&self, at: usize) -> Option<Candidate<'a>> {
        let text = self.draft.text;
        let first = *self.draft.keys.get(at)?;
        let known = |words: usize, word| Candidate {
            from: at,
            end: at + words,
            word,
        };
        if let Some(word) = self.names.of_two(first, text.word(at + 1))
            && text.gap_after(at) == " "
        {
            return Some(known(2, word));
        }
        let whole = text.word(at);
        let word = unelided(whole);
        let key = match word.len() == whole.len() {
            true => first,
            false => key(word),
        };
        self.names.get(key).map(|word| known(1, word))
    }

    /// The same, if it is no name at all and has a capital that no sentence demands.
    pub(super) fn capital_at(&self, at: usize) -> Option<Candidate<'a>> {
        let text = self.draft.text;
        let word = unelided(text.word(at));
        let mut letters = word.chars();
        if !letters.next().is_some_and(char::is_uppercase) || !letters.any(char::is_lowercase) {
            return None;
        }
        self.word_at(at).filter(|candidate| {
            let no_name = !matches!(
                candidate.word.kind,
                Kind::Territory | Kind::Name | Kind::Cooking
            );
            let amid = no_name && at > 0 && !is_stop(text.gap_before(at));
            amid && !self.is_headline(candidate)
        })
    }

    /// Whether the word at `at` begins with a capital, its article aside.
    pub(super) fn is_capital(&self, at: usize) -> bool {
        unelided(self.draft.text.word(at)).starts_with(char::is_uppercase)
    }

    /// Whether most words of its sentence are written with a capital.
    fn is_headline(&self, candidate: &Candidate<'_>) -> bool {
        let words = self.draft.sentence(&(candidate.from..candidate.end));
        let all = words.len() as f64;
        let capitals = words.filter(|at| self.draft.is_capital(*at)).count() as f64;
        let most = if self.nouns_are_capital {
            CAPITALS_OF_NOUNS_MAX
        } else {
            CAPITALS_MAX
        };
        capitals > most * all
    }

    /// Whether the word is a plural, in languages whose plurals have an ending of their own.
    pub(super) fn is_plural(&self, candidate: &Candidate<'_>) -> bool {
        let ending = self.pack.plural_ending.as_deref();
        ending.is_some_and(|ending| self.draft.text.word(candidate.end - 1).ends_with(ending))
    }

    /// Whether the name goes on: a capital or a number stands behind it.
    pub(super) fn goes_on(&self, candidate: &Candidate<'_>) -> bool {
        let next = self.draft.text.word(candidate.end);
        self.draft.joins_next(candidate.end - 1)
            && next.starts_with(|c: char| {
                c.is_numeric() || (c.is_uppercase() && !self.nouns_are_capital)
            })
    }

    /// Whether it stands in a quotation of a few words.
    pub(super) fn is_title(&self, candidate: &Candidate<'_>) -> bool {
        self.draft.is_title(&(candidate.from..candidate.end))
    }

    /// Whether the word at `at` is a given name that belongs to the next one.
    pub(super) fn is_given(&self, at: usize) -> bool {
        let draft = self.draft;
        draft.is_capital(at)
            && draft.text.gap_after(at) == " "
            && self.names.is_given(draft.keys[at])
    }

    /// Whether the word at `at` gives words to a person.
    pub(super) fn speaks(&self, at: usize) -> bool {
        let word = self.draft.text.word(at);
        word.starts_with(char::is_lowercase) && self.pack.speech.contains(word)
    }

    /// Whether nothing but a space parts the word at `at` from the next.
    pub(super) fn is_next(&self, at: usize) -> bool {
        self.draft.text.gap_after(at) == " "
    }

    /// Whether a quotation ends before the word at `at`, with the comma that its speaker follows.
    pub(super) fn follows_speech(&self, at: usize) -> bool {
        let gap = self.draft.text.gap_before(at);
        gap.contains(',') && gap.contains(['"', '”', '»', '“', '\''])
    }

    /// Whether a capital stands before the word at `at` that is known neither as a word nor as a given
    /// name: the name of something else may have begun there.
    pub(super) fn has_begun(&self, at: usize) -> bool {
        let draft = self.draft;
        at.checked_sub(1).is_some_and(|before| {
            let key = draft.keys[before];
            draft.is_capital(before)
                && draft.text.gap_after(before) == " "
                && !self.names.is_given(key)
                && self.names.get(key).is_none()
        })
    }

    /// Whether a phrase that demands a name of its own kind stands right before the word at `at`.
    pub(super) fn is_demanded(&self, at: usize) -> bool {
        (at.saturating_sub(SLOT_WORDS_MAX)..at).any(|from| {
            self.opened_at(from)
                .any(|(slot, end)| end == at && slot != NameSlot::Way)
        })
    }

    /// Whether the word at `at` is where something is or comes from: "in Turkey", "aus der Türkei".
    pub(super) fn is_place(&self, at: usize) -> bool {
        let is_way = |from: usize, to: usize| {
            let mut opened = self.opened_at(from);
            opened.any(|(slot, end)| end == to && slot == NameSlot::Way)
                || (self.pack.locatives.contains(&self.draft.keys[from])
                    && !self.pack.coordinators.contains(&self.draft.keys[from]))
        };
        let before = |at: usize| {
            at.checked_sub(1)
                .filter(|before| self.draft.joins_next(*before))
        };
        let Some(first) = before(at) else {
            return false;
        };
        let behind_article =
            || before(first).filter(|_| self.pack.function_words.contains(&self.draft.keys[first]));
        is_way(first, at) || behind_article().is_some_and(|second| is_way(second, first))
    }

    /// Whether the word at `at` tells of what the word before it is: "the kitchen of Turkey", "Küche der
    /// Türkei", "makanan Turki".
    pub(super) fn is_attribute(&self, at: usize) -> bool {
        let draft = self.draft;
        let Some(before) = at.checked_sub(1).filter(|before| draft.joins_next(*before)) else {
            return false;
        };
        let is_grammar = |word: usize| self.pack.function_words.contains(&draft.keys[word]);
        let behind_noun = || {
            let noun = before.checked_sub(1);
            noun.is_some_and(|noun| {
                let linked = self.pack.genitives.contains(&draft.keys[before]);
                linked && draft.joins_next(noun) && !is_grammar(noun)
            })
        };
        !is_grammar(before) || behind_noun()
    }

    /// Whether nothing but an article stands before the word at `at` in its sentence.
    pub(super) fn opens_sentence(&self, at: usize) -> bool {
        let start = self.draft.sentence(&(at..at + 1)).start;
        let article = |word: usize| self.pack.function_words.contains(&self.draft.keys[word]);
        start == at || (start + 1 == at && article(start))
    }

    /// Whether the two are parted by "and" alone.
    pub(super) fn is_joined(&self, end: usize, at: usize) -> bool {
        at == end + 1 && self.pack.coordinators.contains(&self.draft.keys[end])
    }

    /// Whether the text has a common word of this translation, besides countries.
    pub(super) fn has_translation(&self, english: &str) -> bool {
        let words = (0..self.draft.keys.len()).filter_map(|at| self.word_at(at));
        words
            .map(|candidate| candidate.word)
            .any(|word| word.english == english && !word.is_territory())
    }

    /// Whether the word is the English one that it would be a translation of.
    pub(super) fn is_english(&self, candidate: &Candidate<'_>) -> bool {
        self.draft.keys[candidate.from] == key(candidate.word.english)
    }

    /// Whether the text has this English word as a person's name: "Nigel Carpenter".
    pub(super) fn has_person(&self, english: &str) -> bool {
        let name = key(english);
        (1..self.draft.keys.len())
            .filter(|at| self.draft.keys[*at] == name && self.is_capital(*at))
            .any(|at| self.is_given(at - 1))
    }

    /// On how many sides the name of a country stands, parted by a comma or "and".
    pub(super) fn territories_beside(&self, candidate: &Candidate<'_>) -> usize {
        let draft = self.draft;
        let joined = |at: usize| draft.text.gap_after(at).trim() == ",";
        let and = |at: usize| self.pack.coordinators.contains(&draft.keys[at]);
        let is_territory = |at: usize| {
            let word = self.names.get(draft.keys[at]);
            draft.is_capital(at) && word.is_some_and(|word| word.is_territory())
        };
        let before = candidate.from.checked_sub(1).is_some_and(|before| {
            (joined(before) && is_territory(before))
                || (and(before) && before > 0 && is_territory(before - 1))
        });
        let end = candidate.end;
        let after = (end < draft.keys.len() && joined(end - 1) && is_territory(end))
            || (end + 1 < draft.keys.len() && and(end) && is_territory(end + 1));
        usize::from(before) + usize::from(after)
    }

    /// What is wrong with the candidate.
    pub(super) fn note(&self, candidate: &Candidate<'_>, place: &str) -> String {
        let span = self.draft.span(candidate.from, candidate.end);
        let word = &self.draft.text.raw[span];
        let english = candidate.word.english;
        if english.is_empty() || self.pack.lang.as_str() == "en" {
            fill(ORDINARY, &[word, place])
        } else {
            fill(TRANSLATED, &[word, english, place])
        }
    }
}

/// "d'Oie" is "Oie" with an article.
fn unelided(word: &str) -> &str {
    let is_apostrophe = |c| matches!(c, '\'' | '’');
    let mut letters = word.chars();
    let article = letters.next().is_some_and(|c| !is_apostrophe(c));
    match article && letters.next().is_some_and(is_apostrophe) {
        true => letters.as_str(),
        false => word,
    }
}

/// Whether a sentence, a quotation or an aside may begin after it.
fn is_stop(gap: &str) -> bool {
    gap.contains(|c: char| !c.is_whitespace() && c != ',')
}
