//! `POST /api/v1/sources/{name}/pause`, `resume` and `poll`, as JSON from programs; the same below
//! `/sources/{name}` as forms from the page of the source.

use axum::{
    Json,
    extract::{self, Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use chrono::Utc;
use http::{StatusCode, header};
use serde::Deserialize;

use crate::{model::Pause, report::html::SourceFilter, store::SourceQuery};

use super::{
    AppState,
    problem::ProblemDetails,
    query,
    review::{self, NOTE_MAX, Sender},
    visitor::{self, Visitor},
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Brought {
    by: String,
    note: String,
}

/// What a program may send.
const EXAMPLE: &str = r#"{"by": "Ayu", "note": "its owner asked"}"#;
const EXAMPLE_FOR_ALL: &str = r#"{"wish": "pause", "list": "", "expected": 3, "by": "Ayu"}"#;

/// What is asked of all sources of a list.
#[derive(Deserialize)]
struct BroughtForAll {
    wish: String,
    list: String,
    expected: u64,
    #[serde(default)]
    by: String,
    #[serde(default)]
    note: String,
}

/// Sources that are told something together: as many as one transaction takes in well.
const TOGETHER_MAX: usize = 10_000;

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
    let (sender, brought) = review::read::<Brought>(request, EXAMPLE).await?;
    let visitor = Visitor::of(&headers, &state.config.load());
    let pause = pause(&brought.by, &brought.note, &visitor)?;
    let now = pause.at;
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

/// `POST /sources`: pauses or resumes all that a list of sources shows, once it is as it was shown.
pub(super) async fn post_all(
    extract::State(state): extract::State<AppState>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let headers = request.headers().clone();
    review::authorise(&state, &headers, None)?;
    let (_, brought) = review::read::<BroughtForAll>(request, EXAMPLE_FOR_ALL).await?;
    let filter = SourceFilter::parse(&brought.list);
    let visitor = Visitor::of(&headers, &state.config.load());
    let pause = pause(&brought.by, &brought.note, &visitor)?;
    let pause = match Wish::parse(&brought.wish) {
        Some(Wish::Pause) => Some(&pause),
        Some(Wish::Resume) => None,
        Some(Wish::Poll) | None => {
            let problem = "Sources can be told to pause and to resume together.";
            return Err(ProblemDetails::bad_request(problem));
        }
    };
    let all = SourceQuery {
        skip: 0,
        ..query::of_sources(&filter, TOGETHER_MAX)
    };
    let (names, matching) = state.store.find_sources(&all).await?;
    if matching > TOGETHER_MAX as u64 {
        let problem = format!("{matching} sources are too many at once: narrow the list.");
        return Err(ProblemDetails::bad_request(problem));
    }
    if matching != brought.expected {
        return Err(ProblemDetails::new(
            StatusCode::CONFLICT,
            format!("{matching} sources are like this by now: look at them again."),
        ));
    }
    state.store.pause_all(&names, pause).await?;
    let mut response = Redirect::to(&filter.href()).into_response();
    if let Some(cookie) =
        visitor::name_cookie(&brought.by).filter(|_| !brought.by.trim().is_empty())
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn pause(by: &str, note: &str, visitor: &Visitor) -> Result<Pause, ProblemDetails> {
    if note.chars().count() > NOTE_MAX {
        let problem = format!("`note` has at most {NOTE_MAX} characters.");
        return Err(ProblemDetails::bad_request(problem));
    }
    Ok(Pause {
        at: Utc::now(),
        by: review::name(by, visitor)?,
        why: note.trim().to_string(),
    })
}
