//! Second opinions on texts whose faults are known: what a model finds, whom it accuses wrongly, and
//! what that costs.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::figures::percent;
use crate::{
    measure::statistics::share,
    model::{Lang, Opinion, Remark, Span},
    opinion::{Consultation, Tokens},
};

/// Remarks from which an article is flagged by them alone.
const FLAGGED_BY: usize = 2;

/// A text and the words in it that are wrong: one line of a file. Where `kind` is `flag` there are
/// some; any other text is innocent.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// What it is called.
    pub id: String,
    /// Its language.
    pub lang: String,
    kind: String,
    /// The text.
    pub text: String,
    #[serde(default)]
    spans: Vec<WrongWords>,
}

#[derive(Debug, Clone, Deserialize)]
struct WrongWords {
    text: String,
    #[serde(default)]
    family: Option<String>,
}

impl Case {
    fn is_guilty(&self) -> bool {
        self.kind == "flag"
    }

    /// Its language, if it is one.
    pub fn lang(&self) -> Option<Lang> {
        Lang::new(&self.lang)
    }
}

/// Wrong words, and those of them that were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Found {
    spans: usize,
    found: usize,
}

impl Found {
    fn add(&mut self, is_found: bool) {
        self.spans += 1;
        self.found += usize::from(is_found);
    }

    fn recall(self) -> Option<f64> {
        (self.spans > 0).then(|| share(self.found, self.spans))
    }
}

/// Texts of one kind by what was said of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Accused {
    /// Of which there is an opinion.
    texts: usize,
    /// In which something was named.
    named: usize,
    /// In which so much was named that it flags them by itself.
    flagged: usize,
}

impl Accused {
    fn add(&mut self, opinion: &Opinion) {
        self.texts += 1;
        self.named += usize::from(!opinion.remarks.is_empty());
        self.flagged += usize::from(opinion.remarks.len() >= FLAGGED_BY);
    }
}

/// What an endpoint made of a set.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OpinionReport {
    /// Who was asked.
    adviser: String,
    /// Texts of the set that were asked about.
    cases: usize,
    /// Wrong words in texts of which there is an opinion, and those that were named.
    all: Found,
    by_family: BTreeMap<String, Found>,
    by_lang: BTreeMap<String, Found>,
    guilty: Accused,
    innocent: Accused,
    /// Innocent texts in which something was named, and the words.
    accused: Vec<(String, String)>,
    /// Quotes that held.
    kept: usize,
    /// Quotes that did not, by why.
    dropped: BTreeMap<&'static str, usize>,
    /// Calls by how they ended.
    calls: BTreeMap<&'static str, usize>,
    tokens: Tokens,
    seconds: f64,
}

impl OpinionReport {
    /// Nobody has been asked yet.
    pub fn new(adviser: String) -> OpinionReport {
        OpinionReport {
            adviser,
            ..OpinionReport::default()
        }
    }

    /// Takes a call into account; it may have been one of several about its text.
    pub fn add_call(&mut self, asked: &Consultation, took: Duration) {
        *self.calls.entry(asked.outcome.as_str()).or_default() += 1;
        self.kept += asked.kept;
        for why in &asked.dropped {
            *self.dropped.entry(why.as_str()).or_default() += 1;
        }
        self.tokens += asked.tokens;
        self.seconds += took.as_secs_f64();
    }

    /// Takes what was said of a text into account: nothing, where no call brought an opinion.
    pub fn add_case(&mut self, case: &Case, opinion: Option<&Opinion>) {
        self.cases += 1;
        let Some(opinion) = opinion else { return };
        if !case.is_guilty() {
            self.innocent.add(opinion);
            let named = opinion.remarks.iter();
            self.accused
                .extend(named.map(|remark| (case.id.clone(), remark.quote.clone())));
            return;
        }
        self.guilty.add(opinion);
        for wrong in &case.spans {
            let is_found = is_named(&case.text, &wrong.text, &opinion.remarks);
            let family = wrong.family.clone().unwrap_or_default();
            self.all.add(is_found);
            self.by_family.entry(family).or_default().add(is_found);
            let lang = self.by_lang.entry(case.lang.clone()).or_default();
            lang.add(is_found);
        }
    }

    /// Texts of which there is an opinion.
    pub fn opinions(&self) -> usize {
        self.guilty.texts + self.innocent.texts
    }
}

/// Whether a remark shares a letter with the words, wherever they stand in the text.
fn is_named(text: &str, words: &str, remarks: &[Remark]) -> bool {
    let mut places = text.match_indices(words);
    places.any(|(start, _)| {
        let end = start + words.len();
        let touches = |span: &Span| span.start < end && start < span.end;
        let mut spans = remarks.iter().filter_map(|remark| remark.span.as_ref());
        spans.any(touches)
    })
}

impl fmt::Display for OpinionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.cases - self.opinions();
        writeln!(
            f,
            "{}: {} texts, no opinion of {failed}\n\n{:<28}{:>8}{:>8}{:>10}",
            self.adviser, self.cases, "wrong words", "in all", "named", "recall"
        )?;
        for by_name in [&self.by_family, &self.by_lang] {
            for (name, found) in by_name {
                write!(f, "{}", row(name, *found))?;
            }
            writeln!(f)?;
        }
        write!(f, "{}", row("all", self.all))?;
        writeln!(
            f,
            "\n{:<28}{:>8}{:>8}{:>10}",
            "texts", "in all", "named", "flagged"
        )?;
        for (name, texts) in [
            ("with wrong words", self.guilty),
            ("innocent", self.innocent),
        ] {
            let Accused {
                texts,
                named,
                flagged,
            } = texts;
            writeln!(f, "{name:<28}{texts:>8}{named:>8}{flagged:>10}")?;
        }
        for (id, words) in &self.accused {
            writeln!(f, "  {id}: {words}")?;
        }
        writeln!(
            f,
            "\nquotes that held: {}; dropped:{}",
            self.kept,
            counts(&self.dropped)
        )?;
        writeln!(f, "calls:{}", counts(&self.calls))?;
        let calls: usize = self.calls.values().sum();
        writeln!(
            f,
            "tokens: {} in, {} out; {:.1} seconds, {:.2} a call",
            self.tokens.prompt,
            self.tokens.completion,
            self.seconds,
            self.seconds / calls.max(1) as f64,
        )
    }
}

fn row(name: &str, found: Found) -> String {
    let recall = percent(found.recall());
    let Found { spans, found } = found;
    format!("{name:<28}{spans:>8}{found:>8}{recall:>8} %\n")
}

fn counts(by_name: &BTreeMap<&'static str, usize>) -> String {
    let total: usize = by_name.values().sum();
    let each = by_name
        .iter()
        .map(|(name, count)| format!(", {name} {count}"));
    format!(" {total}{}", each.collect::<String>())
}
