//! What an answer, or an error on the way to it, means.

use std::{error::Error, io, time::Duration};

use memchr::memmem;
use rustix::io::Errno;

use super::{
    guard::{GuardStage, Refusal, Unresolved},
    limit::seconds,
};
use crate::{
    extract,
    model::{FetchOutcome, Headers, Timestamp},
};

/// No server may silence us for longer; one that asks for more is asked again after a day.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);

/// How one request failed.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) outcome: FetchOutcome,
    /// One short sentence without a full stop.
    pub(super) error: String,
    pub(super) guard: Option<GuardStage>,
    pub(super) retry_after: Option<Duration>,
    /// robots.txt forbade it.
    pub(super) robots_denied: bool,
    /// The connection broke before any answer: worth one silent retry.
    pub(super) unanswered: bool,
}

impl Failure {
    pub(super) fn new(outcome: FetchOutcome, error: impl Into<String>) -> Failure {
        Failure {
            outcome,
            error: error.into(),
            guard: None,
            retry_after: None,
            robots_denied: false,
            unanswered: false,
        }
    }

    pub(super) fn refused(refusal: &Refusal, stage: GuardStage) -> Failure {
        Failure {
            guard: Some(stage),
            ..Failure::new(FetchOutcome::Blocked, refusal.to_string())
        }
    }
}

/// Reads a Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date, clamped to 0..=24 h. `None`
/// for what is neither.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // A number too large for u64 is still a number.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
    }
    let until = Timestamp::from(httpdate::parse_http_date(value).ok()?);
    let wait = (until - now).to_std().unwrap_or(Duration::ZERO);
    Some(wait.min(RETRY_AFTER_MAX))
}

/// What an answer means by its status and headers. A redirect status means that it could not be
/// followed.
pub fn of_answer(status: u16, headers: &Headers) -> FetchOutcome {
    if is_challenge(headers) {
        return FetchOutcome::Challenge;
    }
    match status {
        200..=299 => FetchOutcome::Ok,
        304 => FetchOutcome::NotModified,
        300..=399 => FetchOutcome::Redirect,
        429 => FetchOutcome::Throttled,
        503 if headers.get("retry-after").is_some() => FetchOutcome::Throttled,
        400..=499 => FetchOutcome::Http4xx,
        _ => FetchOutcome::Http5xx,
    }
}

/// Bot walls that say so: Cloudflare and AWS WAF set a header on their challenge pages.
fn is_challenge(headers: &Headers) -> bool {
    headers.get("cf-mitigated") == Some("challenge")
        || matches!(
            headers.get("x-amzn-waf-action"),
            Some("challenge" | "captcha")
        )
}

/// Whether an answer is the wall of a vendor that says so in its body alone. On 200 it takes the
/// whole page to tell, which is for those who read it.
pub(super) fn is_bot_wall(status: u16, body: &[u8]) -> bool {
    match status {
        // AWS WAF answers its silent challenge with 202 and a script from its own domain; a news
        // page is never 202.
        202 => memmem::find(body, b"awswaf.com").is_some() || extract::is_bot_wall(body),
        401 | 403 | 405 | 406 | 503 => extract::is_bot_wall(body),
        _ => false,
    }
}

/// What an answer other than a page is, for the log.
pub(super) fn sentence(outcome: FetchOutcome, status: u16, host: &str) -> String {
    match outcome {
        FetchOutcome::Challenge => format!("{host} answered {status} with a bot wall"),
        FetchOutcome::Throttled => format!("{host} answered {status}: it wants fewer requests"),
        _ => format!("{host} answered {status}"),
    }
}

