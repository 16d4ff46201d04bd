//! What is asked for, and what came back.

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
    /// A bot wall.
    Challenge,
    /// We stopped first.
    Cancelled,
}

impl FetchOutcome {
    /// Every outcome, in the order of the documentation.
    pub const ALL: [FetchOutcome; 15] = [
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
        FetchOutcome::Challenge,
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
            FetchOutcome::Challenge => "challenge",
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
