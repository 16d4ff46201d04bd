//! `/login`: people bring the token once, and their browser remembers that they did until `/logout`.

use askama::Template as _;
use axum::{
    Form,
    extract::{self, FromRequest, RawQuery, Request},
    response::{Html, IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;

use crate::{model::TokenFor, report::html::LoginPage};

use super::{
    AppState, guard, pages::chrome, place, problem::ProblemDetails, query, session,
    visitor::Visitor,
};

#[derive(Deserialize)]
struct Brought {
    token: String,
    /// Where they wanted to go.
    #[serde(default)]
    to: String,
}

/// Characters of an address that people are led back to.
const WAY_MAX: usize = 2_000;

/// An address of ours, as far as it is one: a path, and no host (RFC 3986, 4.2).
fn way_on(to: &str) -> &str {
    let is_path = to.starts_with('/') && !to.starts_with("//") && to.len() <= WAY_MAX;
    let is_plain = to.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    match is_path && is_plain {
        true => to,
        false => "/",
    }
}

pub(super) async fn get(
    extract::State(state): extract::State<AppState>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ProblemDetails> {
    let to = query::value(&asked.unwrap_or_default(), "to");
    page(&state, &headers, &to.unwrap_or_default(), false)
}

pub(super) async fn post(
    extract::State(state): extract::State<AppState>,
    request: Request,
) -> Result<Response, ProblemDetails> {
    let headers = request.headers().clone();
    let form = Form::from_request(request, &()).await;
    let Form::<Brought>(brought) =
        form.map_err(|error| ProblemDetails::new(error.status(), error.body_text()))?;
    let token = brought.token.trim();
    let config = state.config.load();
    if guard::authorise(&config.serve, Some(token)).is_err() {
        return page(&state, &headers, &brought.to, true);
    }
    let cookie = session::session_cookie(token, &config.serve);
    Ok(lead_to(way_on(&brought.to), cookie))
}

pub(super) async fn leave() -> Response {
    lead_to("/login", session::end_of_session())
}

fn lead_to(path: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = Redirect::to(path).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn page(
    state: &AppState,
    headers: &HeaderMap,
    to: &str,
    refused: bool,
) -> Result<Response, ProblemDetails> {
    let config = state.config.load();
    let visitor = Visitor::of(headers, &config);
    let page = LoginPage {
        chrome: chrome(&visitor, place::FRONT),
        to: way_on(to),
        is_for_all: config.serve.token_for == TokenFor::All,
        refused,
    };
    let status = match refused {
        true => StatusCode::FORBIDDEN,
        false => StatusCode::OK,
    };
    Ok((status, Html(page.render()?)).into_response())
}
