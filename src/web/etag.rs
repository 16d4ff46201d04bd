//! Answers that have not changed are not sent again (RFC 9110, 13.1.2).

use std::fmt::Write as _;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};

use super::problem::ProblemDetails;

/// Bytes of an answer that is held to be hashed; all of ours are smaller.
const BODY_MAX: usize = 32 << 20;

/// Bytes of the digest that stand in a tag.
const DIGEST_BYTES: usize = 16;

/// Gives every good answer to a GET its tag, and sends none that the client has.
pub(super) async fn tag(request: Request, next: Next) -> Response {
    let is_get = request.method() == Method::GET;
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !is_get || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_MAX).await else {
        return ProblemDetails::fault().into_response();
    };
    let Some(tag) = tag_of(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let is_known = known.is_some_and(|known| names(&known, &tag));
    parts.headers.insert(header::ETAG, tag);
    if is_known {
        return (StatusCode::NOT_MODIFIED, kept(&parts.headers)).into_response();
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn tag_of(bytes: &[u8]) -> Option<HeaderValue> {
    let digest = Sha256::digest(bytes);
    let mut tag = "\"".to_string();
    for byte in digest.iter().take(DIGEST_BYTES) {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    HeaderValue::try_from(tag).ok()
}

/// Whether `If-None-Match` names the tag; weak tags match too (RFC 9110, 13.1.2).
fn names(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else {
        return false;
    };
    let mut tags = known.split(',').map(str::trim);
    tags.any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// What a 304 says of the answer it stands for (RFC 9110, 15.4.5).
fn kept(headers: &HeaderMap) -> HeaderMap {
    let named = [header::ETAG, header::CACHE_CONTROL, header::VARY];
    let kept = headers.iter().filter(|(name, _)| named.contains(name));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
