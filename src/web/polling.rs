//! `POST /api/v1/sources/{name}/pause`, `resume` and `poll`, as JSON from programs; the same below
//! `/sources/{name}` as forms from the page of the source.

use axum::{
    Json,
    extract::{self, Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use chrono::Utc;
use http::StatusCode;
use serde::Deserialize;

use crate::model::Pause;

use super::{
    AppState,
    problem::ProblemDetails,
    review::{self, NOTE_MAX, Sender},
    visitor::Visitor,
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Brought {
    by: String,
    note: String,
}

/// What is asked of a source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Pause,
    Resume,
    Poll,
}

impl Wish {
    fn parse(name: &str) -> Option<Wish> {
        match name {
            "pause" => Some(Wish::Pause),
            "resume" => Some(Wish::Resume),
            "poll" => Some(Wish::Poll),
            _ => None,
        }
    }
}

pub(super) async fn post(
    extract::State(state): extract::State<AppState>,
    Path((name, wish)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let headers = request.headers().clone();
    review::authorise(&state, &headers, None)?;
    let Some(wish) = Wish::parse(&wish) else {
        let problem = "A source can be told to pause, resume and poll.";
        return Err(ProblemDetails::new(StatusCode::NOT_FOUND, problem));
    };
    let (sender, brought) = review::read::<Brought>(request).await?;
    if brought.note.chars().count() > NOTE_MAX {
        let problem = format!("`note` has at most {NOTE_MAX} characters.");
        return Err(ProblemDetails::bad_request(problem));
    }
    let visitor = Visitor::of(&headers, &state.config.load().serve);
    let now = Utc::now();
    let pause = Pause {
        at: now,
        by: review::name(&brought.by, &visitor)?,
        why: brought.note.trim().to_string(),
    };
    let known = match wish {
        Wish::Pause => state.store.pause(&name, Some(&pause)).await?,
        Wish::Resume => state.store.pause(&name, None).await?,
        Wish::Poll => state.store.poll_now(&name, now).await?,
    };
    let source = state.store.source(&name).await?.filter(|_| known);
    let Some(source) = source else {
        return Err(ProblemDetails::no_source(&name));
    };
    Ok(match sender {
        Sender::Form => Redirect::to(&crate::report::html::source_href(&name)).into_response(),
        Sender::Program => Json(serde_json::json!({
            "name": source.name,
            "paused": source.paused,
            "next_at": source.next_at,
        }))
        .into_response(),
    })
}
