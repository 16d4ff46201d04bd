//! How a call ended.

use serde::Serialize;

/// How a call ended: the `outcome` label of `benggala_opinion_requests_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There is an opinion, be it that there is nothing to say.
    Ok,
    /// No JSON, or not what was asked for.
    Invalid,
    /// More than half of what was said did not hold.
    NotCredible,
    /// Too late.
    Timeout,
    /// No connection, or one that broke.
    Connect,
    /// It led elsewhere, where nobody follows.
    Redirect,
    /// 429
    Throttled,
    /// Any other 4xx: the key, the model or the address is wrong.
    Http4xx,
    /// 5xx
    Http5xx,
    /// Longer than any answer need be.
    TooLarge,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 10] = [
        Outcome::Ok,
        Outcome::Invalid,
        Outcome::NotCredible,
        Outcome::Timeout,
        Outcome::Connect,
        Outcome::Redirect,
        Outcome::Throttled,
        Outcome::Http4xx,
        Outcome::Http5xx,
        Outcome::TooLarge,
    ];

    /// The metric label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Invalid => "invalid",
            Outcome::NotCredible => "not_credible",
            Outcome::Timeout => "timeout",
            Outcome::Connect => "connect",
            Outcome::Redirect => "redirect",
            Outcome::Throttled => "throttled",
            Outcome::Http4xx => "http_4xx",
            Outcome::Http5xx => "http_5xx",
            Outcome::TooLarge => "too_large",
        }
    }

    /// Of an HTTP status that is no success.
    pub const fn of_status(status: u16) -> Outcome {
        match status {
            300..=399 => Outcome::Redirect,
            429 => Outcome::Throttled,
            400..=499 => Outcome::Http4xx,
            500..=599 => Outcome::Http5xx,
            _ => Outcome::Invalid,
        }
    }

    /// Whether the model was reached and answered.
    pub const fn is_answer(self) -> bool {
        matches!(self, Outcome::Ok | Outcome::Invalid | Outcome::NotCredible)
    }

    /// Whether the same question may well be answered a while later.
    pub const fn is_passing(self) -> bool {
        matches!(
            self,
            Outcome::Timeout | Outcome::Connect | Outcome::Throttled | Outcome::Http5xx
        )
    }
}
