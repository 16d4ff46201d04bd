//! How long a page of links says that it stays the same.

use std::time::Duration;

use crate::model::Headers;

/// RSS 2.0 puts `<ttl>` into the channel, before its items: where it is not in the first bytes, it
/// is not there.
const TTL_WITHIN: usize = 16 * 1_024;

/// The longest of what the answer's `Cache-Control: max-age` (RFC 9111, 5.2.2.1) and the `<ttl>` of
/// an RSS feed (RSS 2.0, in minutes) say; `None` if neither does. `sy:updatePeriod` is left aside:
/// the most common publishing software writes "hourly" whatever the pace.
pub fn fresh_for(headers: &Headers, body: &[u8]) -> Option<Duration> {
    max_age(headers).max(time_to_live(body))
}

fn max_age(headers: &Headers) -> Option<Duration> {
    let directives = headers.get("cache-control")?.split(',').map(str::trim);
    let mut age = None;
    for directive in directives {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return None,
            "max-age" => age = value.trim_matches('"').parse().ok(),
            _ => {}
        }
    }
    age.map(Duration::from_secs)
}

fn time_to_live(body: &[u8]) -> Option<Duration> {
    let head = String::from_utf8_lossy(&body[..body.len().min(TTL_WITHIN)]);
    let (_, after) = head.split_once("<ttl>")?;
    let (minutes, _) = after.split_once("</ttl>")?;
    let minutes: u32 = minutes.trim().parse().ok()?;
    Some(Duration::from_secs(60 * u64::from(minutes)))
}
