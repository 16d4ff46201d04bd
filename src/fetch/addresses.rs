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

use super::{
    guard::GuardedResolver,
    outcome::{self, Failure},
};

/// How long an answer counts. Names move rarely, and one late request does no harm.
const FRESH: Duration = Duration::from_secs(600);

/// Hosts that are remembered; when there are more, all are asked for anew.
const HOSTS_MAX: usize = 10_000;

/// The first address of each host, as last resolved.
pub(super) struct Addresses {
    resolver: Option<GuardedResolver>,
    known: Mutex<HashMap<String, (IpAddr, Instant)>>,
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

    /// Where the host of `url` lives; `None` where nobody here resolves it.
    ///
    /// # Errors
    /// The name gives no address, or one that may not be asked. Nothing of that is remembered.
    pub(super) async fn of(&self, url: &Url) -> Result<Option<IpAddr>, Failure> {
        let host = match url.host() {
            Some(Host::Ipv4(address)) => return Ok(Some(address.into())),
            Some(Host::Ipv6(address)) => return Ok(Some(address.into())),
            Some(Host::Domain(host)) => host,
            None => return Ok(None),
        };
        let (Some(resolver), Ok(name)) = (self.resolver.as_ref(), host.parse::<Name>()) else {
            return Ok(None);
        };
        let now = Instant::now();
        let known = self.known().get(host).copied();
        if let Some((address, at)) = known
            && at + FRESH > now
        {
            return Ok(Some(address));
        }
        let address = match resolver.resolve(name).await {
            Ok(mut addresses) => addresses.next().map(|address| address.ip()),
            Err(error) => return outcome::of_resolving(error.as_ref()).map_or(Ok(None), Err),
        };
        if let Some(address) = address {
            let mut known = self.known();
            if known.len() >= HOSTS_MAX {
                known.clear();
            }
            known.insert(host.to_string(), (address, now));
        }
        Ok(address)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, (IpAddr, Instant)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
