//! In which language a page speaks: the one that the browser asks for.

use http::{HeaderMap, header};

use crate::report::tongue::Tongue;

/// By `Accept-Language`.
pub(super) fn tongue(headers: &HeaderMap) -> Tongue {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    Tongue::of_accepted(accepted.unwrap_or_default())
}
