//! `/`: the queue, and what is decided for many of it at once.

use askama::Template;

use super::{
    Choice, Chrome, ReviewForm,
    filter::{Filter, Tab},
};
use crate::{
    model::{EvidenceKind, Shelf, ShelfCounts, Timestamp},
    report::{Entry, Mark, excerpt::Excerpt, legend::RuleView, tongue::Tongue},
};

/// Columns of text around the words of a listed finding.
const EXCERPT_COLUMNS: usize = 200;

/// `/`: what there is to decide.
#[derive(Debug, Template)]
#[template(path = "queue.html")]
pub struct QueuePage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// In the order of the filter.
    pub entries: &'a [Entry<'a>],
    /// What is shown.
    pub filter: &'a Filter,
    /// Sources to choose from; perhaps not all.
    pub sources: &'a [String],
    /// Languages to choose from.
    pub languages: &'a [String],
    /// What each rule is about.
    pub legend: &'a [RuleView<'a>],
    /// How many lie where, of what the filter lets through; `None` for too many to count.
    pub counts: Option<&'a ShelfCounts>,
    /// When a source last answered.
    pub last_answer: Option<Timestamp>,
    /// When a source is asked next.
    pub next_poll: Option<Timestamp>,
    /// The row of the newest article of all.
    pub newest: i64,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// What was decided just now.
    pub decided: Option<Flash<'a>>,
}

/// What was decided just now, to be taken back.
#[derive(Debug, Clone, Copy)]
pub enum Flash<'a> {
    /// One article.
    One(&'a Entry<'a>),
    /// So many at once, under this number.
    Many(i64, u64),
}

impl Flash<'_> {
    pub(super) fn counted(&self, tongue: &Tongue) -> String {
        match self {
            Flash::One(_) => tongue.counted(1, "article"),
            Flash::Many(_, articles) => tongue.counted(*articles, "article"),
        }
    }
}

/// How a piece of evidence is shown in a row of a list.
struct Worst {
    rule: String,
    note: String,
    excerpt: Option<Excerpt>,
    family: &'static str,
}

impl QueuePage<'_> {
    fn tabs(&self) -> Vec<Choice> {
        let counts = self.counts;
        let of = |shelf| counts.map(|counts| counts.of(shelf));
        let rows = [
            (Tab::Shelf(Shelf::Waiting), "Waiting", of(Shelf::Waiting)),
            (
                Tab::Shelf(Shelf::Confirmed),
                "Confirmed",
                of(Shelf::Confirmed),
            ),
            (
                Tab::Shelf(Shelf::Dismissed),
                "Dismissed",
                of(Shelf::Dismissed),
            ),
            (Tab::Shelf(Shelf::Passed), "Passed", of(Shelf::Passed)),
            (
                Tab::NotJudged,
                "Not judged",
                counts.map(ShelfCounts::not_judged),
            ),
            (Tab::All, "All", counts.map(ShelfCounts::total)),
        ];
        let not_judged = matches!(self.filter.tab, Tab::Shelf(Shelf::NotJudged(_)));
        let rows = rows.map(|(tab, name, count)| Choice {
            current: tab == self.filter.tab || (not_judged && tab == Tab::NotJudged),
            ..self.choice(tab, name, count)
        });
        rows.into()
    }

    fn choice(&self, tab: Tab, name: &str, count: Option<u64>) -> Choice {
        let to = Filter {
            tab,
            ..self.filter.clone()
        };
        Choice {
            label: name.to_string(),
            count: count.map(|count| count.to_string()),
            href: to.href(),
            current: tab == self.filter.tab,
        }
    }

    /// Why articles were not judged, on the tab of those.
    fn reasons(&self) -> Vec<Choice> {
        let on_tab = matches!(
            self.filter.tab,
            Tab::NotJudged | Tab::Shelf(Shelf::NotJudged(_))
        );
        let reasons = Shelf::all().filter(|shelf| matches!(shelf, Shelf::NotJudged(_)) && on_tab);
        let counted = reasons.map(|shelf| (shelf, self.counts.map(|counts| counts.of(shelf))));
        let present = counted
            .filter(|(shelf, count)| *count != Some(0) || self.filter.tab == Tab::Shelf(*shelf));
        present
            .map(|(shelf, count)| self.choice(Tab::Shelf(shelf), shelf.as_str(), count))
            .collect()
    }

    fn orders(&self) -> Vec<Choice> {
        if self.filter.tab.shelf().is_none() {
            return Vec::new();
        }
        let order = |worst, label: &str| Choice {
            label: label.to_string(),
            count: None,
            href: Filter {
                worst,
                ..self.filter.clone()
            }
            .href(),
            current: self.filter.worst == worst,
        };
        vec![order(false, "newest first"), order(true, "worst first")]
    }

    /// What is shown besides the tab, each with the list without it.
    fn chips(&self) -> Vec<Choice> {
        /// Takes one choice out of a filter.
        type Clear = fn(&mut Filter);
        let filter = self.filter;
        let without = |change: Clear| {
            let mut less = filter.clone();
            change(&mut less);
            less.href()
        };
        let clear: [(&str, Option<String>, Clear); 8] = [
            ("source", filter.source.clone(), |f| f.source = None),
            ("rule", filter.rule.clone(), |f| f.rule = None),
            ("language", filter.lang.clone(), |f| f.lang = None),
            ("words", filter.text.clone(), |f| f.text = None),
            ("score from", filter.score.clone(), |f| f.score = None),
            ("one text", filter.cluster.map(|_| String::new()), |f| {
                f.cluster = None;
            }),
            ("since", filter.since.clone(), |f| f.since = None),
            ("until", filter.until.clone(), |f| f.until = None),
        ];
        let given = clear.into_iter().filter_map(|(name, value, change)| {
            let value = value?;
            let colon = if value.is_empty() { "" } else { ": " };
            Some(Choice {
                label: format!("{}{colon}{value}", self.chrome.say(name)),
                count: None,
                href: without(change),
                current: false,
            })
        });
        given.collect()
    }

    fn next_href(&self, cursor: &str) -> String {
        let query = self.filter.query();
        let and = if query.is_empty() { "" } else { "&" };
        format!("/?{query}{and}cursor={cursor}")
    }

    fn bulk_href(&self) -> String {
        super::filter::at("/bulk", &self.filter.query())
    }

    fn matching(&self) -> Option<u64> {
        let counts = self.counts?;
        Some(match self.filter.tab {
            Tab::Shelf(shelf) => counts.of(shelf),
            Tab::NotJudged => counts.not_judged(),
            Tab::Flagged => counts.flagged(),
            Tab::All => counts.total(),
        })
    }

    fn is_waiting(&self) -> bool {
        self.filter.tab == Tab::Shelf(Shelf::Waiting)
    }

    fn counted_sources(&self) -> String {
        self.chrome
            .tongue
            .counted(self.sources.len() as u64, "source")
    }

    fn last_answer_age(&self) -> String {
        self.chrome.age(self.last_answer)
    }

    fn next_poll_age(&self) -> String {
        match self.next_poll {
            Some(at) if at > self.chrome.now => self.chrome.since(&at),
            _ => self.chrome.say("in a moment").to_string(),
        }
    }

    fn judged(&self) -> String {
        let judged = self
            .counts
            .map_or(0, |counts| counts.total() - counts.not_judged());
        self.chrome.tongue.counted(judged, "article")
    }

    fn count(&self, shelf: Shelf) -> u64 {
        self.counts.map_or(0, |counts| counts.of(shelf))
    }

    fn decided_count(&self) -> u64 {
        self.count(Shelf::Confirmed) + self.count(Shelf::Dismissed)
    }

    fn not_judged_count(&self) -> u64 {
        self.counts.map_or(0, ShelfCounts::not_judged)
    }

    fn total(&self) -> u64 {
        self.counts.map_or(1, ShelfCounts::total)
    }

    fn worst(&self, entry: &Entry<'_>) -> Option<Worst> {
        worst(entry, self.legend, &self.chrome.tongue)
    }

    fn more(&self, entry: &Entry<'_>) -> Option<String> {
        let counted = entry
            .document
            .marks
            .iter()
            .filter(|mark| mark.dismissed_by.is_none());
        let more = counted.count().checked_sub(1)?;
        (more > 0).then(|| self.chrome.tongue.counted(more as u64, "more finding"))
    }
}

