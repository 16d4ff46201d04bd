//! `/api/v1/sources/{name}/backfill`: begins (POST), shows (GET) and ends (DELETE) the walk through
//! a source's past.

use std::num::NonZeroU64;

use axum::{
    Json,
    extract::{self, FromRequest, Path, Request},
    response::{IntoResponse, Response},
};
use chrono::Utc;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::{frontier, model::Unready, store::BackfillOrder};

use super::{AppState, guard, problem::ProblemDetails, query};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    since: String,
    limit: Option<NonZeroU64>,
}

pub(super) async fn post(
    extract::State(state): extract::State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let config = state.config.load();
    guard::authorise(&config.serve, guard::bearer(request.headers()))?;
    let json = Json::from_request(request, &()).await;
    let Json::<Wanted>(wanted) =
        json.map_err(|error| ProblemDetails::new(error.status(), error.body_text()))?;
    let now = Utc::now();
    let since = query::time("since", &wanted.since)?;
    if since > now {
        let problem = format!("`since` is {since}, which lies in the future.");
        return Err(ProblemDetails::bad_request(problem));
    }
    let source = config.source(&name);
    let order = BackfillOrder {
        since,
        limit: wanted.limit.map(NonZeroU64::get),
        starts: frontier::backfill::starts(source.ok_or_else(|| no_source(&name))?),
    };
    let begun = state.store.start_backfill(&name, &order, now).await?;
    // It is configured, so the store is about to hear of it.
    let backfill = begun.ok_or_else(|| ProblemDetails::unready(&[Unready::Starting]))?;
    Ok((StatusCode::ACCEPTED, Json(backfill)).into_response())
}

pub(super) async fn get(
    extract::State(state): extract::State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, ProblemDetails> {
    let known = state.store.backfill(&name).await?;
    let backfill = known.ok_or_else(|| no_backfill(&name))?;
    Ok(Json(backfill).into_response())
}

pub(super) async fn delete(
    extract::State(state): extract::State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ProblemDetails> {
    guard::authorise(&state.config.load().serve, guard::bearer(&headers))?;
    let stopped = state.store.stop_backfill(&name, Utc::now()).await?;
    let backfill = stopped.ok_or_else(|| no_backfill(&name))?;
    Ok(Json(backfill).into_response())
}

fn no_source(name: &str) -> ProblemDetails {
    let problem = format!("There is no source `{name}` in the configuration.");
    ProblemDetails::new(StatusCode::NOT_FOUND, problem)
}

fn no_backfill(name: &str) -> ProblemDetails {
    let problem = format!("There is no backfill of `{name}`.");
    ProblemDetails::new(StatusCode::NOT_FOUND, problem)
}
