//! The nouns that travel between rooms. Verbs live in the rooms.

use std::{collections::BTreeMap, fmt, ops::Range, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

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
    /// Not known yet: the first answer decides.
    Auto,
    /// `/robots.txt`.
    Robots,
}

impl PageKind {
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
        [
            PageKind::Article,
            PageKind::Feed,
            PageKind::Sitemap,
            PageKind::Listing,
            PageKind::Auto,
            PageKind::Robots,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
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
    /// Feed, Sitemap, Listing or Auto.
    pub kind: PageKind,
    /// Where its links are found.
    pub url: Url,
    /// How often it is asked; `None` leaves it to the schedule.
    pub every: Option<Duration>,
    /// The language of its articles, where known.
    pub lang: Option<Lang>,
    /// Selectors for its pages.
    pub rules: SiteRules,
    /// The one certificate that its host may show although nobody vouches for it.
    pub certificate: Option<Fingerprint>,
    /// What its owner was promised beside the pace.
    pub courtesy: Courtesy,
}

/// Limits of a source beside the gap between two requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Courtesy {
    /// Requests in one day, UTC, at most.
    pub per_day: Option<u64>,
    /// When it is left alone.
    pub quiet: Option<Quiet>,
}

/// A time of the day, every day, from a first minute to just before a last; over midnight where
/// the first is the later one. In minutes after midnight UTC, 0..1440, never the same.
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
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Reads 64 hexadecimal digits, with colons between the bytes or without. `None` for anything
    /// else.
    pub fn parse(text: &str) -> Option<Fingerprint> {
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
        Some(Fingerprint(bytes))
    }
}

/// As `openssl x509 -fingerprint -sha256` prints it: pairs of digits in capitals, with colons.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let colon = if at > 0 { ":" } else { "" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

/// A URL worth fetching, and who told us about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Absolute and canonical (see [`crate::canonical`]).
    pub url: Url,
    /// The name of the [`Source`] that led here.
    pub source: String,
    /// What is expected there.
    pub kind: PageKind,
    /// The publication time that a feed or sitemap gave.
    pub published: Option<Timestamp>,
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

/// The role of a block in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Running text.
    Paragraph,
    /// A sub-heading.
    Heading,
    /// An item of a list.
    ListItem,
    /// A block quotation.
    Quote,
    /// A row of a table.
    Row,
    /// Preformatted text.
    Preformatted,
    /// A line of the page that was left in the body, as a rule found afterwards.
    Residue,
}

/// One paragraph-like piece of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where in `body`.
    pub span: Span,
    /// What it is.
    pub kind: BlockKind,
    /// Bytes of its text that stand inside links.
    pub link_bytes: usize,
}

/// A line inside the article that readers are served and that is none of it: the extractor left
/// it out of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The byte of `body` before which it stood.
    pub at: usize,
    /// Its text.
    pub text: String,
    /// The articles of its site that it is known to have stood on; 0 where it is not known as a
    /// line of the site's template.
    pub articles: u32,
}

/// What one article showed of its site: what [`crate::site::SiteMemory`] learns from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sighting {
    /// A hash of the address.
    pub url: u64,
    /// A hash of the text that a slightly changed one mostly shares.
    pub body: u64,
    /// Fingerprints of the lines in and about the body, each once. Bounded by the extractor.
    pub lines: Vec<u64>,
}

/// A trace in the page itself that says its text was translated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Kebab-case name of the trace.
    pub rule: String,
    /// What was seen.
    pub note: String,
}

/// What was read out of an article page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Article {
    /// The canonical URL that the page names, or the one it was fetched from.
    pub url: Option<Url>,
    /// Without the site's name.
    pub title: Option<String>,
    /// Authors, joined by ", ".
    pub byline: Option<String>,
    /// With the zone that the page gave.
    pub published: Option<DateTime<FixedOffset>>,
    /// Last modification.
    pub modified: Option<DateTime<FixedOffset>>,
    /// As declared by the caller or the page, or identified from the text.
    pub lang: Option<Lang>,
    /// The section or category.
    pub section: Option<String>,
    /// The lead image.
    pub image: Option<Url>,
    /// Where the article goes on, if it is cut in pages.
    pub next: Option<Url>,
    /// Paragraphs separated by one blank line.
    pub body: String,
    /// What `body` is made of, in order, without gaps but for the blank lines.
    pub blocks: Vec<Block>,
    /// Lines between the first and the last block of `body`, or directly after it in the same
    /// container, that were left out of it. Bounded by the extractor.
    pub left_out: Vec<LeftOut>,
    /// Bytes of the text that the page shows in all, `body` included; `None` without a page.
    pub page_bytes: Option<usize>,
    /// For the memory of the site; `None` where there is nothing to learn from.
    pub sighting: Option<Sighting>,
    /// Traces of translation in the page.
    pub provenance: Vec<Provenance>,
    /// The site asks that no copy of the page be kept.
    pub noarchive: bool,
    /// Field name -> where its value came from: `json-ld`, `opengraph`, `meta`, `page`, …
    pub origins: BTreeMap<String, String>,
}

