//! The review page, the API, metrics and health.
//!
//! [`app`] is the whole of it: what it needs from the other rooms comes in by [`AppState`].

mod api;
mod backfill;
mod bulk;
mod cursor;
mod etag;
pub mod exposition;
mod guard;
mod kept;
mod language;
pub mod listener;
mod live;
mod login;
mod pages;
mod parked;
mod place;
mod polling;
mod problem;
mod query;
mod review;
mod scrape;
pub mod server;
mod service;
mod session;
mod state;
pub mod views;
mod visitor;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tokio::sync::Semaphore;
use tower::{Layer, util::MapRequestLayer};
use tower_http::{
    catch_panic::CatchPanicLayer,
    csrf::{CsrfLayer, ProtectionError},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
};

use self::problem::ProblemDetails;
pub use self::state::{AnswerObserver, AppState};

/// For one answer, its wait included.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Answers under way at once. The others wait, so that a herd of scrapers takes no more of the
/// machine than these.
const CONCURRENCY: usize = 8;

/// The same for metrics: no page keeps them waiting.
const METRICS_CONCURRENCY: usize = 2;

/// Bodies that are taken in at once. They arrive as slowly as their senders like, so none of them
/// holds the slot of an answer.
const BODIES: usize = 16;

/// Pages that are told of news at once.
pub const LISTENERS_MAX: usize = 64;

/// Pages load their style, script and icon from here and nothing from anywhere else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Every route.
pub fn app(state: AppState) -> Router {
    let health = Router::new()
        .route("/-/healthy", get(service::healthy))
        .route("/-/ready", get(service::ready));
    let metrics = Router::new()
        .route("/metrics", get(scrape::metrics))
        .layer(from_fn_with_state(state.clone(), guard::check_reader))
        .layer(from_fn_with_state(slots(METRICS_CONCURRENCY), guard::admit));
    let pages = pages()
        .layer(from_fn_with_state(state.clone(), guard::check_reader))
        .merge(entrance())
        .layer(by_language());
    let work = pages
        .merge(machines(&state))
        .layer(from_fn_with_state(slots(CONCURRENCY), guard::admit))
        .layer(from_fn_with_state(
            (state.clone(), slots(BODIES)),
            guard::take_in,
        ))
        .layer(from_fn_with_state(guard::pace(), guard::keep_pace));

    // A layer wraps those above it: the last one sees a request first.
    let answers = health
        .merge(metrics)
        .merge(work)
        .fallback(service::not_found)
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .layer(same_site(&state))
        .layer(from_fn(place::lead_on))
        .layer(from_fn_with_state(state.clone(), guard::check_host))
        .layer(CatchPanicLayer::custom(|_| {
            ProblemDetails::fault().into_response()
        }))
        .layer(from_fn(problem::present));
    let routes = with_headers(answers)
        .layer(from_fn_with_state(state.clone(), service::observe))
        .with_state(state.clone());
    // Before the routes look at it.
    let arrive = MapRequestLayer::new(move |request| place::arrive(&state, request));
    Router::new().fallback_service(arrive.layer(routes))
}

/// Refuses what another site has a browser send. Behind a proxy that does not pass on the name it was
/// asked by, an older browser's word is known by the public address.
fn same_site(state: &AppState) -> CsrfLayer<fn(ProtectionError) -> Response> {
    let public = state.config.load().serve.public_url.clone();
    let origin = public.map(|url| url.origin().ascii_serialization());
    let trusting = origin.and_then(|origin| CsrfLayer::new().add_trusted_origin(origin).ok());
    let refusal: fn(ProtectionError) -> Response = |_| ProblemDetails::cross_site().into_response();
    trusting
        .unwrap_or_default()
        .with_rejection_response(refusal)
}

fn slots(count: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(count))
}

/// Says of answers that their language is the reader's.
fn by_language() -> SetResponseHeaderLayer<HeaderValue> {
    let vary = HeaderValue::from_static("accept-language");
    SetResponseHeaderLayer::appending(header::VARY, vary)
}

/// What people look at and press.
fn pages() -> Router<AppState> {
    Router::new()
        .route("/", get(pages::queue))
        .route("/articles/{id}", get(pages::article))
        .route("/articles/{id}/page", get(kept::page))
        .route("/sources", get(pages::sources).post(polling::post_all))
        .route("/sources/{name}", get(pages::source))
        .route("/sources/{name}/{wish}", post(polling::post))
        .route("/parked", get(parked::page).post(parked::post))
        .route("/rules", get(pages::rules))
        .route("/rules/{rule}", get(pages::rule))
        .route("/bulk", get(bulk::get).post(bulk::post))
        .route("/bulk/{batch}/undo", post(bulk::undo))
        .route("/events", get(live::events))
}

/// Where people bring the token, and take it away again.
fn entrance() -> Router<AppState> {
    Router::new()
        .route("/login", get(login::get).post(login::post))
        .route("/logout", post(login::leave))
}

/// What programs ask for, and what the pages are made up with, which says nothing of anybody.
fn machines(state: &AppState) -> Router<AppState> {
    let feed = Router::new()
        .route("/feed.atom", get(pages::feed))
        .layer(from_fn_with_state(state.clone(), guard::check_subscriber))
        .layer(by_language());
    let fixed = Router::new()
        .route("/static/benggala.css", get(service::style))
        .route("/static/benggala.js", get(service::script))
        .route("/static/benggala.svg", get(service::icon));
    let api = api()
        .layer(from_fn_with_state(state.clone(), guard::check_reader))
        .layer(by_language());
    let plain = Router::new()
        .route("/config", get(service::config))
        .route("/-/reload", post(service::reload))
        .layer(from_fn_with_state(state.clone(), guard::check_reader));
    feed.merge(fixed)
        .merge(api)
        .layer(from_fn(etag::tag))
        .merge(plain)
}

/// What programs ask for by name.
fn api() -> Router<AppState> {
    Router::new()
        .route("/api/v1/articles", get(api::articles))
        .route("/api/v1/articles/{id}", get(api::article))
        .route("/api/v1/articles/{id}/reviews", post(review::post))
        .route("/api/v1/sources", get(api::sources))
        .route("/api/v1/sources/{name}", get(api::source))
        .route("/api/v1/sources/{name}/{wish}", post(polling::post))
        .route(
            "/api/v1/sources/{name}/backfill",
            get(backfill::get)
                .post(backfill::post)
                .delete(backfill::delete),
        )
        .route("/api/v1/rules", get(api::rules))
        .route("/api/v1/parked", get(parked::get).delete(parked::delete))
        .route("/api/v1/openapi.json", get(api::openapi))
}

fn with_headers(router: Router<AppState>) -> Router<AppState> {
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: that makes browsers send `Origin: null` with the review form.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    let router = fixed.into_iter().fold(router, |router, (name, value)| {
        let value = HeaderValue::from_static(value);
        router.layer(SetResponseHeaderLayer::overriding(name, value))
    });
    // A kept page has a stricter policy of its own.
    let usual = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    usual.into_iter().fold(router, |router, (name, value)| {
        let value = HeaderValue::from_static(value);
        router.layer(SetResponseHeaderLayer::if_not_present(name, value))
    })
}
