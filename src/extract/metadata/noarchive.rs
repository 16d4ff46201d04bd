//! Whether a page asks that no copy of it be kept: `noarchive` in `X-Robots-Tag` or in
//! `meta name=robots` (both by Google's "Robots meta tag, data-nosnippet, and X-Robots-Tag
//! specifications"; `nocache` is Bing's name for it).
//!
//! `noindex` is another matter: it speaks to those who answer searches. What is read here is shown
//! to the newsroom that runs this program, so a page with `noindex` is judged and kept.

use super::collected::Collected;
use crate::model::Headers;

/// The names by which directives are given to us.
const OURS: [&str; 3] = ["robots", "*", "benggala"];

/// Directives whose own value stands behind a colon.
const VALUED: [&str; 4] = [
    "unavailable_after",
    "max-snippet",
    "max-image-preview",
    "max-video-preview",
];

/// Whether the headers of an answer forbid a copy.
pub(in crate::extract) fn forbidden_by_headers(headers: &Headers) -> bool {
    let tags = headers.0.iter().filter(|(name, _)| name == "x-robots-tag");
    tags.into_iter().any(|(_, value)| forbids(value))
}

/// Whether the page itself forbids a copy.
pub(in crate::extract) fn forbidden_by_page(collected: &Collected) -> bool {
    ["robots", "benggala"]
        .iter()
        .filter_map(|name| collected.meta(name))
        .any(forbids)
}

/// Reads directives, separated by commas. An agent's name with a colon before one makes it, and
/// those behind it, that agent's alone.
fn forbids(directives: &str) -> bool {
    let mut for_us = true;
    directives.split(',').any(|directive| {
        let mut directive = directive.trim();
        if let Some((agent, rest)) = directive.split_once(':')
            && !is_one_of(&VALUED, agent)
        {
            for_us = is_one_of(&OURS, agent);
            directive = rest.trim();
        }
        for_us && is_one_of(&["noarchive", "nocache"], directive)
    })
}

fn is_one_of(names: &[&str], word: &str) -> bool {
    names
        .iter()
        .any(|name| name.eq_ignore_ascii_case(word.trim()))
}
