//! How a source stands, for people: bars and one sentence.

use chrono::Datelike as _;

use super::{SourceView, tongue::Tongue};
use crate::{
    measure::jeffreys,
    model::{SourceStanding, Timestamp, TranslationStanding},
};

/// A share and where it may be, in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bar {
    pub(super) point: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Bar {
    fn new(share: f64, (low, high): (f64, f64)) -> Bar {
        Bar {
            point: share * 100.0,
            low: low * 100.0,
            high: high * 100.0,
        }
    }

    pub(super) fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// What a page says about a source and translation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Words {
    /// `likely`, `unlikely` or `open`, for the colour.
    pub(super) class: &'static str,
    /// The conclusion.
    pub(super) conclusion: &'static str,
    /// `0.97`
    pub(super) probability: String,
    /// `over 41 articles since March 2026`
    pub(super) basis: String,
    /// `turned around 3 May 2026 (0.02 before)`
    pub(super) turned: Option<String>,
}

impl Words {
    pub(super) fn of(standing: &TranslationStanding, now: Timestamp, tongue: &Tongue) -> Words {
        let (class, conclusion) = match standing.probability {
            p if p > TranslationStanding::LIKELY => ("likely", "mainly machine-translated"),
            p if p > TranslationStanding::SUSPECTED => {
                ("open", "suspected to be mainly machine-translated")
            }
            p if p <= TranslationStanding::UNLIKELY => ("unlikely", "mainly not"),
            _ => ("open", "undecided"),
        };
        Words {
            class,
            conclusion,
            probability: probability(standing.probability),
            basis: tongue
                .fill("over {} since {}")
                .with(tongue.counted(standing.articles, "article"))
                .with(since(standing.since, now, tongue))
                .to_string(),
            turned: standing.turned.as_ref().map(|turn| {
                let day = tongue.day(turn.at, "%-d %B %Y", "%Y-%m-%d");
                let turned = tongue.fill("turned around {} ({} before)").with(day);
                turned.with(probability(turn.before)).to_string()
            }),
        }
    }
}

/// Two decimals, but never certainty.
fn probability(p: f64) -> String {
    match p {
        p if p > 0.99 => "> 0.99".to_string(),
        p if p < 0.01 => "< 0.01".to_string(),
        p => format!("{p:.2}"),
    }
}

/// The day if it is of this month, else the month.
fn since(then: Timestamp, now: Timestamp, tongue: &Tongue) -> String {
    match (then.year(), then.month()) == (now.year(), now.month()) {
        true => tongue.day(then, "%-d %B", "%Y-%m-%d"),
        false => tongue.day(then, "%B %Y", "%Y-%m"),
    }
}

/// The bar of a source's share of machine translation.
pub(super) fn translated(standing: &TranslationStanding) -> Bar {
    Bar::new(standing.share, standing.interval)
}

/// The bar of the flagged share of the articles that were judged.
pub(super) fn flagged(standing: &SourceStanding) -> Bar {
    let share = match standing.articles {
        0 => 0.0,
        articles => standing.flagged as f64 / articles as f64,
    };
    Bar::new(share, standing.interval)
}

/// What reviewers said of what was flagged: `14 of 16 were right (88 %, 64 to 98 %)`; `None` where
/// they have said nothing.
pub(super) fn precision(confirmed: u64, dismissed: u64, tongue: &Tongue) -> Option<String> {
    let decided = confirmed + dismissed;
    if decided == 0 {
        return None;
    }
    let (low, high) = interval(confirmed, decided);
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    let sentence = tongue.fill("{} of {} decided were right ({} %, {} to {} %)");
    let sentence = sentence.with(confirmed).with(decided);
    let sentence = sentence.with(percent(confirmed as f64 / decided as f64));
    Some(sentence.with(percent(low)).with(percent(high)).to_string())
}

/// Where the share of right ones lies with 95 % probability.
pub(super) fn interval(right: u64, decided: u64) -> (f64, f64) {
    jeffreys(right, decided)
}

/// One line for a terminal: `0.97, share 93 % (81 to 98 %) over 41 articles since March 2026`.
pub fn line(standing: &TranslationStanding, now: Timestamp) -> String {
    let words = Words::of(standing, now, &Tongue::ENGLISH);
    let bar = translated(standing);
    let turned = words.turned.map(|turned| format!("; {turned}"));
    format!(
        "{}, share {:.0} % ({:.0} to {:.0} %) {}{}",
        words.probability,
        bar.point,
        bar.low,
        bar.high,
        words.basis,
        turned.unwrap_or_default()
    )
}

impl SourceView<'_> {
    pub(super) fn flagged(&self) -> Bar {
        flagged(&self.standing)
    }
}