/// How a text repeats one that is known: the `kind` label of `benggala_duplicates_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyKind {
    /// Word by word.
    Exact,
    /// With changes.
    Near,
}

impl CopyKind {
    /// The metric label.
    pub const fn as_str(self) -> &'static str {
        match self {
            CopyKind::Exact => "exact",
            CopyKind::Near => "near",
        }
    }
}

/// Why there is no body to judge, with what metadata could be read all the same.
#[derive(Debug, Clone, PartialEq)]
pub struct NoArticle {
    /// Never `UnknownLanguage`.
    pub reason: Reason,
    /// Metadata; its `body` is empty.
    pub article: Box<Article>,
}

/// Why no verdict was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Too few words to judge.
    TooShort,
    /// Neither a language pack nor a style model serves the text.
    UnknownLanguage,
    /// A section front, a video page, a soft 404, a consent wall …
    NotAnArticle,
    /// A bot wall.
    Challenge,
    /// The page broke a limit of the parser.
    ParseLimit,
    /// Not HTML or text at all.
    NotHtml,
    /// Nothing in it.
    Empty,
    /// The inspection failed; the page is kept for a closer look.
    Failed,
}

impl Reason {
    /// The name in JSON and store.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::TooShort => "too-short",
            Reason::UnknownLanguage => "unknown-language",
            Reason::NotAnArticle => "not-an-article",
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
    /// `pass`, `flag` or `abstain`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Flag => "flag",
            Verdict::Abstain(_) => "abstain",
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
    /// Bytes of `body`.
    pub span: Span,
    /// One clause for the reader: what is wrong here.
    pub note: String,
    /// The words, where they are no part of `body` (see [`LeftOut`]): then `span` is empty and
    /// tells where they stood.
    pub left_out: Option<String>,
}

/// Where a piece of evidence about translation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// The page says that it was translated.
    Page,
    /// Words that give it away: the findings of one rule.
    Words,
    /// How the whole text reads.
    Style,
}

/// One piece of evidence that a text is an unedited machine translation, and what it weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it comes from.
    pub kind: EvidenceKind,
    /// The rule, the trace, or `style`.
    pub name: String,
    /// How often it was seen.
    pub times: u32,
    /// How much likelier it is in a machine translation than in another text, as a natural
    /// logarithm: 0 says nothing, below 0 speaks for the text.
    pub log_ratio: f32,
}

/// All in 0..=1; higher is worse, but for `body_share`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// What the verdict was taken from: how likely the text is an unedited machine translation, or
    /// how much of it is residue of the page, whichever is worse.
    pub overall: f32,
    /// How much the style reads like machine translation; `None` where no model serves the language.
    pub translation: Option<f32>,
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
    /// What was weighed for and against translation; empty where nothing was there to weigh.
    pub evidence: Vec<Evidence>,
    /// The rules it was made with.
    pub rules: RulesHash,
}

impl Assessment {
    /// All its evidence together, in nats; `None` for what was not judged.
    pub fn log_ratio(&self) -> Option<f32> {
        match self.verdict {
            Verdict::Abstain(_) => None,
            Verdict::Pass | Verdict::Flag => Some(self.evidence.iter().map(|e| e.log_ratio).sum()),
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

/// A reviewer's word on an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// `confirmed` or `dismissed`.
    pub decision: Decision,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub note: String,
}

/// What a reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The verdict is right.
    Confirmed,
    /// The verdict is wrong.
    Dismissed,
}

impl Decision {
    /// The name in JSON, store and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Confirmed => "confirmed",
            Decision::Dismissed => "dismissed",
        }
    }
}

/// Where the parser stops. All are per page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseLimits {
    /// Bytes of decoded text.
    pub bytes: usize,
    /// Nodes of the tree.
    pub nodes: usize,
    /// Nesting of elements.
    pub depth: usize,
    /// Attributes of one tag.
    pub attributes: usize,
}

impl Default for ParseLimits {
    fn default() -> ParseLimits {
        ParseLimits {
            bytes: 20 << 20,
            nodes: 300_000,
            depth: 512,
            attributes: 1_000,
        }
    }
}

/// The thresholds of judgement. All shares are in 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Fewer words of body than this are not judged.
    pub words_min: usize,
    /// `scores.overall` from which an article is flagged.
    pub flag_at: f32,
    /// `scores.boilerplate` from which an article is flagged for boilerplate alone.
    pub boilerplate_at: f32,
    /// `scores.translation` from which an article is flagged for its style alone.
    pub translation_at: f32,
    /// Rules that are switched off.
    pub disabled: Vec<String>,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            words_min: 80,
            flag_at: 0.5,
            boilerplate_at: 0.35,
            translation_at: 0.96,
            disabled: Vec::new(),
        }
    }
}

/// A part of an input that could not be used. The rest was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What and where, in one sentence.
    pub what: String,
}
