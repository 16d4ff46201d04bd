//! `/articles/{id}`: one article with its findings, and what can be said of it.

use askama::Template;

use super::{Chrome, ReviewForm, filter::Filter, queue::Flash};
use crate::{
    model::{Shelf, TranslationStanding},
    report::{
        ClusterView, Entry, Mark, TrailView,
        changes::Change,
        excerpt::Excerpt,
        explain::{self, Explanation},
        highlight,
        legend::RuleView,
        sources::{self, Words},
        wording,
    },
};

/// `/articles/{id}`: one article with its findings.
#[derive(Debug, Template)]
#[template(path = "article.html")]
pub struct ArticlePage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// The article.
    pub entry: &'a Entry<'a>,
    /// How its verdict came about.
    pub explanation: &'a Explanation<'a>,
    /// How its source stands.
    pub standing: Option<&'a TranslationStanding>,
    /// Where else its text stood and how it changed.
    pub trail: &'a TrailView<'a>,
    /// What each rule is about.
    pub legend: &'a [RuleView<'a>],
    /// The list that it is looked at in.
    pub filter: &'a Filter,
    /// The article before it there.
    pub previous: Option<i64>,
    /// The one after.
    pub next: Option<i64>,
    /// Whether its page is kept.
    pub has_page: bool,
    /// What was decided just before.
    pub decided: Option<Flash<'a>>,
}

impl ArticlePage<'_> {
    fn standing_words(&self, standing: &TranslationStanding) -> Words {
        Words::of(standing, self.chrome.now, &self.chrome.tongue)
    }

    fn paragraphs(&self) -> Vec<Vec<highlight::Segment<'_>>> {
        let document = &self.entry.document;
        highlight::paragraphs(document.body, &document.marks)
    }

    /// How a piece of the text is shown: the family of what covers it, and whether that counts.
    fn class(&self, marks: &[usize]) -> String {
        let all = &self.entry.document.marks;
        let covering = marks.iter().filter_map(|number| all.get(number - 1));
        let counting: Vec<&Mark<'_>> = covering
            .filter(|mark| mark.dismissed_by.is_none())
            .collect();
        let many = if counting.len() > 1 { " many" } else { "" };
        match counting.first() {
            None => "aside".to_string(),
            Some(mark) => format!("{}{many}", super::family(self.legend, mark.rule)),
        }
    }

    fn numbers(&self, marks: &[usize]) -> String {
        let numbers: Vec<String> = marks.iter().map(usize::to_string).collect();
        numbers.join(" ")
    }

    fn family_of(&self, mark: &Mark<'_>) -> &'static str {
        super::family(self.legend, mark.rule)
    }

    fn summary(&self, rule: &str) -> &str {
        let about = self.legend.iter().find(|about| about.rule == rule);
        about.map_or("", |about| about.summary)
    }

    fn knows(&self, rule: &str) -> bool {
        self.legend.iter().any(|about| about.rule == rule)
    }

    /// What a form says to point at a finding.
    fn place(&self, mark: &Mark<'_>) -> String {
        let count = |end: usize| {
            self.entry
                .document
                .body
                .get(..end)
                .map(|t| t.chars().count())
        };
        let (start, end) = (count(mark.span.start), count(mark.span.end));
        format!("{}:{}-{}", mark.rule, start.unwrap_or(0), end.unwrap_or(0))
    }

    fn lines(&self) -> Vec<explain::Line> {
        explain::lines(self.explanation, self.legend)
    }

    fn source_href(&self) -> String {
        super::source_href(self.entry.source)
    }

    fn cluster_href(&self, cluster: &ClusterView<'_>) -> String {
        let filter = Filter {
            tab: super::filter::Tab::All,
            cluster: Some(cluster.id),
            ..Filter::default()
        };
        filter.href()
    }

    fn other_href(&self, article: &i64) -> String {
        self.filter.article_href(*article)
    }

    /// On how many sources, or in how many articles where one source has them all.
    fn spread(&self, cluster: &ClusterView<'_>) -> String {
        let (sentence, count) = match cluster.sources {
            1 => (
                self.chrome
                    .fill("This text appeared in {} articles of one source."),
                cluster.articles,
            ),
            sources => (
                self.chrome.fill("This text appeared on {} sources."),
                sources,
            ),
        };
        sentence.with(count).to_string()
    }

    /// What followed from the sum.
    fn conclusion(&self) -> String {
        let document = &self.entry.document;
        match document.verdict.reason() {
            Some(reason) => {
                let what = self.chrome.say(wording::reason(reason).what);
                self.chrome.fill("not judged: {}").with(what).to_string()
            }
            None if self.explanation.is_by_share() => self
                .chrome
                .say("flagged by its share of boilerplate")
                .to_string(),
            None => self.chrome.say(document.verdict_words()).to_string(),
        }
    }

    fn counted_lines(&self) -> String {
        self.chrome
            .tongue
            .counted(self.explanation.lines as u64, "line")
    }

    fn copies_left(&self, cluster: &ClusterView<'_>) -> u64 {
        let shown = self.trail.copies.len() as u64 + 1;
        cluster.articles.saturating_sub(shown)
    }

    fn aliases_left(&self) -> u64 {
        let shown = self.trail.aliases.len() as u64;
        self.entry.aliases.saturating_sub(shown)
    }

    fn counted_aliases(&self) -> String {
        let sentence = match self.entry.aliases {
            1 => self.chrome.fill("{} other address"),
            _ => self.chrome.fill("{} other addresses"),
        };
        sentence.with(self.entry.aliases).to_string()
    }

    fn counted_versions(&self) -> String {
        self.chrome
            .tongue
            .counted(self.trail.versions.len() as u64, "earlier version")
    }

    fn counted_findings(&self) -> String {
        self.chrome
            .tongue
            .counted(self.entry.document.marks.len() as u64, "finding")
    }

    fn words(&self, mark: &Mark<'_>) -> String {
        let excerpt = Excerpt::of(self.entry.document.body, mark, 100);
        excerpt.map(|excerpt| excerpt.words).unwrap_or_default()
    }

    /// What the two buttons say: a passed article can be wrong too.
    fn question(&self) -> (&'static str, &'static str) {
        match self.entry.shelf {
            Shelf::Passed => ("Rightly passed", "Should be flagged"),
            Shelf::NotJudged(_) => ("Rightly not judged", "Could be judged"),
            Shelf::Waiting | Shelf::Confirmed | Shelf::Dismissed => ("Confirm", "Dismiss"),
        }
    }
}
