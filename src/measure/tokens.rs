//! Texts cut as the published benchmarks cut them.

use std::sync::LazyLock;

use regex::Regex;

#[expect(
    clippy::unwrap_used,
    reason = "a constant pattern, compiled by every test"
)]
static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\p{L}\p{N}_]+").unwrap());

/// The `\w+` tokens of a text.
pub fn tokens(text: &str) -> Vec<&str> {
    TOKEN.find_iter(text).map(|token| token.as_str()).collect()
}

/// With runs of white space as one space.
pub fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}
