//! The address of a site, as people type it.

use url::{ParseError, Url};

use crate::fetch::Exchange;

/// Endings of files that are top-level domains too: whoever types one of them means the file.
const OF_FILES: [&str; 8] = ["md", "zip", "py", "rs", "sh", "pl", "ps", "mov"];

/// What to do where the guard has stopped a request.
pub(super) fn advice(exchange: &Exchange) -> &'static str {
    match exchange.guard {
        Some(_) => "; if it is meant, add --allow-private with its network, as 127.0.0.0/8",
        None => "",
    }
}

/// A web address; a bare host, with or without a path, is asked over https.
pub(super) fn site_url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        parsed => host_of(text).ok_or_else(|| {
            // Of a text without a scheme the parser has nothing to say that helps.
            let why = parsed
                .err()
                .filter(|why| *why != ParseError::RelativeUrlWithoutBase);
            let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
            format!("this is no web address{why}; write for example https://news.example")
        }),
    }
}

/// `news.example` and `news.example/world` as addresses, if such a top-level domain exists.
pub(super) fn host_of(text: &str) -> Option<Url> {
    let host = text.split(['/', '?', '#']).next()?;
    let bare = host.split_once(':').map_or(host, |(bare, _)| bare);
    let suffix = psl::suffix(bare.as_bytes())?;
    let suffix_text = std::str::from_utf8(suffix.as_bytes()).ok()?;
    let is_site = bare.contains('.') && suffix.is_known() && bare != suffix_text;
    if !is_site || OF_FILES.contains(&suffix_text) {
        return None;
    }
    Url::parse(&format!("https://{text}")).ok()
}
