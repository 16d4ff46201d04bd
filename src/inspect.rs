//! Extraction and scoring, joined: what every command does with one page.

use crate::{
    extract::extract,
    lang::Lexicon,
    model::{
        Article, Assessment, Page, ParseLimits, Policy, Reason, RulesHash, Scores, SiteRules,
        Verdict,
    },
    score::assess,
};

/// What was read out of a page and what was concluded.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// With an empty body where there was no article.
    pub article: Article,
    /// `Abstain` where there was no article.
    pub assessment: Assessment,
}

/// What a page is inspected with.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The language packs.
    pub lexicon: Lexicon,
    /// The thresholds.
    pub policy: Policy,
    /// Where the parser stops.
    pub limits: ParseLimits,
}

/// Extracts and judges one HTML page.
pub fn inspect(page: &Page, site: &SiteRules, rules: &Rules) -> Inspection {
    match extract(page, site, &rules.lexicon, &rules.limits) {
        Ok(article) => inspect_article(article, rules),
        Err(none) => Inspection {
            article: *none.article,
            assessment: abstain(none.reason),
        },
    }
}

/// Judges a body that somebody else extracted.
pub fn inspect_article(article: Article, rules: &Rules) -> Inspection {
    let assessment = assess(&article, &rules.lexicon, &rules.policy);
    Inspection {
        article,
        assessment,
    }
}

/// The assessment of what holds nothing to judge.
pub fn abstain(reason: Reason) -> Assessment {
    Assessment {
        verdict: Verdict::Abstain(reason),
        scores: Scores::default(),
        findings: Vec::new(),
        rules: RulesHash::default(),
    }
}
