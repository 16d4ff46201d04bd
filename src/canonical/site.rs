//! Which URLs belong together.

use url::{Host, Url};

/// Whether two URLs belong to one site: the same registrable domain of the public suffix list.
/// Hosts that have none (addresses, `localhost`) must be equal, and so must their ports.
pub fn same_site(a: &Url, b: &Url) -> bool {
    match (registrable(a), registrable(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => authority(a) == authority(b),
        _ => false,
    }
}

/// `host:port` with the port always there: the key of everything that is kept per host.
pub fn authority(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

fn registrable(url: &Url) -> Option<&str> {
    match url.host()? {
        Host::Domain(name) => psl::domain_str(name.trim_end_matches('.')),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}
