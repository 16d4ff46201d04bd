//! The pages that people read. Everything from outside is escaped by the templates; everything works
//! without a script, and all that a page loads comes from benggala itself.

mod article;
mod filter;
mod parked;
mod queue;
mod rules;
mod sources;
mod watched;

use askama::Template;

use super::{
    Document,
    legend::RuleView,
    sources::Bar,
    tongue::{Filled, Tongue},
    wording,
};
use crate::model::{Timestamp, Zone};

pub use self::{
    article::ArticlePage,
    filter::{Filter, Tab},
    parked::{ParkedPage, ParkedView},
    queue::{BulkPage, Flash, QueuePage},
    rules::{RulePage, RulesPage},
    sources::{PollView, SourcePage, SourcesPage},
    watched::SourceFilter,
};

/// What every page needs to know of who looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Chrome<'a> {
    /// How the front page is reached from the page, without the last slash: `.`, `..` and so on. What
    /// every link begins with, so that they hold wherever a proxy has put the whole.
    pub root: &'a str,
    /// Whether and how it can be written to.
    pub form: ReviewForm,
    /// Whether the reader has logged in, and can log out.
    pub is_in: bool,
    /// The reviewer's name, as far as it is remembered.
    pub reviewer: &'a str,
    /// The present.
    pub now: Timestamp,
    /// By whose clocks times are shown, until a script shows them by the reader's.
    pub zone: Zone,
    /// In which language it speaks.
    pub tongue: Tongue,
}

impl Chrome<'_> {
    fn age(&self, at: Option<Timestamp>) -> String {
        let never = || self.say("never").to_string();
        at.map_or_else(never, |at| self.tongue.age(at, self.now))
    }

    fn since(&self, at: &Timestamp) -> String {
        self.tongue.age(*at, self.now)
    }

    fn moment(&self, at: &Timestamp) -> String {
        self.zone.write(*at)
    }

    fn say<'t>(&self, english: &'t str) -> &'t str {
        self.tongue.say(english)
    }

    fn fill<'t>(&self, english: &'t str) -> Filled<'t> {
        self.tongue.fill(english)
    }

    fn style(&self, document: &Document<'_>) -> String {
        wording::style_words(document, &self.tongue)
    }

    /// The ends of a bar, in percent.
    fn range(&self, english: &str, bar: &Bar) -> String {
        let whole = |share: f64| format!("{share:.0}");
        let filled = self.fill(english).with(whole(bar.low));
        filled.with(whole(bar.high)).to_string()
    }

    /// A bar with its ends, in percent.
    fn share(&self, english: &str, bar: &Bar) -> String {
        let whole = |share: f64| format!("{share:.0}");
        let filled = self.fill(english).with(whole(bar.point));
        filled
            .with(whole(bar.low))
            .with(whole(bar.high))
            .to_string()
    }

    fn due(&self, at: Option<Timestamp>) -> String {
        match at {
            None => "–".to_string(),
            Some(at) if at > self.now => self.tongue.age(at, self.now),
            Some(_) => self.say("now").to_string(),
        }
    }

    fn is_open(&self) -> bool {
        self.form == ReviewForm::Open
    }
}

/// Whether a review must bring a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewForm {
    /// Reviews are taken from whoever reaches the page, or from who looks at it: they are logged in.
    Open,
    /// One has to log in.
    Token,
    /// Reviews are refused: the page is public and no token is set.
    Closed,
}

/// Characters of a headline that are shown.
const HEADLINE_MAX: usize = 300;

/// A link of a row of choices.
struct Choice {
    label: String,
    count: Option<String>,
    href: String,
    current: bool,
}

impl Document<'_> {
    fn verdict_words(&self) -> &'static str {
        wording::verdict(self.verdict, self.scores)
    }

    fn why_not_judged(&self) -> Option<wording::Wording> {
        self.verdict.reason().map(wording::reason)
    }

    /// Its heading, as far as a headline can go: what is longer is none.
    fn headline(&self) -> String {
        let heading = self.heading();
        match heading.char_indices().nth(HEADLINE_MAX) {
            Some((end, _)) => format!("{}…", &heading[..end]),
            None => heading.to_string(),
        }
    }

    /// Which way its letters run: known of its language, else left to them.
    fn dir(&self) -> &'static str {
        match self.lang {
            Some("ar" | "ckb" | "dv" | "fa" | "he" | "ps" | "sd" | "ug" | "ur" | "yi") => "rtl",
            _ => "auto",
        }
    }
}

/// The family of a rule; one that is no more counts as a trace of translation.
fn family(legend: &[RuleView<'_>], rule: &str) -> &'static str {
    let about = legend.iter().find(|about| about.rule == rule);
    match about.map(|about| about.family) {
        Some("boilerplate") => "boilerplate",
        _ => "translation",
    }
}

/// The address of the page of a source.
pub fn source_href(name: &str) -> String {
    use std::fmt::Write as _;
    let mut href = "/sources/".to_string();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                href.push(char::from(byte));
            }
            byte => {
                let _ = write!(href, "%{byte:02X}");
            }
        }
    }
    href
}

/// `/login`: where people bring the token.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct LoginPage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// The address of ours that they wanted to go to; `/` if none.
    pub to: &'a str,
    /// Whether reading needs it, too.
    pub is_for_all: bool,
    /// Whether one was just refused.
    pub refused: bool,
}

/// What is said instead of a page: what is wrong, and what to do.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// The HTTP status.
    pub status: u16,
    /// Its name.
    pub title: &'a str,
    /// What is wrong here.
    pub detail: &'a str,
}
