//! Who may ask, and who may write.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{self, Request},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use data_encoding::BASE64;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::{HeaderMap, StatusCode, header, uri::Authority};
use tokio::sync::Semaphore;
use url::{Host, Url};

use crate::{
    config::ServeConfig,
    model::{Listen, TokenFor, Unready},
    report::html::ReviewForm,
};

use super::{
    AppState, place,
    problem::{ProblemDetails, wants_page},
    session::{has_session, same},
};

/// Bytes of a request's body.
const BODY_MAX: usize = 64 << 10;

/// For a body to arrive.
const BODY_TIME: Duration = Duration::from_secs(5);

/// Waits for a free slot; the time limit around it ends a wait that is too long.
pub(super) async fn admit(
    extract::State(slots): extract::State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Result<Response, ProblemDetails> {
    let Ok(_slot) = slots.acquire().await else {
        return Err(ProblemDetails::unready(&[Unready::Stopping]));
    };
    Ok(next.run(request).await)
}

/// Takes in the body of a writing request whole, before it waits for a slot. One that must bring its
/// token in a header and does not is refused before a byte of its body is read; the token of a form
/// stands in the form.
pub(super) async fn take_in(
    extract::State((state, slots)): extract::State<(AppState, Arc<Semaphore>)>,
    request: Request,
    next: Next,
) -> Result<Response, ProblemDetails> {
    if request.method().is_safe() {
        return Ok(next.run(request).await);
    }
    if !is_form(request.headers()) && !has_session(request.headers(), &state.config.load().serve) {
        authorise(&state.config.load().serve, bearer(request.headers()))?;
    }
    let (parts, body) = request.into_parts();
    let body = {
        let Ok(_slot) = slots.acquire().await else {
            return Err(ProblemDetails::unready(&[Unready::Stopping]));
        };
        let taken = tokio::time::timeout(BODY_TIME, to_bytes(body, BODY_MAX)).await;
        let taken = taken.map_err(|_| {
            ProblemDetails::new(
                StatusCode::REQUEST_TIMEOUT,
                "The body of the request did not arrive in time.",
            )
        })?;
        taken.map_err(|_| {
            ProblemDetails::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large.")
        })?
    };
    let request = Request::from_parts(parts, Body::from(body));
    Ok(next.run(request).await)
}

/// Whether a request comes from a page's form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

/// While only this machine can reach us, a name that does not belong to it was made to point here:
/// a page somewhere is trying to read what the user can (DNS rebinding).
pub(super) async fn check_host(
    extract::State(state): extract::State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, ProblemDetails> {
    let config = state.config.load();
    let listen = &config.serve.listen;
    let public = config.serve.public_url.as_ref().and_then(Url::host_str);
    let is_known = |host: Authority| {
        is_ours(host.host(), listen) || public.is_some_and(|ours| ours == host.host())
    };
    if listen.is_loopback() && !authority(&request).is_none_or(is_known) {
        return Err(ProblemDetails::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!("This address serves this machine alone: use http://{listen}/."),
        ));
    }
    Ok(next.run(request).await)
}

/// The host that was asked: of the target (HTTP/2), else of `Host`. Every browser names one.
pub(super) fn authority(request: &Request) -> Option<Authority> {
    let named = || host_header(request.headers());
    request.uri().authority().cloned().or_else(named)
}

/// What `Host` says. What cannot be read names nobody, which is nobody of ours.
pub(super) fn host_header(headers: &HeaderMap) -> Option<Authority> {
    let value = headers.get(header::HOST)?;
    let parsed = Authority::try_from(value.as_bytes());
    Some(parsed.unwrap_or_else(|_| Authority::from_static("invalid")))
}

fn is_ours(host: &str, listen: &Listen) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.');
    if let Ok(ip) = host.parse::<IpAddr>() {
        return is_loopback(ip) || listen.tcp().is_some_and(|address| ip == address.ip());
    }
    // RFC 6761, 6.3: these names always mean this machine.
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether only this machine is found there.
fn names_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_loopback(ip.into()),
        Some(Host::Ipv6(ip)) => is_loopback(ip.into()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// Everything that writes passes here, whoever it is from, so that nobody tries tokens or floods the
/// store: a short rush is let through.
pub(super) fn pace() -> Arc<Pace> {
    Arc::new(RateLimiter::direct(
        Quota::per_second(WRITES_PER_SECOND).allow_burst(WRITES_AT_ONCE),
    ))
}

/// A limiter of requests.
pub(super) type Pace = DefaultDirectRateLimiter;

/// What writes in one second at most, over some time.
const WRITES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// What writes at once at most.
const WRITES_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// Refuses what writes too often.
pub(super) async fn keep_pace(
    extract::State(pace): extract::State<Arc<Pace>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || pace.check().is_ok() {
        return next.run(request).await;
    }
    let problem = ProblemDetails::new(
        StatusCode::TOO_MANY_REQUESTS,
        format!("More than {WRITES_PER_SECOND} changes a second are asked for; wait a second."),
    );
    ([(header::RETRY_AFTER, "1")], problem).into_response()
}

/// Whether and how reviews are taken: openly on this machine alone, else with the token, and not
/// at all where there is none. A page that is found elsewhere by `public_url`, or behind a socket,
/// is not of this machine alone.
pub(super) fn review_form(serve: &ServeConfig) -> ReviewForm {
    let is_private = serve.public_url.as_ref().is_none_or(names_loopback);
    if serve.token.is_some() {
        ReviewForm::Token
    } else if serve.listen.is_loopback() && is_private {
        ReviewForm::Open
    } else {
        ReviewForm::Closed
    }
}

/// Refuses a writing request that does not bring the token, where it takes one.
pub(super) fn authorise(serve: &ServeConfig, brought: Option<&str>) -> Result<(), ProblemDetails> {
    match (review_form(serve), &serve.token, brought) {
        (ReviewForm::Open, ..) => Ok(()),
        (ReviewForm::Token, Some(token), Some(brought)) if same(token.expose(), brought) => Ok(()),
        (ReviewForm::Token, ..) => Err(ProblemDetails::unauthorised(BEARER)),
        (ReviewForm::Closed, ..) => Err(ProblemDetails::forbidden(
            "benggala is served beyond this machine, so writing needs a `token` under [serve].",
        )),
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, 2.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    credentials(headers, "bearer")
}

/// What `Authorization` brings in this way.
fn credentials<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (brought, credentials) = value.split_once(' ')?;
    let is_it = brought.eq_ignore_ascii_case(scheme);
    is_it.then(|| credentials.trim())
}

/// Where reading needs the token: leads people to where they bring it, and refuses programs. What
/// writes is asked for it where it is answered.
pub(super) async fn check_reader(
    extract::State(state): extract::State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, ProblemDetails> {
    let serve = &state.config.load().serve;
    let brought = bearer(request.headers());
    match may_read(serve, request.headers(), brought) || !request.method().is_safe() {
        true => Ok(next.run(request).await),
        false if wants_page(&request) && serve.token.is_some() => {
            Ok(Redirect::to(&place::login_href(request.uri())).into_response())
        }
        false => Err(ProblemDetails::unauthorised(BEARER)),
    }
}

/// The same of the feed. Its readers send a name and a password (RFC 7617) if anything; they know no
/// page to log in.
pub(super) async fn check_subscriber(
    extract::State(state): extract::State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, ProblemDetails> {
    let serve = &state.config.load().serve;
    let password = password(request.headers());
    let brought = bearer(request.headers()).or(password.as_deref());
    match may_read(serve, request.headers(), brought) {
        true => Ok(next.run(request).await),
        false => Err(ProblemDetails::unauthorised(BASIC)),
    }
}

/// How a program is asked for the token (RFC 6750, 3).
const BEARER: &str = "Bearer realm=\"benggala\"";

/// How a reader of feeds is.
const BASIC: &str = "Basic realm=\"benggala\", charset=\"UTF-8\"";

/// Whether somebody may read: everybody, unless the token is asked of all.
fn may_read(serve: &ServeConfig, headers: &HeaderMap, brought: Option<&str>) -> bool {
    let is_token = |brought| {
        let token = serve.token.as_ref();
        token.is_some_and(|token| same(token.expose(), brought))
    };
    serve.token_for == TokenFor::Writes
        || has_session(headers, serve)
        || brought.is_some_and(is_token)
}

/// The password of `Authorization: Basic …`, whoever says it.
fn password(headers: &HeaderMap) -> Option<String> {
    let decoded = BASE64.decode(credentials(headers, "basic")?.as_bytes());
    let pair = String::from_utf8(decoded.ok()?).ok()?;
    let (_, password) = pair.split_once(':')?;
    Some(password.to_string())
}
