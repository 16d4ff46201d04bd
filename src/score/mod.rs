//! Text in, [`Assessment`] out.

use crate::{
    lang::Lexicon,
    model::{Article, Assessment, Policy, RulesHash, Scores, SourceStanding, Timestamp, Verdict},
};

/// Judges one article.
pub fn assess(_article: &Article, _lexicon: &Lexicon, _policy: &Policy) -> Assessment {
    Assessment {
        verdict: Verdict::Pass,
        scores: Scores::default(),
        findings: Vec::new(),
        rules: RulesHash(0),
    }
}

/// Judges a source from the verdicts on its articles.
pub fn standing(history: impl Iterator<Item = (Verdict, Timestamp)>) -> SourceStanding {
    let _ = history;
    SourceStanding {
        articles: 0,
        flagged: 0,
        abstained: 0,
        interval: (0.0, 1.0),
        since: None,
    }
}
