//! Where hosts live: the IP address that the gate paces beside the host.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::dns::{Name, Resolve};
use tokio::time::Instant;
use url::{Host, Url};

use super::guard::GuardedResolver;

/// How long an answer counts. Names move rarely, and one late request does no harm.
const FRESH: Duration = Duration::from_secs(600);

/// Hosts that are remembered; when there are more, all are asked for anew.
const HOSTS_MAX: usize = 10_000;

/// The first address of each host, as last resolved.
pub(super) struct Addresses {
    resolver: Option<GuardedResolver>,
    known: Mutex<HashMap<String, (Option<IpAddr>, Instant)>>,
}

impl std::fmt::Debug for Addresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Addresses").finish_non_exhaustive()
    }
}

impl Addresses {
    /// Without a resolver only addresses that a URL names itself are known.
    pub(super) fn new(resolver: Option<GuardedResolver>) -> Addresses {
        Addresses {
            resolver,
            known: Mutex::default(),
        }
    }

    /// Where the host of `url` lives; `None` where that cannot be told: the request itself then
    /// says why.
    pub(super) async fn of(&self, url: &Url) -> Option<IpAddr> {
        let host = match url.host()? {
            Host::Ipv4(address) => return Some(address.into()),
            Host::Ipv6(address) => return Some(address.into()),
            Host::Domain(host) => host,
        };
        let resolver = self.resolver.as_ref()?;
        let now = Instant::now();
        let known = self.known().get(host).copied();
        if let Some((address, at)) = known
            && at + FRESH > now
        {
            return address;
        }
        let found = resolver.resolve(host.parse::<Name>().ok()?).await;
        let address = found
            .ok()
            .and_then(|mut addresses| addresses.next())
            .map(|address| address.ip());
        let mut known = self.known();
        if known.len() >= HOSTS_MAX {
            known.clear();
        }
        known.insert(host.to_string(), (address, now));
        address
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Option<IpAddr>, Instant)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
