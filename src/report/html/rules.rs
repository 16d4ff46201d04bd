//! `/rules` and `/rules/{rule}`: what is looked for, why, and what reviewers say of it.

use askama::Template;

use super::{Chrome, filter::Filter};
use crate::{
    model::RulePrecision,
    report::{
        legend::{ExampleView, RuleView},
        sources,
        tongue::Tongue,
    },
};

/// `/rules`: all of them.
#[derive(Debug, Template)]
#[template(path = "rules.html")]
pub struct RulesPage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// What each rule is about.
    pub legend: &'a [RuleView<'a>],
    /// What reviewers said of them.
    pub precision: &'a [RulePrecision],
}

impl RulesPage<'_> {
    fn observed(&self, rule: &str) -> Option<String> {
        observed(self.precision, rule, &self.chrome.tongue)
    }
}

/// `/rules/{rule}`: what `explain` prints, and more.
#[derive(Debug, Template)]
#[template(path = "rule.html")]
pub struct RulePage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// What it is about.
    pub rule: &'a RuleView<'a>,
    /// What reviewers said of it.
    pub precision: &'a [RulePrecision],
}

impl RulePage<'_> {
    fn observed(&self) -> Option<String> {
        observed(self.precision, self.rule.rule, &self.chrome.tongue)
    }

    fn advice(&self) -> Option<String> {
        let said = of(self.precision, self.rule.rule)?;
        let (_, high) = sources::interval(said.confirmed, said.confirmed + said.dismissed);
        let worth_saying = said.confirmed + said.dismissed >= DECISIONS_MIN && high < RIGHT_MIN;
        worth_saying.then(|| {
            let sentence = self.chrome.fill(
                "With 95 % probability fewer than {} in 100 of its findings here are right: consider `disabled = [\"{}\"]` under [score], and please report the texts.",
            );
            let percent = format!("{:.0}", (high * 100.0).ceil());
            sentence.with(percent).with(self.rule.rule).to_string()
        })
    }

    fn list_href(&self) -> String {
        Filter::of_rule(self.rule.rule).href()
    }

    /// An example cut at its marks: words, and whether they are marked.
    fn pieces<'e>(&self, example: &ExampleView<'e>) -> Vec<(bool, &'e str)> {
        let mut pieces = Vec::new();
        let mut rest = example.text.trim();
        while let Some((before, marked)) = rest.split_once("[[") {
            let (words, after) = marked.split_once("]]").unwrap_or((marked, ""));
            pieces.extend([(false, before), (true, words)]);
            rest = after;
        }
        pieces.push((false, rest));
        pieces
    }
}

/// Decisions from which something is said about a rule.
const DECISIONS_MIN: u64 = 10;

/// The share of right findings below which a rule does more harm than good.
const RIGHT_MIN: f64 = 0.5;

fn of<'p>(precision: &'p [RulePrecision], rule: &str) -> Option<&'p RulePrecision> {
    precision.iter().find(|said| said.rule == rule)
}

fn observed(precision: &[RulePrecision], rule: &str, tongue: &Tongue) -> Option<String> {
    let said = of(precision, rule)?;
    sources::precision(said.confirmed, said.dismissed, tongue)
}
