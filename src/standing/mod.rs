//! How a source does over time: a posterior that grows with every article, and a watch for the day
//! when the source changes its ways.
//!
//! One article is weak evidence; a source is not. Everything here is pure and incremental: an
//! article costs the same however many came before, and [`Standing`] is all that must be kept.

mod posterior;
mod regime;
mod resemblance;
mod watch;

use serde::{Deserialize, Serialize};

use self::{
    posterior::{Posterior, posterior},
    regime::{Regime, as_kept},
    watch::Watch,
};
use crate::{
    measure::jeffreys,
    model::{SourceStanding, Timestamp, TranslationStanding, Turn, Verdict},
};

pub use self::{posterior::SOURCE_SD, resemblance::Resemblance};

/// Changes whenever a kept [`Standing`] would have become another one under today's code: then it
/// has to be made anew from the articles.
pub const VERSION: u32 = 2;

/// A turn takes the probability over one half, and by at least this much: less is a source about
/// which we were unsure and still are.
const TURN: f64 = 0.3;

/// What one article says about its source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// The conclusion about it.
    pub verdict: Verdict,
    /// When it was read.
    pub at: Timestamp,
    /// Its evidence of translation, a log likelihood ratio in nats; `None` if it was not weighed.
    pub log_ratio: Option<f32>,
}

/// The state of one source. Articles are observed in the order in which they were read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    passed: u64,
    flagged: u64,
    abstained: u64,
    since: Option<Timestamp>,
    /// The articles since the last turn.
    present: Option<Regime>,
    watch: Watch,
    turned: Option<Turn>,
}

impl Standing {
    /// The standing of a source with these articles.
    pub fn of(history: impl IntoIterator<Item = Observation>) -> Standing {
        let mut standing = Standing::default();
        for article in history {
            standing.observe(&article);
        }
        standing
    }

    /// Takes one more article into account.
    pub fn observe(&mut self, article: &Observation) {
        match article.verdict {
            Verdict::Abstain(_) => self.abstained += 1,
            Verdict::Pass => self.passed += 1,
            Verdict::Flag => self.flagged += 1,
        }
        self.since = Some(self.since.map_or(article.at, |since| since.min(article.at)));
        let Some(log_ratio) = article.log_ratio else {
            return;
        };
        let bin = regime::bin(log_ratio);
        let present = self.present.get_or_insert_with(|| Regime::new(article.at));
        let alarms = self.watch.observe(present, bin, article.at);
        present.add(bin);
        if let Some(begun) = alarms {
            self.consider(begun);
        }
    }

    /// The level has changed since `begun`. It is a turn if that makes it another kind of source.
    fn consider(&mut self, begun: Regime) {
        let Some(present) = &self.present else { return };
        let before = posterior(&present.without(&begun)).probability;
        let after = posterior(&begun).probability;
        let crosses = (before > 0.5) != (after > 0.5);
        if crosses && (before - after).abs() >= TURN {
            self.turned = Some(Turn {
                at: begun.since,
                before: as_kept(before),
            });
            self.present = Some(begun);
            self.watch = Watch::default();
        }
    }

    /// The last turn, if there was one.
    pub fn turned(&self) -> Option<&Turn> {
        self.turned.as_ref()
    }

    /// What is known by now. The flagged share has its 95 % Jeffreys interval (Brown, Cai and
    /// DasGupta 2001, "Interval Estimation for a Binomial Proportion"); articles that were not
    /// judged say nothing about it.
    pub fn summary(&self) -> SourceStanding {
        let articles = self.passed + self.flagged;
        SourceStanding {
            articles,
            flagged: self.flagged,
            abstained: self.abstained,
            interval: jeffreys(self.flagged, articles),
            since: self.since,
            translation: self.present.as_ref().map(|present| {
                let Posterior {
                    probability,
                    share,
                    interval,
                } = posterior(present);
                TranslationStanding {
                    probability,
                    share,
                    interval,
                    articles: present.articles(),
                    since: present.since,
                    turned: self.turned.clone(),
                }
            }),
        }
    }
}
