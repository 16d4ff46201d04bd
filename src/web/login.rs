//! `/login`: people bring the token once, and their browser remembers that they did until `/logout`.

use askama::Template as _;
use axum::{
    Form,
    extract::{self, FromRequest, Request},
    response::{Html, IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;

use crate::report::html::LoginPage;

use super::{
    AppState, guard, pages::chrome, place, problem::ProblemDetails, session, visitor::Visitor,
};

#[derive(Deserialize)]
struct Brought {
    token: String,
}

pub(super) async fn get(
    extract::State(state): extract::State<AppState>,
    headers: HeaderMap,
) -> Result<Response, ProblemDetails> {
    page(&state, &headers, false)
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
        return page(&state, &headers, true);
    }
    let cookie = session::session_cookie(token, &config.serve);
    Ok(lead_to("/", cookie))
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

fn page(state: &AppState, headers: &HeaderMap, refused: bool) -> Result<Response, ProblemDetails> {
    let visitor = Visitor::of(headers, &state.config.load());
    let page = LoginPage {
        chrome: chrome(&visitor, place::FRONT),
        refused,
    };
    let status = match refused {
        true => StatusCode::FORBIDDEN,
        false => StatusCode::OK,
    };
    Ok((status, Html(page.render()?)).into_response())
}
