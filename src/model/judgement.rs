//! What was concluded, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Span, Timestamp};

/// Why no verdict was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Too few words to judge.
    TooShort,
    /// Neither a language pack nor a style model serves the text: it is in another language, or in
    /// none.
    UnknownLanguage,
    /// It is certainly in another language than the caller says.
    OtherLanguage,
    /// A section front, a video page, a soft 404, a consent wall …
    NotAnArticle,
    /// Nothing is shown until a script has run.
    NeedsScript,
    /// A bot wall.
    Challenge,
    /// The page broke a limit of the parser.
    ParseLimit,
    /// Not HTML or text at all, or text that cannot be read.
    NotHtml,
    /// Nothing in it.
    Empty,
    /// The inspection failed; the page is kept for a closer look.
    Failed,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 10] = [
        Reason::TooShort,
        Reason::UnknownLanguage,
        Reason::OtherLanguage,
        Reason::NotAnArticle,
        Reason::NeedsScript,
        Reason::Challenge,
        Reason::ParseLimit,
        Reason::NotHtml,
        Reason::Empty,
        Reason::Failed,
    ];

    /// The name in JSON and store.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::TooShort => "too-short",
            Reason::UnknownLanguage => "unknown-language",
            Reason::OtherLanguage => "other-language",
            Reason::NotAnArticle => "not-an-article",
            Reason::NeedsScript => "needs-script",
            Reason::Challenge => "challenge",
            Reason::ParseLimit => "parse-limit",
            Reason::NotHtml => "not-html",
            Reason::Empty => "empty",
            Reason::Failed => "failed",
        }
    }
}

/// The conclusion. `Abstain` is not `Pass`: what cannot be judged is never counted as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing that gives it away.
    Pass,
    /// Evidence over the threshold.
    Flag,
    /// Could not be judged.
    Abstain(Reason),
}

impl Verdict {
    /// What [`Verdict::as_str`] can say.
    pub const NAMES: [&str; 3] = ["pass", "flag", "abstain"];

    /// `pass`, `flag` or `abstain`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Flag => "flag",
            Verdict::Abstain(_) => "abstain",
        }
    }

    /// The one of [`Verdict::NAMES`] that is meant by it, or by what pages and terminals call it: `passed`,
    /// `flagged` or `not-judged`.
    pub fn name_of(text: &str) -> Option<&'static str> {
        match text {
            "pass" | "passed" => Some("pass"),
            "flag" | "flagged" => Some("flag"),
            "abstain" | "not-judged" => Some("abstain"),
            _ => None,
        }
    }

    /// Why it abstained.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Verdict::Abstain(reason) => Some(reason),
            Verdict::Pass | Verdict::Flag => None,
        }
    }
}

/// One reason, at one place: what a reviewer sees under the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's kebab-case name.
    pub rule: &'static str,
    /// How plainly the rule is broken: the name of one of its grades.
    pub grade: &'static str,
    /// Bytes of `body`.
    pub span: Span,
    /// One clause for the reader: what is wrong here.
    pub note: String,
    /// The words, where they are no part of `body` (see [`LeftOut`](super::LeftOut)): then `span` is
    /// empty and tells where they stood.
    pub left_out: Option<String>,
}

/// Where a piece of evidence about translation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// The page says that it was translated.
    Page,
    /// Something in the page hints at it and proves nothing.
    Hint,
    /// Words that give it away: the findings of one rule.
    Words,
    /// How the whole text reads.
    Style,
    /// What a language model said when it was asked.
    Opinion,
}

/// One piece of evidence that a text is an unedited machine translation, and what it weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it comes from.
    pub kind: EvidenceKind,
    /// The rule, the trace, `style`, or who gave the opinion.
    pub name: String,
    /// The grade of the rule; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub grade: String,
    /// How often it was seen; 0 for an opinion that names nothing.
    pub times: u32,
    /// How much likelier it is in a machine translation than in another text, as a natural
    /// logarithm: 0 says nothing, below 0 speaks for the text.
    pub log_ratio: f32,
    /// What it says of the source, in nats, whatever stands beside it; `None` where that is
    /// `log_ratio`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_source: Option<f32>,
}

impl Evidence {
    /// Whether it was seen at some place of the page, which the style of the whole does not mend.
    fn is_of_a_place(&self) -> bool {
        match self.kind {
            EvidenceKind::Page | EvidenceKind::Words => true,
            EvidenceKind::Opinion => self.times > 0,
            EvidenceKind::Hint | EvidenceKind::Style => false,
        }
    }
}

