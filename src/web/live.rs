//! `/events`: how many articles have come to wait since a page was made, as server-sent events. They
//! only tell; nothing that somebody reads is moved.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{self, RawQuery},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, stream::unfold};
use http::StatusCode;
use serde_json::json;
use tokio::{sync::OwnedSemaphorePermit, time::Interval};

use crate::{
    model::{Shelf, Unready},
    report::html::Filter,
    store::ArticleQuery,
};

use super::{AppState, problem::ProblemDetails, query};

/// How often the store is asked.
const EVERY: Duration = Duration::from_secs(5);

/// Bytes nobody hears keep a connection open through proxies.
const ALIVE_EVERY: Duration = Duration::from_secs(20);

/// Has nginx pass on each event as it comes.
const AT_ONCE: (&str, &str) = ("x-accel-buffering", "no");

/// One page that is told.
struct Listener {
    state: AppState,
    query: ArticleQuery,
    ticks: Interval,
    told: Option<u64>,
    _slot: OwnedSemaphorePermit,
}

pub(super) async fn events(
    extract::State(state): extract::State<AppState>,
    RawQuery(asked): RawQuery,
) -> Result<Response, ProblemDetails> {
    let slot = Arc::clone(&state.listeners).try_acquire_owned();
    let Ok(slot) = slot else {
        return Err(ProblemDetails::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many pages are told of news already; reload this one instead.",
        ));
    };
    let asked = asked.unwrap_or_default();
    let newer_than = query::value(&asked, "after").and_then(|id| id.parse().ok());
    let listener = Listener {
        query: ArticleQuery {
            shelf: None,
            newer_than: Some(newer_than.unwrap_or(i64::MAX)),
            ..query::of_page(&Filter::parse(&asked))?
        },
        state,
        ticks: tokio::time::interval(EVERY),
        told: None,
        _slot: slot,
    };
    let events = Sse::new(stream(listener)).keep_alive(KeepAlive::new().interval(ALIVE_EVERY));
    Ok(([AT_ONCE], events).into_response())
}

/// Ends when the daemon does, or when the store can no longer answer.
fn stream(listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(listener, |mut listener| async move {
        loop {
            listener.ticks.tick().await;
            if (listener.state.unready)().contains(&Unready::Stopping) {
                return None;
            }
            let counts = listener.state.store.tally(&listener.query).await.ok()?;
            let new = counts.map_or(0, |counts| counts.of(Shelf::Waiting));
            if listener.told != Some(new) {
                listener.told = Some(new);
                let event = Event::default().data(json!({"new": new}).to_string());
                return Some((Ok(event), listener));
            }
        }
    })
}
