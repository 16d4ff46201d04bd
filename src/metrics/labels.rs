//! The values that labels may take. What the model enumerates is taken from there.

use std::collections::BTreeSet;

use crate::{
    model::{CopyKind, Decision, FetchOutcome, PageKind, Reason, Unready, Verdict},
    opinion::Outcome,
};

/// The label value for what has no label of its own.
pub const OTHER: &str = "_other";

/// `outcome` of an announced link.
pub const DISCOVERY_OUTCOMES: [&str; 4] = ["new", "known", "filtered", "invalid"];
/// `stage` at which the guard against private addresses refused.
pub const GUARD_STAGES: [&str; 3] = ["url", "dns", "redirect"];
/// `state` of a source.
pub const SOURCE_STATES: [&str; 3] = ["ok", "failing", "disabled"];
/// `state` of a host.
pub const HOST_STATES: [&str; 2] = ["ok", "failing"];
/// `state` of a URL in the queue.
pub const QUEUE_STATES: [&str; 5] = ["waiting", "due", "leased", "done", "gone"];
/// `outcome` of an extraction.
pub const EXTRACTION_OUTCOMES: [&str; 6] = [
    "ok",
    "empty",
    "too_short",
    "not_article",
    "parse_limit",
    "panic",
];
/// `outcome` of a page that a browser has shown.
pub const RENDERED: &str = "ok";
/// `outcome` of handing a page to a browser.
pub const RENDER_OUTCOMES: [&str; 4] = [RENDERED, "unreachable", "failed", "timed_out"];
/// `score` of an article.
pub const SCORES: [&str; 6] = [
    "overall",
    "machine_translation",
    "residue",
    "boilerplate",
    "style",
    "translation",
];
/// `kind` of a duplicate.
pub const DUPLICATE_KINDS: [&str; 2] = [CopyKind::Exact.as_str(), CopyKind::Near.as_str()];
/// `outcome` of one attempt to notify.
pub const NOTIFICATION_OUTCOMES: [&str; 5] = ["ok", "failed", "refused", "given_up", "left_out"];
/// `outcome` of a span that the collector has.
pub const SPANS_SENT: &str = "sent";
/// `outcome` of a span for which there was no room.
pub const SPANS_DROPPED: &str = "dropped";
/// `outcome` of a span that the collector does not want.
pub const SPANS_REFUSED: &str = "refused";
/// `outcome` of a span that was sent in vain too often.
pub const SPANS_GIVEN_UP: &str = "given_up";
/// `outcome` of a span of a trace.
pub const SPAN_OUTCOMES: [&str; 4] = [SPANS_SENT, SPANS_DROPPED, SPANS_REFUSED, SPANS_GIVEN_UP];
/// `outcome` of what a language model quoted.
pub const QUOTE_OUTCOMES: [&str; 3] = ["kept", "invented", "dropped"];
/// `reason` why a language model was not asked about an article that was worth it.
pub const NOT_ASKED: [&str; 7] = [
    "known",
    "too_long",
    "day_limit",
    "source_limit",
    "queue_full",
    "suspended",
    "reloaded",
];
/// `kind` of a token.
pub const TOKEN_KINDS: [&str; 2] = ["prompt", "completion"];
/// `state` of a flagged article.
pub const REVIEW_STATES: [&str; 3] = ["waiting", "confirmed", "dismissed"];
/// `route` of our own server; others share [`OTHER`].
pub const ROUTES: [&str; 28] = [
    "/",
    "/articles/{id}",
    "/articles/{id}/page",
    "/bulk",
    "/bulk/{batch}/undo",
    "/events",
    "/login",
    "/rules",
    "/rules/{rule}",
    "/sources",
    "/sources/{name}",
    "/sources/{name}/{wish}",
    "/metrics",
    "/-/healthy",
    "/-/ready",
    "/-/reload",
    "/config",
    "/feed.atom",
    "/api/v1/articles",
    "/api/v1/articles/{id}",
    "/api/v1/articles/{id}/reviews",
    "/api/v1/sources",
    "/api/v1/sources/{name}",
    "/api/v1/sources/{name}/{wish}",
    "/api/v1/sources/{name}/backfill",
    "/api/v1/parked",
    "/api/v1/rules",
    "/api/v1/openapi.json",
];
/// Statuses that are common enough for a label of their own.
const CODES: [&str; 27] = [
    "200", "202", "204", "206", "301", "302", "303", "304", "307", "308", "400", "401", "403",
    "404", "405", "406", "410", "421", "429", "451", "500", "502", "503", "504", "520", "522",
    "524",
];
/// All others, by class (RFC 9110, 15).
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", OTHER];
/// `reason` of a retry: the peer had closed the connection, and the request was sent once more at
/// once.
pub const RETRY_CONNECTION_CLOSED: &str = "connection_closed";

/// `state` of rows: whether somebody may still read them.
pub const ROW_STATES: [&str; 2] = ["live", "dead"];
/// `level` of a log message.
pub const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

pub(super) fn fetch_outcomes() -> [&'static str; FetchOutcome::ALL.len()] {
    FetchOutcome::ALL.map(FetchOutcome::as_str)
}

/// Every `code`.
pub(super) fn codes() -> Vec<&'static str> {
    [CODES.as_slice(), &CLASSES].concat()
}

pub(super) fn verdicts() -> [&'static str; 3] {
    [
        Verdict::Pass,
        Verdict::Flag,
        Verdict::Abstain(Reason::Empty),
    ]
    .map(Verdict::as_str)
}

pub(super) fn opinion_outcomes() -> [&'static str; Outcome::ALL.len()] {
    Outcome::ALL.map(Outcome::as_str)
}

pub(super) fn decisions() -> [&'static str; 2] {
    [Decision::Confirmed, Decision::Dismissed].map(Decision::as_str)
}

pub(super) fn unready_reasons() -> [&'static str; Unready::ALL.len()] {
    Unready::ALL.map(Unready::as_str)
}

/// The `kind` label of a fetch: front pages, and pages not known yet, are `page`.
pub fn kind_label(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Listing | PageKind::Auto => "page",
        kind => kind.as_str(),
    }
}

/// `kind` of a fetch.
pub fn fetch_kinds() -> Vec<&'static str> {
    kinds(PageKind::ALL)
}

/// `kind` of a page that announces others.
pub(super) fn discovery_kinds() -> Vec<&'static str> {
    kinds(PageKind::of_sources())
}

fn kinds(kinds: impl IntoIterator<Item = PageKind>) -> Vec<&'static str> {
    let labels: BTreeSet<_> = kinds.into_iter().map(kind_label).collect();
    labels.into_iter().collect()
}

/// The `code` label of a status: itself where it is common, else its class, so that a server
/// cannot make series up.
pub fn code_label(status: u16) -> &'static str {
    let code = status.to_string();
    let class = || match status {
        100..=599 => CLASSES[usize::from(status / 100) - 1],
        _ => OTHER,
    };
    CODES
        .into_iter()
        .find(|known| *known == code)
        .unwrap_or_else(class)
}

/// The `route` label of a request, from the router's pattern.
pub fn route_label(pattern: Option<&str>) -> &'static str {
    ROUTES
        .into_iter()
        .find(|route| Some(*route) == pattern)
        .unwrap_or(OTHER)
}
