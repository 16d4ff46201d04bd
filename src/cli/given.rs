//! What was typed, read; who writes another thing is shown how one looks.

use std::str::FromStr;

/// Reads a value as its type does.
pub(super) fn like<T: FromStr>(
    example: &'static str,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| text.parse().map_err(|_| shown(example))
}

/// Reads a duration.
pub(super) fn duration(text: &str) -> Result<std::time::Duration, String> {
    humantime::parse_duration(text).map_err(|_| shown("60s, or 5m"))
}

fn shown(example: &str) -> String {
    format!("write for example {example}")
}
