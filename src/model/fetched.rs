//! What is asked for, and what came back.

use std::{fmt, num::NonZeroU32, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Date, PageKind, Timestamp};

/// A URL worth fetching, and who told us about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Absolute and canonical (see [`crate::canonical`]).
    pub url: Url,
    /// The name of the [`Source`](super::Source) that led here.
    pub source: String,
    /// What is expected there.
    pub kind: PageKind,
    /// When it was published, as a feed or sitemap gave it.
    pub published: Option<Date>,
}

/// How often something is asked: once every `gap`, and after a rest `burst` times at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two requests, on average.
    pub gap: Duration,
    /// How many may come together.
    pub burst: NonZeroU32,
}

impl Pace {
    /// How far ahead of its time a request may come for what was not asked before.
    pub fn ahead(self) -> Duration {
        self.gap.saturating_mul(self.burst.get() - 1)
    }
}

/// Article links of a poll, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCounts {
    /// Not listed before, and read.
    pub new: u64,
    /// Listed before.
    pub known: u64,
    /// Not read: dated too far back, or of an archive whose dates say nothing.
    pub old: u64,
    /// Of another site: left out, unless a feed lists them.
    pub foreign: u64,
    /// Of these, what a feed lists: it is counted among the others, too.
    #[serde(default)]
    pub foreign_kept: u64,
    /// Parts of the answer that could not be read.
    pub invalid: u64,
}

impl LinkCounts {
    /// Each count by its name, which is the `outcome` label of the metric.
    pub fn by_name(&self) -> [(&'static str, u64); 5] {
        [
            ("new", self.new),
            ("known", self.known),
            ("old", self.old),
            ("foreign", self.foreign),
            ("invalid", self.invalid),
        ]
    }

    /// Links in all.
    pub fn total(&self) -> u64 {
        self.new + self.known + self.old + self.left_out()
    }

    /// Links that were left out, for they are of another site.
    pub fn left_out(&self) -> u64 {
        self.foreign.saturating_sub(self.foreign_kept)
    }

    /// Whether there are links, and none of them is for us.
    pub fn is_all_filtered(&self) -> bool {
        self.total() > 0 && self.new + self.known == 0
    }
}

impl std::ops::AddAssign for LinkCounts {
    fn add_assign(&mut self, other: LinkCounts) {
        self.new += other.new;
        self.known += other.known;
        self.old += other.old;
        self.foreign += other.foreign;
        self.foreign_kept += other.foreign_kept;
        self.invalid += other.invalid;
    }
}

/// `40 links: 38 too old, 2 of another site, 0 new`
impl fmt::Display for LinkCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total() {
            0 => write!(f, "no links")?,
            1 => write!(f, "1 link: ")?,
            total => write!(f, "{total} links: ")?,
        }
        if self.total() > 0 {
            for (count, what) in [
                (self.known, "known"),
                (self.old, "too old"),
                (self.left_out(), "of another site"),
            ] {
                if count > 0 {
                    write!(f, "{count} {what}, ")?;
                }
            }
            write!(f, "{} new", self.new)?;
        }
        if self.foreign_kept > 0 {
            write!(f, "; {} of them of another site", self.foreign_kept)?;
        }
        match self.invalid {
            0 => Ok(()),
            1 => write!(f, "; 1 part unreadable"),
            parts => write!(f, "; {parts} parts unreadable"),
        }
    }
}

/// What an address that is polled said when it last answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// When that was.
    pub at: Timestamp,
    /// What the answer was.
    pub kind: PageKind,
    /// What it listed.
    pub links: LinkCounts,
}

/// Response headers in the order received, names in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// The first value of `name` (given in lower case).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a server answered, decoded from its transfer and content encodings but not from its
/// character set.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What was asked for.
    pub link: Link,
    /// Where the redirects ended.
    pub final_url: Url,
    /// When the answer was complete.
    pub fetched_at: Timestamp,
    /// HTTP status of the last answer.
    pub status: u16,
    /// Headers of the last answer.
    pub headers: Headers,
    /// The bytes of the document.
    pub body: Bytes,
}

