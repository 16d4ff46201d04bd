//! The nouns that travel between rooms. Verbs live in the rooms.

mod article;
mod backfill;
mod date;
mod fetched;
mod judgement;
mod listen;
mod notice;
mod opinion;
mod policy;
mod postgres_url;
mod readiness;
mod review;
mod secret;
mod source;
mod store_url;
mod token;
mod zone;

use std::{fmt, ops::Range};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::{
    article::{
        Article, Block, BlockKind, CopyKind, Hint, HintGrade, LeftOut, NoArticle, Provenance,
        Sighting,
    },
    backfill::{Backfill, BackfillState},
    date::{Date, NoDate},
    fetched::{
        FetchOutcome, Headers, Link, LinkCounts, Pace, Page, Poll, RobotsRecord, RobotsRules,
    },
    judgement::{
        Assessment, Dismissed, Evidence, EvidenceKind, Finding, Reason, RulesHash, Scores,
        SourceStanding, TranslationStanding, Turn, Verdict,
    },
    listen::Listen,
    notice::{ChannelKind, EventKind, Wanted},
    opinion::{Adviser, AskAbout, DefectKind, Opinion, OpinionKey, Remark},
    policy::{OwnPolicy, ParseLimits, Policy},
    postgres_url::{PostgresUrl, PostgresUrlError, Tls},
    readiness::Unready,
    review::{
        Context, Decision, Dismissal, Ended, Review, ReviewedFinding, RulePrecision, Shelf,
        ShelfCounts,
    },
    secret::Secret,
    source::{CertificateHash, Courtesy, PageKind, Pause, Quiet, SiteRules, Source, SourceDay},
    store_url::{StoreUrl, StoreUrlError},
    token::TokenFor,
    zone::Zone,
};

/// A half-open byte range into an article's `body`, always on char boundaries. JSON counts code
/// points instead; `report::json` converts.
pub type Span = Range<usize>;

/// An instant. Pure rooms take it as an argument; only the shell asks the clock.
pub type Timestamp = DateTime<Utc>;

/// The primary subtag of a BCP 47 language tag, in lower case: `id`, `en`, `zh`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lang(String);

impl Lang {
    /// Accepts a whole tag (`id-ID`, `en_US`) and keeps its primary subtag; the retired codes
    /// `in`, `iw` and `ji` become today's (RFC 5646, 4.1). `None` for what is no tag.
    pub fn new(tag: &str) -> Option<Lang> {
        let primary = tag.trim().split(['-', '_']).next()?;
        if !(2..=3).contains(&primary.len()) || !primary.bytes().all(|b| b.is_ascii_alphabetic()) {
            return None;
        }
        let primary = primary.to_ascii_lowercase();
        Some(Lang(match primary.as_str() {
            "in" => "id".to_string(),
            "iw" => "he".to_string(),
            "ji" => "yi".to_string(),
            _ => primary,
        }))
    }

    /// The subtag, as in `id`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of an input that could not be used. The rest was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// What and where, in one sentence.
    pub what: String,
    /// Links that were left out for it because they lead to another site.
    pub foreign: u64,
}
