//! A source by the name that was typed.

use super::failure::Failure;

/// Names of sources that are told where one is not known.
const NAMES_TOLD: usize = 10;

/// There is no source of that name among `known`.
pub(super) fn no_source<'n>(wanted: &str, known: impl Iterator<Item = &'n str>) -> Failure {
    let mut known: Vec<&str> = known.collect();
    let more = known.len().saturating_sub(NAMES_TOLD);
    known.truncate(NAMES_TOLD);
    let there = match (known.is_empty(), more) {
        (true, _) => ": the configuration has none; `benggala add URL` prints one".to_string(),
        (_, 0) => format!("; there are {}", known.join(", ")),
        (_, more) => format!("; there are {} and {more} more", known.join(", ")),
    };
    Failure::message(format!("there is no source `{wanted}`{there}"))
}