/// Explains an error that our own machine is to blame for; `None` for any other.
fn of_machine(error: &(dyn Error + 'static)) -> Option<Failure> {
    let code = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .find_map(io::Error::raw_os_error)?;
    let want = match Errno::from_raw_os_error(code) {
        Errno::MFILE | Errno::NFILE => "handles",
        Errno::ADDRNOTAVAIL => "ports",
        Errno::NOBUFS | Errno::NOMEM => "memory",
        _ => return None,
    };
    let sentence = format!("this machine is out of {want}: nobody was asked");
    Some(Failure::new(FetchOutcome::Local, sentence))
}

/// Explains an error of the guarded resolver; `None` for any other.
pub(super) fn of_resolving(error: &(dyn std::error::Error + 'static)) -> Option<Failure> {
    if let Some(refusal) = error.downcast_ref::<Refusal>() {
        return Some(Failure::refused(refusal, GuardStage::Dns));
    }
    let unresolved = error.downcast_ref::<Unresolved>()?;
    if let Unresolved::Failed(_, why) = unresolved
        && let Some(failure) = of_machine(why.as_ref())
    {
        return Some(failure);
    }
    Some(Failure::new(FetchOutcome::Dns, unresolved.to_string()))
}

/// Explains an error of the HTTP client. `limit` is the time that connecting may take.
pub(super) fn of_error(error: &reqwest::Error, host: &str, limit: Duration) -> Failure {
    if let Some(failure) = of_machine(error) {
        return failure;
    }
    for cause in causes(error) {
        if let Some(failure) = of_resolving(cause) {
            return failure;
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Failure::new(FetchOutcome::Tls, tls_sentence(tls, host));
        }
    }
    if error.is_timeout() {
        let sentence = if error.is_connect() {
            format!("no connection to {host} within {}", seconds(limit))
        } else {
            format!("{host} fell silent")
        };
        return Failure::new(FetchOutcome::Timeout, sentence);
    }
    if error.is_builder() {
        let sentence = format!("the URL at {host} cannot be sent over HTTP");
        return Failure::new(FetchOutcome::Connect, sentence);
    }
    let deepest = causes(error).last().map(ToString::to_string);
    let deepest = deepest.unwrap_or_else(|| error.to_string());
    if error.is_connect() {
        let sentence = format!("no connection to {host}: {deepest}");
        return Failure::new(FetchOutcome::Connect, sentence);
    }
    of_broken_answer(error, host, &deepest)
}

fn of_broken_answer(error: &reqwest::Error, host: &str, deepest: &str) -> Failure {
    let http = causes(error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    let excess = causes(error).any(is_excess);
    if excess || http.is_some_and(hyper::Error::is_parse_too_large) {
        let sentence = format!("the headers of {host} are too large");
        return Failure::new(FetchOutcome::TooLarge, sentence);
    }
    if http.is_some_and(hyper::Error::is_parse) {
        let sentence = format!("{host} does not speak proper HTTP: {deepest}");
        return Failure::new(FetchOutcome::Connect, sentence);
    }
    Failure {
        unanswered: http.is_some_and(hyper::Error::is_incomplete_message)
            || causes(error).any(is_broken_pipe),
        ..Failure::new(
            FetchOutcome::Connect,
            format!("the answer of {host} broke off: {deepest}"),
        )
    }
}

/// Our own side ended an HTTP/2 connection because of headers without end: RFC 9113, 10.5, has
/// ENHANCE_YOUR_CALM for "excessive load".
fn is_excess(cause: &(dyn Error + 'static)) -> bool {
    cause.downcast_ref::<h2::Error>().is_some_and(|error| {
        error.is_library() && error.reason() == Some(h2::Reason::ENHANCE_YOUR_CALM)
    })
}

fn is_broken_pipe(cause: &(dyn Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
        )
    })
}

fn tls_sentence(error: &rustls::Error, host: &str) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => {
            format!("the certificate of {host} is not valid: {why}")
        }
        other => format!("TLS with {host} failed: {other}"),
    }
}

/// The error and everything below it. `io::Error` hides what it wraps from `source`: it is
/// unwrapped here.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| {
        let wrapped = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => cause.source(),
        }
    })
}
