//! `/parked` and `/api/v1/parked`: what is set aside, shown (GET) and taken up again (POST by the page,
//! DELETE by programs).

use askama::Template as _;
use axum::{
    Form, Json,
    extract::{self, FromRequest, Request},
    response::{Html, Redirect},
};
use chrono::Utc;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{report::html::ParkedPage, store::ParkedRow};

use super::{
    AppState, guard, pages::chrome, place, problem::ProblemDetails, query::Asked, review, views,
    visitor::Visitor,
};

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
    let next = next(&parked);
    Ok(Json(json!({"parked": parked, "next": next})))
}

/// The last of these, if there may be more.
fn next(parked: &[ParkedRow]) -> Option<&str> {
    let last = parked.last().filter(|_| parked.len() == LIMIT);
    last.map(|row| row.url.as_str())
}

/// `/parked`
pub(super) async fn page(
    extract::State(state): extract::State<AppState>,
    Asked(shown): Asked<Shown>,
    headers: HeaderMap,
) -> Result<Html<String>, ProblemDetails> {
    let visitor = Visitor::of(&headers, &state.config.load());
    let parked = state.store.parked(shown.after.as_deref(), LIMIT).await?;
    let views: Vec<_> = parked.iter().map(views::parked).collect();
    let page = ParkedPage {
        chrome: chrome(&visitor, place::FRONT),
        parked: &views,
        next: next(&parked),
    };
    Ok(Html(page.render()?))
}

/// Takes up again what the button that was pressed names: one `url`, or `all`.
pub(super) async fn post(
    extract::State(state): extract::State<AppState>,
    request: Request,
) -> Result<Redirect, ProblemDetails> {
    let headers = request.headers().clone();
    review::authorise(&state, &headers, None)?;
    let form = Form::from_request(request, &()).await;
    let Form::<Vec<(String, String)>>(pressed) =
        form.map_err(|error| ProblemDetails::new(error.status(), error.body_text()))?;
    let url = match pressed.as_slice() {
        [(name, url)] if name == "url" => Some(url.as_str()),
        [(name, _)] if name == "all" => None,
        _ => {
            let problem = "Name one `url`, or `all`.";
            return Err(ProblemDetails::new(StatusCode::BAD_REQUEST, problem));
        }
    };
    // A thousand at a time of all.
    while state.store.unpark(url, Utc::now()).await? > 0 {}
    Ok(Redirect::to("/parked"))
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
