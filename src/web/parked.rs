//! `/api/v1/parked`: what is set aside, shown (GET) and taken up again (DELETE).

use axum::{
    Json,
    extract::{self},
};
use chrono::Utc;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AppState, guard, problem::ProblemDetails, query::Asked};

/// URLs of one answer.
const LIMIT: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shown {
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TakenUp {
    url: Option<String>,
}

pub(super) async fn get(
    extract::State(state): extract::State<AppState>,
    Asked(shown): Asked<Shown>,
) -> Result<Json<Value>, ProblemDetails> {
    let parked = state.store.parked(shown.after.as_deref(), LIMIT).await?;
    let next = (parked.len() == LIMIT).then(|| parked.last().map(|row| row.url.clone()));
    Ok(Json(json!({"parked": parked, "next": next.flatten()})))
}

pub(super) async fn delete(
    extract::State(state): extract::State<AppState>,
    Asked(which): Asked<TakenUp>,
    headers: HeaderMap,
) -> Result<Json<Value>, ProblemDetails> {
    guard::authorise(&state.config.load().serve, guard::bearer(&headers))?;
    let taken_up = state.store.unpark(which.url.as_deref(), Utc::now()).await?;
    Ok(Json(json!({"taken_up": taken_up})))
}
