//! What is watched, and by which rules.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Lang, OwnPolicy, Timestamp};

/// What a URL is expected to answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// One news article.
    Article,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A sitemap, a sitemap index or a Google News sitemap.
    Sitemap,
    /// A front page or section page: its links are the find.
    Listing,
    /// Not known yet: each answer shows what it is.
    Auto,
    /// `/robots.txt`.
    Robots,
}

impl PageKind {
    /// Every kind, those of a source first.
    pub const ALL: [PageKind; 6] = [
        PageKind::Auto,
        PageKind::Feed,
        PageKind::Sitemap,
        PageKind::Listing,
        PageKind::Article,
        PageKind::Robots,
    ];

    /// The kinds that a source may be of: what announces links, or may turn out to.
    pub fn of_sources() -> impl Iterator<Item = PageKind> {
        let others = [PageKind::Article, PageKind::Robots];
        PageKind::ALL
            .into_iter()
            .filter(move |kind| !others.contains(kind))
    }

    /// The name in configuration and store.
    pub fn as_str(self) -> &'static str {
        match self {
            PageKind::Article => "article",
            PageKind::Feed => "feed",
            PageKind::Sitemap => "sitemap",
            PageKind::Listing => "listing",
            PageKind::Auto => "auto",
            PageKind::Robots => "robots",
        }
    }

    /// The inverse of [`PageKind::as_str`].
    pub fn parse(name: &str) -> Option<PageKind> {
        PageKind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// CSS selectors that overrule the extractor on one site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRules {
    /// The container of the article body.
    pub body: Option<String>,
    /// What is taken out before the body is read.
    pub remove: Vec<String>,
}

/// A news source that is watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Unique; the host unless configured.
    pub name: String,
    /// What it was called before, so that its past stays with it wherever it has moved.
    pub was: Option<String>,
    /// Whose workers watch it: those that were started for this group, or, without one, those that were
    /// started for none.
    pub group: Option<String>,
    /// Feed, Sitemap, Listing or Auto.
    pub kind: PageKind,
    /// Where its links are found.
    pub url: Url,
    /// How often it is asked; `None` leaves it to the schedule.
    pub every: Option<Duration>,
    /// How far back its articles may be dated; `None` leaves it to the schedule.
    pub link_age: Option<Duration>,
    /// The language of its articles, where known.
    pub lang: Option<Lang>,
    /// Selectors for its pages.
    pub rules: SiteRules,
    /// The one certificate that its host may show although nobody vouches for it.
    pub certificate: Option<CertificateHash>,
    /// What its owner was promised beside the pace.
    pub courtesy: Courtesy,
    /// Where its articles are judged otherwise than those of others.
    pub policy: OwnPolicy,
    /// Nobody is told of it and its articles.
    pub is_muted: bool,
    /// The browser that shows those of its pages that need their scripts: `cdp://HOST:PORT`.
    pub render: Option<Url>,
}

impl Source {
    /// Whether workers of this group watch it, or those of none.
    pub fn is_of(&self, group: Option<&str>) -> bool {
        self.group.as_deref() == group
    }

    /// A source as it is unless it says more.
    pub fn new(name: impl Into<String>, kind: PageKind, url: Url) -> Source {
        Source {
            name: name.into(),
            was: None,
            group: None,
            kind,
            url,
            every: None,
            link_age: None,
            lang: None,
            rules: SiteRules::default(),
            certificate: None,
            courtesy: Courtesy::default(),
            policy: OwnPolicy::default(),
            is_muted: false,
            render: None,
        }
    }
}

/// Limits of a source beside the gap between two requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Courtesy {
    /// Requests in one day at most, by the clocks of `[schedule] zone`.
    pub per_day: Option<u64>,
    /// When it is left alone.
    pub quiet: Option<Quiet>,
    /// Nobody outside is asked about its articles.
    pub no_opinion: bool,
}

/// A time of the day, every day, from a first minute to just before a last; over midnight where
/// the first is the later one. In minutes after midnight, 0..1440, never the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    from: u32,
    to: u32,
}

impl Quiet {
    /// Reads `22:00-06:30`. `None` for anything else, and for a span of no or of all time.
    pub fn parse(text: &str) -> Option<Quiet> {
        let (from, to) = text.split_once('-')?;
        let minute = |text: &str| {
            let (hours, minutes) = text.trim().split_once(':')?;
            let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
            (hours < 24 && minutes < 60).then_some(60 * hours + minutes)
        };
        let (from, to) = (minute(from)?, minute(to)?);
        (from != to).then_some(Quiet { from, to })
    }

    /// Minutes from `minute` until it ends; `None` outside.
    pub fn left(self, minute: u32) -> Option<u32> {
        const DAY: u32 = 1_440;
        let since = (minute + DAY - self.from) % DAY;
        let length = (self.to + DAY - self.from) % DAY;
        (since < length).then(|| length - since)
    }
}

impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [from, to] = [self.from, self.to].map(|at| format!("{:02}:{:02}", at / 60, at % 60));
        write!(f, "{from}-{to}")
    }
}

/// The SHA-256 of a certificate as it is sent (DER).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CertificateHash(pub [u8; 32]);

impl CertificateHash {
    /// Reads 64 hexadecimal digits, with colons between the bytes or without. `None` for anything
    /// else.
    pub fn parse(text: &str) -> Option<CertificateHash> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|&c| c != ':')
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Some(CertificateHash(bytes))
    }
}

/// As `openssl x509 -fingerprint -sha256` prints it: pairs of digits in capitals, with colons.
impl fmt::Display for CertificateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let colon = if at > 0 { ":" } else { "" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

/// New articles of a source on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SourceDay {
    /// Days since 1970, UTC.
    pub day: i64,
    /// Of these, passed.
    pub passed: u64,
    /// Flagged.
    pub flagged: u64,
    /// Not judged.
    pub abstained: u64,
}

/// That somebody wants a source not to be polled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pause {
    /// Since when.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
}
