//! `/bulk`: one decision on everything that a list shows, after a look at what that is.

use askama::Template as _;
use axum::{
    Form,
    extract::{self, FromRequest, Path, RawQuery, Request},
    response::{Html, IntoResponse, Redirect, Response},
};
use chrono::Utc;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use crate::{
    model::{Decision, Shelf},
    report::html::{BulkPage, Filter, Tab},
    store::ArticleQuery,
};

use super::{
    AppState,
    pages::{channels, chrome},
    place,
    problem::ProblemDetails,
    query,
    review::{self, signed},
    views,
    visitor::{self, Visitor},
};

/// Articles decided at once: one transaction, which holds up the crawl for less than a second.
const TOGETHER_MAX: u64 = 1_000;

/// Articles that are named before.
const PREVIEW: usize = 12;

#[derive(Deserialize)]
struct Brought {
    list: String,
    expected: u64,
    decision: Decision,
    #[serde(default)]
    by: String,
    #[serde(default)]
    note: String,
}

/// Of the list, what waits.
fn waiting(list: &str) -> Filter {
    Filter {
        tab: Tab::Shelf(Shelf::Waiting),
        ..Filter::parse(list)
    }
}

async fn count(state: &AppState, query: &ArticleQuery) -> Result<u64, ProblemDetails> {
    let counts = state.store.tally(query).await?;
    // Too many to count are more than are decided at once.
    Ok(counts.map_or(u64::MAX, |counts| counts.of(Shelf::Waiting)))
}

pub(super) async fn get(
    extract::State(state): extract::State<AppState>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Result<Html<String>, ProblemDetails> {
    show(&state, &headers, &waiting(&asked.unwrap_or_default())).await
}

async fn show(
    state: &AppState,
    headers: &HeaderMap,
    filter: &Filter,
) -> Result<Html<String>, ProblemDetails> {
    let config = state.config.load();
    let visitor = Visitor::of(headers, &config);
    let query = ArticleQuery {
        limit: PREVIEW,
        ..query::of_page(filter)?
    };
    let matching = count(state, &query).await?;
    let rows = state.store.articles(&query).await?;
    let entries: Vec<_> = rows.iter().map(views::entry).collect();
    let page = BulkPage {
        chrome: chrome(&visitor, place::FRONT),
        filter,
        entries: &entries,
        count: matching.min(TOGETHER_MAX),
        matching,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn post(
    extract::State(state): extract::State<AppState>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let headers = request.headers().clone();
    review::authorise(&state, &headers, None)?;
    let form = Form::from_request(request, &()).await;
    let Form::<Brought>(brought) =
        form.map_err(|error| ProblemDetails::new(error.status(), error.body_text()))?;
    let filter = waiting(&brought.list);
    let query = query::of_page(&filter)?;
    if count(&state, &query).await?.min(TOGETHER_MAX) != brought.expected {
        // Something came or went since they looked: they look again.
        let page = show(&state, &headers, &filter).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let visitor = Visitor::of(&headers, &state.config.load());
    let review = signed(brought.decision, &brought.by, &brought.note, &visitor)?;
    let query = ArticleQuery {
        limit: brought.expected as usize,
        ..query
    };
    let batch = state
        .store
        .decide_all(&query, &review, &channels(&state))
        .await?;
    for _ in 0..batch.articles {
        (state.reviewed)(review.decision);
    }
    let back = format!(
        "{}&batch={}&n={}",
        list_href(&filter),
        batch.id,
        batch.articles
    );
    let mut response = Redirect::to(&back).into_response();
    if let Some(cookie) = visitor::name_cookie(&review.by) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[derive(Deserialize)]
struct Undone {
    #[serde(default)]
    list: String,
}

pub(super) async fn undo(
    extract::State(state): extract::State<AppState>,
    Path(batch): Path<i64>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let headers = request.headers().clone();
    review::authorise(&state, &headers, None)?;
    let form = Form::from_request(request, &()).await;
    let Form::<Undone>(undone) =
        form.map_err(|error| ProblemDetails::new(error.status(), error.body_text()))?;
    let visitor = Visitor::of(&headers, &state.config.load());
    let by = match visitor.name.as_str() {
        "" => visitor::NOBODY,
        name => name,
    };
    state.store.withdraw_all(batch, by, Utc::now()).await?;
    Ok(Redirect::to(&Filter::parse(&undone.list).href()).into_response())
}

/// With a `?`, so that something can follow.
fn list_href(filter: &Filter) -> String {
    format!(
        "/?{}",
        match filter.query() {
            query if query.is_empty() => "shelf=waiting".to_string(),
            query => query,
        }
    )
}