/// The heaviest piece of evidence in its own words: the page's, a finding's, or the style.
fn worst(entry: &Entry<'_>, legend: &[RuleView<'_>], tongue: &Tongue) -> Option<Worst> {
    let document = &entry.document;
    let counts = || {
        document
            .marks
            .iter()
            .filter(|mark| mark.dismissed_by.is_none())
    };
    let family = |mark: &Mark<'_>| super::family(legend, mark.rule);
    let heaviest = document
        .evidence
        .iter()
        .filter(|evidence| evidence.log_ratio > 0.0);
    let heaviest = heaviest.max_by(|a, b| a.log_ratio.total_cmp(&b.log_ratio));
    let shown = |mark: &Mark<'_>| Worst {
        rule: mark.rule.to_string(),
        note: mark.note.to_string(),
        excerpt: Excerpt::of(document.body, mark, EXCERPT_COLUMNS),
        family: family(mark),
    };
    let residue = || {
        counts()
            .find(|mark| family(mark) == "boilerplate")
            .map(shown)
    };
    if document.scores.residue > document.scores.machine_translation
        && let Some(line) = residue()
    {
        return Some(line);
    }
    let told = |rule: &str, note: String| Worst {
        rule: rule.to_string(),
        note,
        excerpt: None,
        family: "translation",
    };
    let by_kind = heaviest.and_then(|evidence| match evidence.kind {
        EvidenceKind::Words => counts().find(|mark| mark.rule == evidence.name).map(shown),
        EvidenceKind::Page => document.provenance.first().map(|trace| {
            told(
                &trace.rule,
                tongue
                    .fill("The page itself says: {}")
                    .with(&trace.note)
                    .to_string(),
            )
        }),
        EvidenceKind::Style => document.scores.style.map(|score| {
            let sentence = tongue.fill("The whole text reads like machine translation ({})");
            told("style", sentence.with(format!("{score:.2}")).to_string())
        }),
        EvidenceKind::Opinion => counts()
            .find(|mark| !legend.iter().any(|about| about.rule == mark.rule))
            .map(shown),
        EvidenceKind::Hint => None,
    });
    by_kind.or_else(|| counts().next().map(shown))
}

/// `/bulk`: what is about to be decided for many articles at once.
#[derive(Debug, Template)]
#[template(path = "bulk.html")]
pub struct BulkPage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// Which articles.
    pub filter: &'a Filter,
    /// The first of them.
    pub entries: &'a [Entry<'a>],
    /// How many are decided.
    pub count: u64,
    /// Of so many that match.
    pub matching: u64,
}

impl BulkPage<'_> {
    fn counted(&self) -> String {
        self.chrome.tongue.counted(self.count, "article")
    }

    fn more(&self) -> u64 {
        self.count.saturating_sub(self.entries.len() as u64)
    }
}
