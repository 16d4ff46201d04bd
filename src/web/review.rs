//! `POST /api/v1/articles/{id}/reviews`: a reviewer's word on an article or on one finding of it, or
//! that the last one is taken back; from a program as JSON or from a page as a form.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::{self, FromRequest, Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use chrono::Utc;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    model::{Decision, Review, Span},
    report::html::Filter,
    store::{ArticleRow, JudgedBy, Ruled, Ruling, Withdrawal},
};

use super::{
    AppState, guard,
    pages::{article_id, channels},
    problem::ProblemDetails,
    query, session,
    visitor::{self, Visitor},
};

/// Characters of a reviewer's name.
const BY_MAX: usize = 100;

/// Characters of a review's note.
pub(super) const NOTE_MAX: usize = 2_000;

/// Characters of an idempotency key.
const KEY_MAX: usize = 200;

/// Names the request: the same one is the same review (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What a program may send.
const EXAMPLE: &str = r#"{"decision": "confirmed", "by": "Ayu"}"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brought {
    decision: Wish,
    #[serde(default)]
    by: String,
    #[serde(default)]
    note: String,
    /// `rule:start-end`, in code points of the body as in JSON; the whole article without it.
    finding: Option<String>,
    /// Forms cannot set headers, so theirs stands here.
    token: Option<String>,
    /// The list that a form belongs to: after it the next article of that list is shown.
    list: Option<String>,
    /// `list` or `article`: what is shown after a form instead.
    view: Option<String>,
}

/// What a reviewer wants.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wish {
    Confirmed,
    Dismissed,
    Undo,
}

/// Where the review came from, and so what is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    Form,
    Program,
}

pub(super) async fn post(
    extract::State(state): extract::State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let article = article_id(&id)?;
    let headers = request.headers().clone();
    let (sender, brought) = read::<Brought>(request, EXAMPLE).await?;
    authorise(&state, &headers, brought.token.as_deref())?;
    let visitor = Visitor::of(&headers, &state.config.load());
    let by = match sender {
        Sender::Program if brought.by.trim().is_empty() => return Err(no_name()),
        _ => name(&brought.by, &visitor)?,
    };
    // Asked before the article leaves its place in the list.
    let way = match (sender, &brought.list) {
        (Sender::Form, Some(list)) => Some(way_on(&state, &brought, list, article).await?),
        (Sender::Form, None) => Some(format!("/articles/{article}#review")),
        (Sender::Program, _) => None,
    };
    let (review, kept) = rule(&state, article, &id, &brought, by, key(&headers)?).await?;
    if kept && brought.decision != Wish::Undo {
        (state.reviewed)(review.decision);
    }
    let status = match (brought.decision, kept) {
        (Wish::Undo, _) | (_, false) => StatusCode::OK,
        _ => StatusCode::CREATED,
    };
    let mut response = match way {
        Some(way) => Redirect::to(&way).into_response(),
        None => (status, Json(&review)).into_response(),
    };
    if sender == Sender::Form
        && !brought.by.trim().is_empty()
        && let Some(cookie) = visitor::name_cookie(&review.by)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Has the store do it; tells whether that changed anything.
async fn rule(
    state: &AppState,
    article: i64,
    id: &str,
    brought: &Brought,
    by: String,
    key: Option<String>,
) -> Result<(Review, bool), ProblemDetails> {
    let row = state.store.article(article).await?;
    let row = row.ok_or_else(|| ProblemDetails::no_article(id))?;
    let place = brought.finding.as_ref();
    let finding = place.map(|place| locate(&row, place)).transpose()?;
    let config = state.config.load();
    let judged_by = JudgedBy {
        policy: config.policy_for(config.source(&row.source)),
        languages: Arc::clone(&state.languages),
    };
    let decision = match brought.decision {
        Wish::Confirmed => Some(Decision::Confirmed),
        Wish::Dismissed => Some(Decision::Dismissed),
        Wish::Undo => None,
    };
    let channels = channels(state);
    let ruled = match decision {
        Some(decision) => {
            let ruling = Ruling {
                review: review(decision, by, &brought.note)?,
                finding,
                key,
                judged_by,
            };
            state.store.decide(article, &ruling, &channels).await?
        }
        None => {
            let withdrawal = Withdrawal {
                by,
                at: Utc::now(),
                finding,
                judged_by,
            };
            state
                .store
                .withdraw(article, &withdrawal, &channels)
                .await?
        }
    };
    match ruled {
        Ruled::Done(review) => Ok((review, true)),
        Ruled::Already(review) => Ok((review, false)),
        Ruled::NoArticle => Err(ProblemDetails::no_article(id)),
        Ruled::NoFinding => Err(ProblemDetails::new(
            StatusCode::CONFLICT,
            match (brought.decision, &brought.finding) {
                (Wish::Undo, None) => "There is nothing to take back.".to_string(),
                _ => "There is no such finding any more: look at the article again.".to_string(),
            },
        )),
        Ruled::OtherKey => Err(ProblemDetails::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Another review was kept under this Idempotency-Key.",
        )),
    }
}