/// How a fetch ended: the `outcome` label of `benggala_fetches_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchOutcome {
    /// 2xx with a complete body.
    Ok,
    /// 304.
    NotModified,
    /// A redirect that could not be followed: a loop, too many, no usable Location.
    Redirect,
    /// Any other 4xx.
    #[serde(rename = "http_4xx")]
    Http4xx,
    /// 5xx, and statuses outside 200..=599.
    #[serde(rename = "http_5xx")]
    Http5xx,
    /// 429, or 503 with Retry-After.
    Throttled,
    /// A header, idle or total time limit.
    Timeout,
    /// The name did not resolve.
    Dns,
    /// No connection, a broken one, or not HTTP.
    Connect,
    /// The certificate or the handshake failed.
    Tls,
    /// Over a limit on headers, wire bytes, decoded bytes or expansion ratio.
    TooLarge,
    /// A content encoding that lies, is cut short or unknown.
    Decode,
    /// Refused by us: robots.txt or the guard against private addresses.
    Blocked,
    /// robots.txt could not be reached, or answered with an error of its server: nothing may be
    /// asked until it can be (RFC 9309, 2.3.1.4).
    RobotsUnreachable,
    /// A bot wall.
    Challenge,
    /// Our own machine could not: out of handles, ports or memory. Nobody was asked.
    Local,
    /// We stopped first.
    Cancelled,
}

impl FetchOutcome {
    /// Every outcome, in the order of the documentation.
    pub const ALL: [FetchOutcome; 17] = [
        FetchOutcome::Ok,
        FetchOutcome::NotModified,
        FetchOutcome::Redirect,
        FetchOutcome::Http4xx,
        FetchOutcome::Http5xx,
        FetchOutcome::Throttled,
        FetchOutcome::Timeout,
        FetchOutcome::Dns,
        FetchOutcome::Connect,
        FetchOutcome::Tls,
        FetchOutcome::TooLarge,
        FetchOutcome::Decode,
        FetchOutcome::Blocked,
        FetchOutcome::RobotsUnreachable,
        FetchOutcome::Challenge,
        FetchOutcome::Local,
        FetchOutcome::Cancelled,
    ];

    /// The metric label.
    pub fn as_str(self) -> &'static str {
        match self {
            FetchOutcome::Ok => "ok",
            FetchOutcome::NotModified => "not_modified",
            FetchOutcome::Redirect => "redirect",
            FetchOutcome::Http4xx => "http_4xx",
            FetchOutcome::Http5xx => "http_5xx",
            FetchOutcome::Throttled => "throttled",
            FetchOutcome::Timeout => "timeout",
            FetchOutcome::Dns => "dns",
            FetchOutcome::Connect => "connect",
            FetchOutcome::Tls => "tls",
            FetchOutcome::TooLarge => "too_large",
            FetchOutcome::Decode => "decode",
            FetchOutcome::Blocked => "blocked",
            FetchOutcome::RobotsUnreachable => "robots_unreachable",
            FetchOutcome::Challenge => "challenge",
            FetchOutcome::Local => "local",
            FetchOutcome::Cancelled => "cancelled",
        }
    }
}

/// A robots.txt as it was last seen, for one authority.
#[derive(Debug, Clone, PartialEq)]
pub struct RobotsRecord {
    /// `scheme://host:port` of the file.
    pub origin: String,
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// What RFC 9309 makes of the answer.
    pub rules: RobotsRules,
}

/// RFC 9309, 2.3.1: how the answer for robots.txt is to be read.
#[derive(Debug, Clone, PartialEq)]
pub enum RobotsRules {
    /// 2xx: the text, at most 500 KiB of it.
    Text(Bytes),
    /// 4xx: no rules, all is allowed.
    Unavailable,
    /// 5xx or no answer: all is disallowed.
    Unreachable,
}
