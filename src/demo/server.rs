//! One paper's HTTP server.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, atomic::Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};

use super::{
    content::{Behaviour, PaperArticle},
    fallback::{HTML, broken, not_found},
    feeds, misbehave,
    served::ServedPaper,
    theme::{self, Edition},
};

/// Every address of the paper.
pub(super) fn app(site: Arc<ServedPaper>) -> Router {
    Router::new().fallback(answer).with_state(site)
}

/// What there is to send, before it is asked whether the client has it already.
struct Representation {
    media_type: &'static str,
    text: String,
    modified: DateTime<Utc>,
}

async fn answer(
    State(site): State<Arc<ServedPaper>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    site.answered.fetch_add(1, Ordering::Relaxed);
    let path = uri.path();
    if site.paper.disallow.iter().any(|p| path.starts_with(p)) {
        site.trespassed.fetch_add(1, Ordering::Relaxed);
    }
    if method != Method::GET && method != Method::HEAD {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response();
    }
    let edition = site.edition((site.clock)());
    let article = edition.published().find(|article| article.path == path);
    let document = match article {
        Some(article) if article.answer != Behaviour::Page => {
            return misbehave::answer(&site, edition, article, &uri).await;
        }
        Some(article) => article_document(edition, article),
        None => other_document(edition, path),
    };
    match document {
        Some(Ok(document)) if site.paper.validators => conditional(&headers, document),
        Some(Ok(document)) => whole(document),
        Some(Err(error)) => broken(&error),
        None => not_found(edition, StatusCode::NOT_FOUND),
    }
}

type Rendered = Option<askama::Result<Representation>>;

fn article_document(edition: Edition<'_>, article: &PaperArticle) -> Rendered {
    let modified = article.published(edition.opened);
    Some(
        theme::article_page(edition, article).map(|text| Representation {
            media_type: HTML,
            text,
            modified,
        }),
    )
}

fn other_document(edition: Edition<'_>, path: &str) -> Rendered {
    let modified = edition.updated();
    let document = |media_type, text: askama::Result<String>| {
        Some(text.map(|text| Representation {
            media_type,
            text,
            modified,
        }))
    };
    if path == "/" {
        return document(HTML, theme::list_page(edition, None));
    }
    if path == edition.paper.door.path() {
        let (media_type, text) = feeds::door(edition)?;
        return document(media_type, text);
    }
    match path {
        "/robots.txt" => document("text/plain; charset=utf-8", Ok(feeds::robots(edition))),
        "/tentang" => {
            let about = theme::text_page(edition, &edition.paper.title, &edition.paper.about);
            document(HTML, about)
        }
        theme::PICTURE_PATH => document("image/svg+xml", Ok(theme::PICTURE.to_string())),
        _ => {
            let sections = edition.paper.sections();
            let section = sections
                .into_iter()
                .find(|section| theme::section_path(section) == path)?;
            document(HTML, theme::list_page(edition, Some(section)))
        }
    }
}

fn whole(document: Representation) -> Response {
    ([(header::CONTENT_TYPE, document.media_type)], document.text).into_response()
}

/// Conditional requests (RFC 9110, 13): `If-None-Match` decides, else `If-Modified-Since`.
fn conditional(headers: &HeaderMap, document: Representation) -> Response {
    let mut hasher = DefaultHasher::new();
    document.text.hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());
    let modified = httpdate::fmt_http_date(document.modified.into());
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let fresh = match text(header::IF_NONE_MATCH) {
        Some(known) => known
            .split(',')
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == etag || tag == "*"),
        None => text(header::IF_MODIFIED_SINCE)
            .and_then(|since| httpdate::parse_http_date(since).ok())
            .is_some_and(|since| {
                document.modified.timestamp() <= DateTime::<Utc>::from(since).timestamp()
            }),
    };
    let mut response = match fresh {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => whole(document),
    };
    for (name, value) in [(header::ETAG, etag), (header::LAST_MODIFIED, modified)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
