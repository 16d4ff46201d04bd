//! `/sources` and `/sources/{name}`: who is watched and how they do.

use askama::Template;

use super::{Chrome, filter::Filter, watched::SourceFilter};
use crate::{
    model::{LinkCounts, Reason, SourceDay, Timestamp, TranslationStanding},
    report::{
        SourceView, backfill, plot,
        sources::{self, Words},
        tongue::Tongue,
        wording,
    },
};

/// Pages without an article from which a source is worth a look.
const NO_ARTICLES_MIN: u64 = 5;

/// `/sources`: who is watched and how they do.
#[derive(Debug, Template)]
#[template(path = "sources.html")]
pub struct SourcesPage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// In the order of the filter.
    pub sources: &'a [SourceView<'a>],
    /// Which are shown.
    pub filter: &'a SourceFilter,
    /// How many there are of these.
    pub matching: u64,
    /// Whether there is another page.
    pub has_more: bool,
}

impl SourcesPage<'_> {
    fn counted(&self) -> String {
        self.chrome.tongue.counted(self.matching, "source")
    }

    /// Pages beside this one: words and address.
    fn pages(&self) -> Vec<(&'static str, String)> {
        let page = self.filter.page;
        let before = page.checked_sub(1).map(|page| ("Before", page));
        let more = self.has_more.then_some(("More sources", page + 1));
        let pages = before.into_iter().chain(more);
        pages
            .map(|(words, page)| (words, self.filter.page_href(page)))
            .collect()
    }

    fn page_href(&self, source: &str) -> String {
        super::source_href(source)
    }

    fn words(&self, standing: &TranslationStanding) -> Words {
        Words::of(standing, self.chrome.now, &self.chrome.tongue)
    }

    fn spark(&self, source: &SourceView<'_>) -> String {
        plot::sparkline(&source.days, self.chrome.now)
    }

    fn waiting_href(&self, source: &str) -> String {
        let filter = Filter {
            source: Some(source.to_string()),
            ..Filter::default()
        };
        filter.href()
    }
}

/// One address that is polled for a source.
#[derive(Debug, Clone, PartialEq)]
pub struct PollView<'a> {
    /// The address.
    pub url: &'a str,
    /// What it has turned out to be.
    pub kind: &'static str,
    /// When it was last asked.
    pub at: Option<Timestamp>,
    /// How that ended.
    pub outcome: Option<&'a str>,
    /// HTTP status.
    pub status: Option<u16>,
    /// What went wrong.
    pub error: Option<&'a str>,
    /// What it listed.
    pub links: Option<LinkCounts>,
    /// When it is asked next.
    pub next_at: Timestamp,
    /// Seconds between two requests to its host.
    pub gap_seconds: f64,
    /// Failures of its host in a row.
    pub host_failures: u32,
}

/// `/sources/{name}`: one source.
#[derive(Debug, Template)]
#[template(path = "source.html")]
pub struct SourcePage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// The source.
    pub source: &'a SourceView<'a>,
    /// By day.
    pub days: &'a [SourceDay],
    /// What is asked for it.
    pub polls: &'a [PollView<'a>],
}

impl SourcePage<'_> {
    fn words(&self, standing: &TranslationStanding) -> Words {
        Words::of(standing, self.chrome.now, &self.chrome.tongue)
    }

    fn history(&self) -> String {
        let turned = self.source.standing.translation.as_ref();
        let turned = turned.and_then(|standing| standing.turned.as_ref());
        plot::history(self.days, turned.map(|turn| turn.at), self.chrome.now)
    }

    fn list_href(&self) -> String {
        Filter::of_source(self.source.name).href()
    }

    fn waiting_href(&self) -> String {
        let filter = Filter {
            source: Some(self.source.name.to_string()),
            ..Filter::default()
        };
        filter.href()
    }

    fn gap(&self, poll: &PollView<'_>) -> String {
        format!("{:.1}", poll.gap_seconds)
    }

    fn action(&self, what: &str) -> String {
        format!("{}/{what}", super::source_href(self.source.name))
    }

    fn decisions(&self) -> Option<String> {
        let source = self.source;
        sources::precision(source.confirmed, source.dismissed, &self.chrome.tongue)
    }
}

impl SourceView<'_> {
    /// Whether something stands between us and its articles: one page without an article is
    /// nothing, most of them are a wall, a log-in or a feed of something else.
    fn is_mostly_no_article(&self) -> bool {
        let pages = self.standing.articles + self.standing.abstained;
        self.not_articles >= NO_ARTICLES_MIN && self.not_articles * 2 > pages
    }

    fn boilerplate_percent(&self) -> Option<f64> {
        self.boilerplate.map(|share| share * 100.0)
    }

    /// What its owner or its reader should know, worst first: what is the case, and what helps.
    fn advice(&self, tongue: &Tongue) -> Vec<(String, String)> {
        let mut advice = Vec::new();
        let mut advise = |what: String, helps: &'static str| {
            advice.push((what, tongue.say(helps).to_string()));
        };
        let pages = |count| tongue.counted(count, "page");
        if let Some(error) = self.error {
            let what = match self.failures {
                0 | 1 => error.to_string(),
                times => tongue
                    .fill("{}, {} times in a row")
                    .with(error)
                    .with(times)
                    .to_string(),
            };
            advise(what, wording::poll_advice(error));
        }
        if self.parked > 0 {
            let what = tongue.fill("{} set aside").with(pages(self.parked));
            advise(what.to_string(), wording::PARKED);
        }
        if self.walled > 0 {
            let what = tongue.fill("{} behind a bot wall since its last article");
            let what = what.with(pages(self.walled)).to_string();
            advise(what, wording::reason(Reason::Challenge).advice);
        }
        if self.is_mostly_no_article() {
            let what = tongue.fill("{} without an article, most of what it offers");
            let what = what.with(pages(self.not_articles)).to_string();
            advise(what, wording::NO_ARTICLES);
        }
        if let Some(links) = self.links {
            let what = || tongue.fill("Answered, {}").with(links).to_string();
            if links.total() == 0 {
                advise(what(), wording::NOTHING_LISTED);
            } else if links.is_all_filtered() {
                advise(what(), wording::ALL_FILTERED);
            }
        }
        advice
    }
}
