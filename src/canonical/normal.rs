//! The one spelling of a URL.
//!
//! The rules are those that never change which page is meant: RFC 3986, section 6.2, and what the
//! `url` crate (WHATWG URL) already does, plus a list of parameters that only count visits. Two
//! spellings that merely *may* be one page stay two; duplicates by content are found later.

use std::borrow::Cow;

use url::Url;

use super::{escapes::in_upper_case, query, shape::Shape};

/// Longer URLs are traps or data, not pages: browsers and sitemaps (2,048 characters) agree.
pub const LENGTH_MAX: usize = 2_048;

/// Scheme and host in lower case, no default port, no fragment, no credentials, no tracking
/// parameters, no session id, no trailing dots in the host, an empty path as `/`. `None` for what
/// is not http(s), has no host or is longer than [`LENGTH_MAX`] bytes. Idempotent.
pub fn canonical(url: &Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") || url.as_str().len() > LENGTH_MAX * 8 {
        return None;
    }
    let mut url = url.clone();
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let host = url.host_str()?;
    let trimmed = host.trim_end_matches('.');
    if trimmed.len() < host.len() {
        let trimmed = trimmed.to_string();
        url.set_host(Some(&trimmed)).ok()?;
    }
    if let Cow::Owned(path) = canonical_path(url.path()) {
        url.set_path(&path);
    }
    let query = url
        .query()
        .and_then(|query| query::canonical(query, Shape::of(&url).is_script()));
    url.set_query(query.as_deref());
    (url.as_str().len() <= LENGTH_MAX).then_some(url)
}

/// Without `;jsessionid=…` (Servlet specification, 7.1.3), with escapes in upper case.
fn canonical_path(path: &str) -> Cow<'_, str> {
    const MARK: &str = ";jsessionid=";
    // Only ASCII changes case here, so positions in the copy are positions in the path.
    let lower = path.to_ascii_lowercase();
    if !lower.contains(MARK) {
        return in_upper_case(path);
    }
    let mut kept = String::with_capacity(path.len());
    let mut from = 0;
    while let Some(at) = lower[from..].find(MARK).map(|at| from + at) {
        kept.push_str(&path[from..at]);
        from = path[at..].find('/').map_or(path.len(), |len| at + len);
    }
    kept.push_str(&path[from..]);
    Cow::Owned(in_upper_case(&kept).into_owned())
}
