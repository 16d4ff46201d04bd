//! What the operator's tools ask for: health, configuration; and the fixed files.

use std::time::Instant;

use axum::{
    extract::{self, MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use tokio::sync::mpsc::error::TrySendError;

use super::{AppState, guard, problem::ProblemDetails};

/// How long browsers keep the fixed files, which only change with the binary.
const KEEP: &str = "public, max-age=3600";

/// `/-/healthy`: the process answers.
pub(super) async fn healthy() -> &'static str {
    "benggala is healthy.\n"
}

/// `/-/ready`: the daemon does its work, or why not; and what will stop it before long.
pub(super) async fn ready(
    extract::State(state): extract::State<AppState>,
) -> Result<String, ProblemDetails> {
    let reasons = (state.unready)();
    if !reasons.is_empty() {
        return Err(ProblemDetails::unready(&reasons));
    }
    let warning = (state.warning)().map(|warning| format!("Warning: {warning}\n"));
    Ok(format!(
        "benggala is ready.\n{}",
        warning.unwrap_or_default()
    ))
}

/// `/config`
pub(super) async fn config(extract::State(state): extract::State<AppState>) -> String {
    (state.effective_config)()
}

/// `POST /-/reload`
pub(super) async fn reload(
    extract::State(state): extract::State<AppState>,
    headers: HeaderMap,
) -> Result<(StatusCode, &'static str), ProblemDetails> {
    let config = state.config.load();
    let Some(reload) = state.reload.as_ref().filter(|_| config.serve.reload) else {
        return Err(ProblemDetails::forbidden(
            "Reloading over HTTP is off: set `reload = true` under [serve], or send SIGHUP.",
        ));
    };
    guard::authorise(&config.serve, guard::bearer(&headers))?;
    match reload.try_send(()) {
        // One that already waits will read the file as it is by then.
        Ok(()) | Err(TrySendError::Full(())) => Ok((
            StatusCode::ACCEPTED,
            "The configuration is being reloaded; /config and the metrics tell how it went.\n",
        )),
        Err(TrySendError::Closed(())) => Err(ProblemDetails::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "benggala is stopping.",
        )),
    }
}

/// `/static/benggala.css`
pub(super) async fn style() -> impl IntoResponse {
    fixed(
        "text/css; charset=utf-8",
        include_str!("static/benggala.css"),
    )
}

/// `/static/benggala.js`
pub(super) async fn script() -> impl IntoResponse {
    fixed(
        "text/javascript; charset=utf-8",
        include_str!("static/benggala.js"),
    )
}

/// `/static/benggala.svg`
pub(super) async fn icon() -> impl IntoResponse {
    fixed("image/svg+xml", include_str!("static/benggala.svg"))
}

fn fixed(kind: &'static str, text: &'static str) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEEP)],
        text,
    )
}

/// Everything else.
pub(super) async fn not_found() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Reports every answer. The route is the pattern and never the path, which anybody may make up.
pub(super) async fn observe(
    extract::State(state): extract::State<AppState>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    let route = path.as_ref().map_or("other", MatchedPath::as_str);
    (state.observe)(route, response.status().as_u16(), began.elapsed());
    response
}
