//! Errors as problem details (RFC 9457), or as a page for who asked for a page.

use askama::Template as _;
use axum::{
    Json,
    extract::Request,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use chrono::Utc;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{
    model::{Unready, Zone},
    report::{
        html::{Chrome, ProblemPage, ReviewForm},
        tongue::Tongue,
    },
    store::StoreError,
};

use super::{language, place};

/// The media type of RFC 9457.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why there is no answer.
#[derive(Debug, Clone)]
pub(super) struct ProblemDetails {
    status: StatusCode,
    detail: String,
    /// How the token is asked for.
    challenge: Option<&'static str>,
}

impl ProblemDetails {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> ProblemDetails {
        ProblemDetails {
            status,
            detail: detail.into(),
            challenge: None,
        }
    }

    /// Asks for the token as `challenge` says (RFC 9110, 11.6.1).
    pub(super) fn unauthorised(challenge: &'static str) -> ProblemDetails {
        ProblemDetails {
            challenge: Some(challenge),
            ..ProblemDetails::new(
                StatusCode::UNAUTHORIZED,
                "This needs the token of [serve]: send `Authorization: Bearer …`.",
            )
        }
    }

    pub(super) fn bad_request(detail: impl Into<String>) -> ProblemDetails {
        ProblemDetails::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(super) fn forbidden(detail: impl Into<String>) -> ProblemDetails {
        ProblemDetails::new(StatusCode::FORBIDDEN, detail)
    }

    pub(super) fn no_article(id: &str) -> ProblemDetails {
        ProblemDetails::new(StatusCode::NOT_FOUND, format!("There is no article {id}."))
    }

    pub(super) fn no_source(name: &str) -> ProblemDetails {
        let problem = format!("There is no source `{name}`.");
        ProblemDetails::new(StatusCode::NOT_FOUND, problem)
    }

    pub(super) fn unready(reasons: &[Unready]) -> ProblemDetails {
        let reasons: Vec<&str> = reasons.iter().map(|reason| reason.sentence()).collect();
        ProblemDetails::new(StatusCode::SERVICE_UNAVAILABLE, reasons.join(" "))
    }

    pub(super) fn cross_site() -> ProblemDetails {
        ProblemDetails::forbidden("The request comes from another site.")
    }

    pub(super) fn fault() -> ProblemDetails {
        ProblemDetails::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "This is a fault of benggala; the log says more.",
        )
    }

    fn of_status(status: StatusCode) -> ProblemDetails {
        let detail = match status {
            StatusCode::NOT_FOUND => "There is nothing at this address.",
            StatusCode::METHOD_NOT_ALLOWED => "This address does not take this method.",
            StatusCode::PAYLOAD_TOO_LARGE => "The body is too large.",
            StatusCode::SERVICE_UNAVAILABLE => "The answer took too long; try again later.",
            _ => "The request could not be answered.",
        };
        ProblemDetails::new(status, detail)
    }

    fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Error")
    }

    fn page(&self, root: &str, tongue: Tongue) -> Option<String> {
        let page = ProblemPage {
            chrome: Chrome {
                root,
                form: ReviewForm::Closed,
                is_in: false,
                reviewer: "",
                now: Utc::now(),
                zone: Zone::UTC,
                tongue,
            },
            status: self.status.as_u16(),
            title: self.title(),
            detail: &self.detail,
        };
        page.render().ok()
    }
}

impl From<StoreError> for ProblemDetails {
    fn from(error: StoreError) -> ProblemDetails {
        let status = match error {
            StoreError::Full | StoreError::Closed => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        ProblemDetails::new(status, "The store could not answer; the log says why.")
    }
}

impl From<askama::Error> for ProblemDetails {
    fn from(error: askama::Error) -> ProblemDetails {
        tracing::error!(%error, "a page could not be written");
        ProblemDetails::fault()
    }
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
}

impl IntoResponse for ProblemDetails {
    fn into_response(self) -> Response {
        let details = ProblemJson {
            r#type: "about:blank",
            title: self.title(),
            status: self.status.as_u16(),
            detail: &self.detail,
        };
        let mut response = (self.status, Json(details)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if let Some(challenge) = self.challenge {
            let challenge = HeaderValue::from_static(challenge);
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every error the form that was asked for, also those of the router and the layers.
pub(super) async fn present(request: Request, next: Next) -> Response {
    let wants_page = wants_page(&request);
    let root = place::root(request.uri().path());
    let tongue = language::tongue(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let known = response.extensions().get::<ProblemDetails>().cloned();
    if known.is_none() && is_page(&response) {
        // It says itself what is wrong, and how to go on.
        return response;
    }
    let problem = known.unwrap_or_else(|| ProblemDetails::of_status(status));
    let page = problem.page(&root, tongue).filter(|_| wants_page);
    let mut presented = match page {
        Some(page) => (status, Html(page)).into_response(),
        None => problem.into_response(),
    };
    // `Allow` of a 405, `Retry-After` and their like stay.
    for (name, value) in response.headers() {
        if !presented.headers().contains_key(name) && *name != header::CONTENT_LENGTH {
            presented.headers_mut().append(name, value.clone());
        }
    }
    presented
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Whether somebody wants to look at the answer. Browsers name `text/html` when they go to a page;
/// programs do not.
pub(super) fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    let is_page = !request.uri().path().starts_with("/api/");
    is_page
        && accept
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("text/html"))
}