/// The next article of the list, or the list itself.
async fn way_on(
    state: &AppState,
    brought: &Brought,
    list: &str,
    article: i64,
) -> Result<String, ProblemDetails> {
    let filter = Filter::parse(list);
    if brought.view.as_deref() == Some("article") {
        return Ok(filter.article_href(article));
    }
    let around = state
        .store
        .neighbours(&query::of_page(&filter)?, article)
        .await?;
    let stays = brought.view.as_deref() == Some("list") || brought.decision == Wish::Undo;
    let way = match around.next.or(around.previous) {
        Some(next) if !stays => filter.article_href(next),
        _ => filter.href(),
    };
    let and = if way.contains('?') { '&' } else { '?' };
    Ok(format!("{way}{and}decided={article}"))
}

/// The rule and the bytes that `rule:start-end` points at.
fn locate(row: &ArticleRow, place: &str) -> Result<(String, Span), ProblemDetails> {
    let read = || {
        let (rule, span) = place.rsplit_once(':')?;
        let (start, end) = span.split_once('-')?;
        let byte = |count: usize| {
            let mut starts = row.body.char_indices().map(|(at, _)| at);
            starts.nth(count).unwrap_or(row.body.len())
        };
        Some((
            rule.to_string(),
            byte(start.parse().ok()?)..byte(end.parse().ok()?),
        ))
    };
    read().ok_or_else(|| {
        ProblemDetails::bad_request("`finding` is `rule:start-end`, as in `stock-line:12-40`.")
    })
}

/// The token of a program or a form, or the cookie of somebody who has logged in.
pub(super) fn authorise(
    state: &AppState,
    headers: &HeaderMap,
    in_form: Option<&str>,
) -> Result<(), ProblemDetails> {
    let config = state.config.load();
    if session::has_session(headers, &config.serve) {
        return Ok(());
    }
    guard::authorise(&config.serve, guard::bearer(headers).or(in_form))
}

/// What axum says before it says what is wrong.
const OF_AXUM: &str = "Failed to deserialize the JSON body into the target type: ";

/// Reads what a form or a program sends; the latter is shown an example where it sends something else.
pub(super) async fn read<T: DeserializeOwned>(
    request: Request,
    example: &str,
) -> Result<(Sender, T), ProblemDetails> {
    if guard::is_form(request.headers()) {
        let form = Form::from_request(request, &()).await;
        let Form(brought) = form.map_err(|e| ProblemDetails::new(e.status(), e.body_text()))?;
        Ok((Sender::Form, brought))
    } else {
        let json = Json::from_request(request, &()).await;
        let Json(brought) = json.map_err(|error| {
            let why = error.body_text();
            let why = why.strip_prefix(OF_AXUM).unwrap_or(&why);
            ProblemDetails::new(error.status(), format!("{why}; send for example {example}"))
        })?;
        Ok((Sender::Program, brought))
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, ProblemDetails> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key) if (1..=KEY_MAX).contains(&key.len()) => Ok(Some(key.to_string())),
        _ => Err(ProblemDetails::bad_request(format!(
            "`Idempotency-Key` has 1 to {KEY_MAX} characters of ASCII."
        ))),
    }
}

/// What somebody is called: as they say now, else as they said before.
pub(super) fn name(given: &str, visitor: &Visitor) -> Result<String, ProblemDetails> {
    let given = match given.trim() {
        "" => visitor.name.trim(),
        given => given,
    };
    match given {
        "" => Ok(visitor::NOBODY.to_string()),
        name if name.chars().count() > BY_MAX || name.contains(char::is_control) => Err(no_name()),
        name => Ok(name.to_string()),
    }
}

fn no_name() -> ProblemDetails {
    ProblemDetails::bad_request(format!(
        "`by` is a name of 1 to {BY_MAX} characters on one line."
    ))
}

/// A review of a whole article by whoever sends a form.
pub(super) fn signed(
    decision: Decision,
    by: &str,
    note: &str,
    visitor: &Visitor,
) -> Result<Review, ProblemDetails> {
    review(decision, name(by, visitor)?, note)
}

fn review(decision: Decision, by: String, note: &str) -> Result<Review, ProblemDetails> {
    let note = note.trim().to_string();
    if note.chars().count() > NOTE_MAX {
        return Err(ProblemDetails::bad_request(format!(
            "`note` has at most {NOTE_MAX} characters."
        )));
    }
    Ok(Review {
        decision,
        by,
        at: Utc::now(),
        note,
        finding: None,
        ended: None,
    })
}
