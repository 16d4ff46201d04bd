//! The answers of a site that fails in many ways.

use std::{convert::Infallible, sync::atomic::Ordering, time::Duration};

use async_compression::tokio::write::GzipEncoder;
use axum::{
    body::Body,
    http::{HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use tokio::io::AsyncWriteExt;

use super::{
    content::{Behaviour, PaperArticle},
    fallback::{HTML, broken, not_found},
    served::ServedPaper,
    theme::{self, Edition},
};

/// Seconds in `Retry-After`.
const RETRY_AFTER: &str = "2";

/// The pause between two pieces of the body that does not end.
const DRIP: Duration = Duration::from_millis(250);

/// Pieces of that body: ten minutes of them, so that it ends even if nobody gives up.
const DRIPS_MAX: usize = 2_400;

/// Answers for an article that is not simply there.
pub(super) async fn answer(
    site: &ServedPaper,
    edition: Edition<'_>,
    article: &PaperArticle,
    uri: &Uri,
) -> Response {
    match article.answer {
        Behaviour::ServerError => plain(StatusCode::INTERNAL_SERVER_ERROR, "Galat basis data."),
        Behaviour::Missing => not_found(edition, StatusCode::NOT_FOUND),
        Behaviour::SoftNotFound => not_found(edition, StatusCode::OK),
        Behaviour::RedirectLoop => round_and_round(edition, article, uri),
        Behaviour::ThrottledOnce if site.throttled.fetch_add(1, Ordering::Relaxed) == 0 => {
            let answer = plain(StatusCode::TOO_MANY_REQUESTS, "Terlalu banyak permintaan.");
            with(answer, header::RETRY_AFTER, RETRY_AFTER)
        }
        Behaviour::Page | Behaviour::ThrottledOnce => page(edition, article, String::into_bytes),
        Behaviour::CutGzip => cut_gzip(edition, article).await,
        Behaviour::Endless => endless(site),
        Behaviour::BotWall => bot_wall(),
        Behaviour::Latin1 => page(edition, article, |html| {
            encoding_rs::WINDOWS_1252.encode(&html).0.into_owned()
        }),
        Behaviour::Empty => html(StatusCode::OK, Vec::new()),
        Behaviour::Pdf => html(StatusCode::OK, PDF.to_vec()),
    }
}

fn page(edition: Edition<'_>, article: &PaperArticle, bytes: fn(String) -> Vec<u8>) -> Response {
    match theme::article_page(edition, article) {
        Ok(page) => html(StatusCode::OK, bytes(page)),
        Err(error) => broken(&error),
    }
}

fn html(status: StatusCode, body: impl Into<Body>) -> Response {
    let answer = (status, body.into()).into_response();
    with(answer, header::CONTENT_TYPE, HTML)
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

fn with(mut response: Response, name: HeaderName, value: &'static str) -> Response {
    let value = axum::http::HeaderValue::from_static(value);
    response.headers_mut().insert(name, value);
    response
}

/// The page sends to its second half and the second half to the page.
fn round_and_round(edition: Edition<'_>, article: &PaperArticle, uri: &Uri) -> Response {
    let mut target = edition.url(&article.path);
    if uri.query().is_none() {
        target.set_query(Some("bagian=2"));
    }
    (
        StatusCode::FOUND,
        [(header::LOCATION, String::from(target))],
    )
        .into_response()
}

/// Content-Length tells the length of what is sent: only the decoder can notice.
async fn cut_gzip(edition: Edition<'_>, article: &PaperArticle) -> Response {
    let page = match theme::article_page(edition, article) {
        Ok(page) => page,
        Err(error) => return broken(&error),
    };
    let mut encoder = GzipEncoder::new(Vec::new());
    let written = encoder.write_all(page.as_bytes()).await;
    if written.is_err() || encoder.shutdown().await.is_err() {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "gzip");
    }
    let mut packed = encoder.into_inner();
    packed.truncate(packed.len() / 2);
    with(
        html(StatusCode::OK, packed),
        header::CONTENT_ENCODING,
        "gzip",
    )
}

fn endless(site: &ServedPaper) -> Response {
    let drips = stream::iter(0..DRIPS_MAX).then(|number| async move {
        if number > 0 {
            tokio::time::sleep(DRIP).await;
        }
        Ok::<_, Infallible>("<p>Sebentar lagi, halaman ini sedang disiapkan.</p>\n")
    });
    let drips = drips.take_until(site.closing.clone().cancelled_owned());
    html(StatusCode::OK, Body::from_stream(drips))
}

/// Looks like the interstitial of a content delivery network. Under 200, as the worst of them
/// do: only its content tells it from a page.
fn bot_wall() -> Response {
    let page = concat!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Just a moment...</title>",
        "<meta name=\"robots\" content=\"noindex,nofollow\"></head><body>",
        "<div id=\"challenge-running\"><h2>Checking that you are not a robot</h2>",
        "<noscript>Enable JavaScript and cookies to continue</noscript></div>",
        "<script src=\"/cdn-cgi/challenge-platform/orchestrate.js\"></script>",
        "</body></html>",
    );
    with(
        html(StatusCode::OK, page),
        HeaderName::from_static("cf-mitigated"),
        "challenge",
    )
}

/// A page with nothing on it.
const PDF: &[u8] = b"%PDF-1.4\n\
1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\
2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n\
trailer\n<< /Root 1 0 R >>\n%%EOF\n";
