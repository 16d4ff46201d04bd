//! `POST /api/v1/articles/{id}/reviews`: a reviewer's word, from a program as JSON or from the
//! article's page as a form.

use axum::{
    Form, Json,
    extract::{self, FromRequest, Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use chrono::Utc;
use http::StatusCode;
use serde::Deserialize;

use crate::model::{Decision, Review};

use super::{AppState, guard, pages::article_id, problem::ProblemDetails};

/// Characters of a reviewer's name.
const BY_MAX: usize = 100;

/// Characters of a review's note.
const NOTE_MAX: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brought {
    decision: Decision,
    by: String,
    #[serde(default)]
    note: String,
    /// Forms cannot set headers, so theirs stands here.
    token: Option<String>,
}

/// Where the review came from, and so what is answered.
#[derive(Clone, Copy)]
enum Sender {
    Form,
    Program,
}

pub(super) async fn post(
    extract::State(state): extract::State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let article = article_id(&id)?;
    let bearer = guard::bearer(request.headers()).map(str::to_string);
    let (sender, brought) = read(request).await?;
    let token = bearer.or_else(|| brought.token.clone());
    guard::authorise(&state.config.load().serve, token.as_deref())?;

    let review = check(&brought)?;
    if !state.store.add_review(article, &review).await? {
        return Err(ProblemDetails::no_article(&id));
    }
    (state.reviewed)(review.decision);
    Ok(match sender {
        Sender::Form => Redirect::to(&format!("/articles/{article}#review")).into_response(),
        Sender::Program => (StatusCode::CREATED, Json(review)).into_response(),
    })
}

async fn read(request: Request) -> Result<(Sender, Brought), ProblemDetails> {
    if guard::is_form(request.headers()) {
        let form = Form::from_request(request, &()).await;
        let Form(brought) = form.map_err(|e| ProblemDetails::new(e.status(), e.body_text()))?;
        Ok((Sender::Form, brought))
    } else {
        let json = Json::from_request(request, &()).await;
        let Json(brought) = json.map_err(|e| ProblemDetails::new(e.status(), e.body_text()))?;
        Ok((Sender::Program, brought))
    }
}

fn check(brought: &Brought) -> Result<Review, ProblemDetails> {
    let by = brought.by.trim().to_string();
    if by.is_empty() || by.chars().count() > BY_MAX || by.contains(char::is_control) {
        return Err(ProblemDetails::bad_request(format!(
            "`by` is a name of 1 to {BY_MAX} characters on one line."
        )));
    }
    let note = brought.note.trim().to_string();
    if note.chars().count() > NOTE_MAX {
        return Err(ProblemDetails::bad_request(format!(
            "`note` has at most {NOTE_MAX} characters."
        )));
    }
    Ok(Review {
        decision: brought.decision,
        by,
        at: Utc::now(),
        note,
    })
}
