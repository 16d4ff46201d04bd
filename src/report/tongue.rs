//! In which language the pages speak. Templates and code hold the English words; a file under
//! `config/interface` holds what stands in their place in another language. What rules say about a
//! text, and what a server says of a fault, stays as it is.

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
