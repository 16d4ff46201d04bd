//! Where we are: every link of a page begins at the page itself, so that all of them hold wherever a
//! proxy has put the whole.

use axum::{
    extract::Request,
    http::{HeaderValue, Uri, header, uri::PathAndQuery},
    middleware::Next,
    response::Response,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::AppState;

/// How the front page is reached from one beside it.
pub(super) const FRONT: &str = ".";

/// How it is reached from one below those.
pub(super) const BELOW: &str = "..";

/// How the front page is reached from an address of ours, without the last slash.
pub(super) fn root(path: &str) -> String {
    match path.matches('/').count() {
        0 | 1 => FRONT.to_string(),
        slashes => vec![BELOW; slashes - 1].join("/"),
    }
}

/// Where the token is brought by somebody who wants to go to an address of ours.
pub(super) fn login_href(to: &Uri) -> String {
    match to.path_and_query().map_or("/", PathAndQuery::as_str) {
        "/" => "/login".to_string(),
        to => format!("/login?to={}", utf8_percent_encode(to, NON_ALPHANUMERIC)),
    }
}

/// Leads on from where one is, not from where a host begins (RFC 9110, 10.2.2).
pub(super) async fn lead_on(request: Request, next: Next) -> Response {
    let root = root(request.uri().path());
    let mut response = next.run(request).await;
    let way = response.headers().get(header::LOCATION);
    let way = way.and_then(|way| way.to_str().ok());
    if let Some(way) = way.filter(|way| way.starts_with('/'))
        && let Ok(way) = HeaderValue::try_from(format!("{root}{way}"))
    {
        response.headers_mut().insert(header::LOCATION, way);
    }
    response
}

/// Takes away the path of `public_url`, which some proxies leave on what they pass on.
pub(super) fn arrive<B>(state: &AppState, mut request: http::Request<B>) -> http::Request<B> {
    let config = state.config.load();
    let public = config.serve.public_url.as_ref().map(Url::path);
    let prefix = public.unwrap_or_default().trim_end_matches('/');
    let rest = request.uri().path_and_query();
    let rest = rest.and_then(|path| path.as_str().strip_prefix(prefix));
    let rest = rest.filter(|rest| !prefix.is_empty() && rest.starts_with('/'));
    if let Some(Ok(uri)) = rest.map(str::parse::<Uri>) {
        *request.uri_mut() = uri;
    }
    request
}