/// All in 0..=1; higher is worse, but for `body_share`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// What the verdict was taken from: how likely the text is an unedited machine translation, or
    /// how much of it is residue of the page, whichever is worse.
    pub overall: f32,
    /// How likely the text is an unedited machine translation, with all evidence: style, words, page.
    pub machine_translation: f32,
    /// How much of a nuisance the lines are that belong to the page: 1 is the worst.
    pub residue: f32,
    /// How much the style alone reads like machine translation; `None` where no model serves the
    /// language.
    pub style: Option<f32>,
    /// The share of what readers are served between the headline and the end of the article that
    /// is not the article.
    pub boilerplate: f32,
    /// The share of the text that the whole page shows that is the body; `None` without a page.
    pub body_share: Option<f32>,
}

/// Changes whenever a rule, a language pack or the policy does: tells which verdicts are stale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RulesHash(pub u64);

impl fmt::Display for RulesHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What was concluded about one article, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The conclusion.
    pub verdict: Verdict,
    /// The numbers behind it.
    pub scores: Scores,
    /// The words behind it, by position.
    pub findings: Vec<Finding>,
    /// What was found besides, and does not count.
    pub dismissed: Vec<Dismissed>,
    /// What was weighed for and against translation; empty where nothing was there to weigh.
    pub evidence: Vec<Evidence>,
    /// The rules it was made with.
    pub rules: RulesHash,
}

impl Assessment {
    /// What it says about its source, in nats: all its evidence but hints, which are mostly of the
    /// site and would count again with every article. `None` for what was not judged.
    pub fn log_ratio(&self) -> Option<f32> {
        let is_alone = !self.evidence.iter().any(Evidence::is_of_a_place);
        // Good sentences around one that nobody read do not mend it, here no more than in the verdict.
        let least = if is_alone { f32::NEG_INFINITY } else { 0.0 };
        let of_article = self
            .evidence
            .iter()
            .filter(|e| e.kind != EvidenceKind::Hint)
            .map(|e| e.of_source.map_or(e.log_ratio, |weight| weight.max(least)));
        match self.verdict {
            Verdict::Abstain(_) => None,
            Verdict::Pass | Verdict::Flag => Some(of_article.sum()),
        }
    }
}

/// What the articles of a source say together about translation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranslationStanding {
    /// How likely it is that more than half of what it publishes is unedited machine translation.
    pub probability: f64,
    /// The expected share of such articles.
    pub share: f64,
    /// 95 % credible interval of that share.
    pub interval: (f64, f64),
    /// Articles that this rests on: those since the last turn.
    pub articles: u64,
    /// When the first of them was read.
    pub since: Timestamp,
    /// The last time that the source changed its ways, if it did.
    pub turned: Option<Turn>,
}

impl TranslationStanding {
    /// Over this probability a source is suspected: it is likelier than not that it publishes mainly
    /// machine translation. Of made-up sources of ten articles of years that models have not met that
    /// finds three in four, and two in a thousand of those of people (`benggala eval translation
    /// --leave-out year`).
    pub const SUSPECTED: f64 = 0.5;

    /// Over this one it is called a publisher of machine translation. Not one source of people of
    /// whatever unseen years was.
    pub const LIKELY: f64 = 0.9;

    /// Up to this one it is called none.
    pub const UNLIKELY: f64 = 0.1;
}

/// A source that began, or ceased, to publish mainly machine translation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// When the first article of the new kind was read, as far as can be told.
    pub at: Timestamp,
    /// The probability that it published mainly machine translation until then.
    pub before: f64,
}

/// How a source has done over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceStanding {
    /// Articles judged (passed or flagged).
    pub articles: u64,
    /// Of these, flagged.
    pub flagged: u64,
    /// Not judged.
    pub abstained: u64,
    /// 95 % credible interval of the share of flagged articles.
    pub interval: (f64, f64),
    /// When the first article came.
    pub since: Option<Timestamp>,
    /// How likely it publishes machine translation; `None` before the first judged article.
    pub translation: Option<TranslationStanding>,
}

/// A finding that a reviewer has dismissed here, or in the same words of the same site: it stands
/// as it was found and weighs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissed {
    /// What was found.
    pub finding: Finding,
    /// Who said that it is none.
    pub by: String,
}
