//! In which language the pages speak. Templates and code hold the English words; a file under
//! `config/interface` holds what stands in their place in another language, the notes of rules among
//! them. What a server says of a fault stays as it is.

use std::{
    collections::HashMap,
    fmt::{self, Display, Write as _},
    sync::LazyLock,
};

use chrono::TimeDelta;

use crate::model::Timestamp;

/// The languages beside English: their code, and their words as TOML.
pub const WORDS: [(&str, &str); 1] = [("id", include_str!("../../config/interface/id.toml"))];

/// Read once. A file that cannot be read has no words: a test says so.
static READ: LazyLock<Vec<(&str, HashMap<String, String>)>> = LazyLock::new(|| {
    let read = WORDS.into_iter();
    read.map(|(lang, text)| (lang, toml::from_str(text).unwrap_or_default()))
        .collect()
});

/// Sentences within gaps of sentences at most.
const DEPTH_MAX: usize = 8;

/// The language of a page.
#[derive(Debug, Clone, Copy)]
pub struct Tongue {
    lang: &'static str,
    words: Option<&'static HashMap<String, String>>,
}

impl Tongue {
    /// As everything is written.
    pub const ENGLISH: Tongue = Tongue {
        lang: "en",
        words: None,
    };

    /// The language that a reader likes best of those that there are, by `Accept-Language` (RFC 9110,
    /// 12.5.4); English where there is none.
    pub fn of_accepted(accepted: &str) -> Tongue {
        let mut best = (0.0, Tongue::ENGLISH);
        for range in accepted.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight.trim().strip_prefix("q=");
            let weight = weight.map_or(Some(1.0), |q| q.parse::<f32>().ok());
            let primary = tag.trim().split('-').next().unwrap_or_default();
            if let (Some(weight), Some(tongue)) = (weight, Tongue::named(primary))
                && weight > best.0
            {
                best = (weight, tongue);
            }
        }
        best.1
    }

    fn named(primary: &str) -> Option<Tongue> {
        if primary.eq_ignore_ascii_case("en") || primary == "*" {
            return Some(Tongue::ENGLISH);
        }
        let mut read = READ.iter();
        read.find(|(lang, _)| primary.eq_ignore_ascii_case(lang))
            .map(|(lang, words)| Tongue {
                lang,
                words: Some(words),
            })
    }

    /// Its code, for the page.
    pub fn lang(&self) -> &'static str {
        self.lang
    }

    /// What stands in the place of these English words; they themselves where nothing does.
    pub fn say<'t>(&self, english: &'t str) -> &'t str {
        let words = self.words.and_then(|words| words.get(english));
        words.map_or(english, String::as_str)
    }

    /// The same of a sentence with gaps, `{}`, that are filled one by one.
    pub fn fill<'t>(&self, english: &'t str) -> Filled<'t> {
        Filled {
            done: String::new(),
            rest: self.say(english),
        }
    }

    /// What was said with one of these `sentences`, whose gaps are filled already. What was put into a
    /// gap is told again too, unless it stands in quotation marks: that is the article's. What is
    /// none of the sentences stays as it is.
    pub fn retell(&self, sentences: &[&str], said: &str) -> String {
        self.retell_within(sentences, said, DEPTH_MAX)
    }

    fn retell_within(&self, sentences: &[&str], said: &str, depth: usize) -> String {
        let found = sentences
            .iter()
            .filter(|sentence| {
                self.words
                    .is_some_and(|words| words.contains_key(**sentence))
            })
            .find_map(|sentence| Some((sentence, gaps(sentence, said)?)));
        let Some((sentence, gaps)) = found.filter(|_| depth > 0) else {
            return self.say(said).to_string();
        };
        let mut filled = self.fill(sentence);
        let mut before = sentence.split("{}");
        for gap in gaps {
            let is_quoted = before.next().is_some_and(|text| text.ends_with('“'));
            filled = match is_quoted {
                true => filled.with(gap),
                false => filled.with(self.retell_within(sentences, gap, depth - 1)),
            };
        }
        filled.to_string()
    }

    /// A count with its noun: `1 article`, `2 articles`.
    pub fn counted(&self, n: u64, noun: &str) -> String {
        let plural = if n == 1 { "" } else { "s" };
        self.fill(&format!("{{}} {noun}{plural}"))
            .with(n)
            .to_string()
    }

    /// `then` as seen from `now`: `5 min ago`, `in 2 h`, and the date when that is far.
    pub fn age(&self, then: Timestamp, now: Timestamp) -> String {
        let past = now - then;
        let distance = past.abs();
        let span = match (
            distance.num_days(),
            distance.num_hours(),
            distance.num_minutes(),
        ) {
            (0, 0, 0) if past >= TimeDelta::zero() => return self.say("just now").to_string(),
            (0, 0, 0) => return self.say("in a moment").to_string(),
            (0, 0, minutes) => self.fill("{} min").with(minutes),
            (0, hours, _) => self.fill("{} h").with(hours),
            (1, ..) => self.fill("{} day").with(1),
            (days @ 2..=30, ..) => self.fill("{} days").with(days),
            _ => return then.format("%Y-%m-%d").to_string(),
        };
        let around = match past < TimeDelta::zero() {
            true => self.fill("in {}"),
            false => self.fill("{} ago"),
        };
        around.with(span).to_string()
    }

    /// A day by the name of its month, or as a number where the months have other names.
    pub(super) fn day(&self, at: Timestamp, english: &str, others: &str) -> String {
        let form = if self.words.is_none() {
            english
        } else {
            others
        };
        at.format(form).to_string()
    }
}

/// What fills the gaps of `sentence` where it reads as `said`: each as short as can be, but the last one.
fn gaps<'s>(sentence: &str, said: &'s str) -> Option<Vec<&'s str>> {
    let mut texts = sentence.split("{}");
    let mut rest = said.strip_prefix(texts.next()?)?;
    let mut texts: Vec<&str> = texts.collect();
    let Some(last) = texts.pop() else {
        return rest.is_empty().then(Vec::new);
    };
    let mut gaps = Vec::new();
    for text in texts {
        let (gap, after) = rest.split_once(text)?;
        gaps.push(gap);
        rest = after;
    }
    gaps.push(rest.strip_suffix(last)?);
    Some(gaps)
}

/// A sentence whose first gaps are filled.
#[derive(Debug, Clone)]
pub struct Filled<'t> {
    done: String,
    rest: &'t str,
}

impl Filled<'_> {
    /// Fills the next gap.
    #[must_use]
    pub fn with(mut self, value: impl Display) -> Self {
        if let Some((before, after)) = self.rest.split_once("{}") {
            // Writing to a string does not fail.
            let _ = write!(self.done, "{before}{value}");
            self.rest = after;
        }
        self
    }
}

impl Display for Filled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.done)?;
        f.write_str(self.rest)
    }
}
