//! What is answered in the place of a page.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::theme::{self, Edition};

/// The media type of every page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// The page that says there is none, under a status that may say otherwise.
pub(super) fn not_found(edition: Edition<'_>, status: StatusCode) -> Response {
    let (heading, text) = match edition.paper.lang.as_str() {
        "id" => (
            "Halaman tidak ditemukan",
            "Maaf, halaman yang Anda cari tidak ada atau sudah dipindahkan.",
        ),
        _ => (
            "Page not found",
            "There is nothing here. Perhaps the page has moved.",
        ),
    };
    match theme::text_page(edition, heading, text) {
        Ok(page) => (status, [(header::CONTENT_TYPE, HTML)], page).into_response(),
        Err(error) => broken(&error),
    }
}

/// A page that could not be rendered: our own fault.
pub(super) fn broken(error: &askama::Error) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
}
