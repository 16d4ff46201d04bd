//! Where an address leads, and when: the names of hosts and origins, and days.

use url::Url;

use crate::model::Timestamp;

/// `scheme://host:port`, always with the port.
pub(super) fn origin(url: &Url) -> Option<String> {
    Some(format!("{}://{}", url.scheme(), authority(url)?))
}

/// `host:port`, always with the port.
pub(super) fn authority(url: &Url) -> Option<String> {
    Some(format!(
        "{}:{}",
        url.host_str()?,
        url.port_or_known_default()?
    ))
}

/// Days since 1970 UTC.
pub(super) fn day(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(86_400)
}
