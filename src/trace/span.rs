//! What a trace is made of, and by what its parts find each other.

use std::fmt;

use sha2::{Digest as _, Sha256};
use url::Url;

use crate::model::Timestamp;

/// Of a trace: 16 bytes, written as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceId([u8; 16]);

impl TraceId {
    /// Like no other one, made of `bits` of chance. None is all zeros: that one is invalid.
    pub fn of_chance(bits: u128) -> TraceId {
        TraceId(bits.max(1).to_be_bytes())
    }

    /// Whether it is in a sample of the share `sample` (0 to 1), as OpenTelemetry samples: by its last
    /// seven bytes, which are as good as chance.
    pub fn is_within(self, sample: f32) -> bool {
        let [.., a, b, c, d, e, f, g] = self.0;
        let roll = u64::from_be_bytes([0, a, b, c, d, e, f, g]);
        let all = (1u64 << 56) as f64;
        (roll as f64) < f64::from(sample) * all
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Of a span: 8 bytes, written as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpanId(u64);

impl SpanId {
    /// Like no other one of its trace, made of `bits` of chance. None is zero: that one is invalid.
    pub fn of_chance(bits: u64) -> SpanId {
        SpanId(bits.max(1))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The trace of an article and the span that all others of it stand under. They follow from the
/// article, so that visits at different times and by different workers tell one story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArticleIds {
    /// The trace.
    pub trace: TraceId,
    /// Its first span.
    pub root: SpanId,
}

impl ArticleIds {
    /// Those of the article at `url` that was discovered at `known_since` (exact to a millisecond).
    pub fn of(url: &Url, known_since: Timestamp) -> ArticleIds {
        let mut hash = Sha256::new();
        hash.update(known_since.timestamp_millis().to_be_bytes());
        hash.update(url.as_str());
        let mut bytes = hash.finalize().into_iter();
        let trace = std::array::from_fn(|_| bytes.next().unwrap_or_default());
        let root = std::array::from_fn(|_| bytes.next().unwrap_or_default());
        ArticleIds {
            trace: TraceId::of_chance(u128::from_be_bytes(trace)),
            root: SpanId::of_chance(u64::from_be_bytes(root)),
        }
    }
}

/// Whose work a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// Our own.
    Internal,
    /// That of a server that we asked.
    Client,
}

/// What is known of a span.
pub type Attribute = (&'static str, Value);

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words.
    Text(String),
    /// A count.
    Whole(i64),
    /// A measure.
    Number(f64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_string())
    }
}

impl From<i64> for Value {
    fn from(whole: i64) -> Value {
        Value::Whole(whole)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

/// A part of a trace: what was done, from when to when.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The trace that it is part of.
    pub trace: TraceId,
    /// Its own.
    pub id: SpanId,
    /// What it is part of; `None` for what a trace begins with.
    pub parent: Option<SpanId>,
    /// The first span of another trace that has to do with it.
    pub link: Option<ArticleIds>,
    /// What was done.
    pub name: &'static str,
    /// Whose work it is.
    pub kind: SpanKind,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What is known of it.
    pub attributes: Vec<Attribute>,
    /// How it failed, if it did.
    pub error: Option<String>,
}
