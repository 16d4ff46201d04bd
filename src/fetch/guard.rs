//! Keeps requests away from private networks (server-side request forgery).
//!
//! A URL is checked before every hop, because an address written in it never reaches a resolver.
//! A name is resolved here, its addresses are checked, and the connector is handed these very
//! addresses: what was checked is what is connected to, so a name that changes its mind between
//! two look-ups gains nothing.
//!
//! Behind a configured proxy the first of these still holds: the URL of every hop is checked. The
//! second cannot: the proxy resolves the names, so it must refuse private networks itself.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::limit::seconds;

/// IANA IPv4 Special-Purpose Address Registry (RFC 6890), all that is not globally reachable,
/// and multicast. 192.88.99.0/24 is the retired 6to4 relay (RFC 7526).
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// The only block that IANA hands out as global unicast. Loopback, ULA, link-local, multicast
/// and IPv4-mapped addresses lie outside.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0], 3);

/// IANA IPv6 Special-Purpose Address Registry, inside [`GLOBAL_V6`]: IETF assignments with
/// Teredo, documentation (twice) and 6to4, which hides an IPv4 address.
const SPECIAL_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0], 23),
    v6([0x2001, 0xdb8], 32),
    v6([0x2002, 0], 16),
    v6([0x3fff, 0], 20),
];

/// RFC 6052: how an IPv6-only network reaches IPv4; the last 32 bits are the real target.
const NAT64: Ipv6Net = v6([0x64, 0xff9b], 96);

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(head: [u16; 2], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(head[0], head[1], 0, 0, 0, 0, 0, 0), prefix)
}

/// Addresses of one name that are tried, so that none keeps us busy with thousands.
const ADDRESSES_MAX: usize = 32;

/// Why a target is not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither http nor https.
    #[error("{0}: is not fetched, only http: and https: are")]
    Scheme(String),
    /// The host is an address that is not public.
    #[error("{0} is not a public address")]
    Address(IpAddr),
    /// The host resolves to an address that is not public.
    #[error("{host} resolves to {address}, which is not a public address")]
    Name {
        /// As written in the URL.
        host: String,
        /// The first address that is not public.
        address: IpAddr,
    },
}

/// Where the guard against private addresses stopped a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardStage {
    /// The URL's own host or scheme.
    Url,
    /// An address that its name resolved to.
    Dns,
    /// The target of a redirect.
    Redirect,
}

/// Why a name has no address for us: a [`Refusal`], or that it does not resolve.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A name that gave no address.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unresolved {
    #[error("{0} does not resolve: {1}")]
    Failed(String, Box<dyn std::error::Error + Send + Sync>),
    #[error("{0} resolves to no address")]
    Empty(String),
    #[error("no address of {} within {}", .0, seconds(*.1))]
    Timeout(String, Duration),
}

/// Whether `address` is reachable from everywhere, as the registries of IANA have it.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !SPECIAL_V4.iter().any(|net| net.contains(&v4)),
        IpAddr::V6(v6) if NAT64.contains(&v6) => {
            let [.., a, b, c, d] = v6.octets();
            is_public(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
        }
        IpAddr::V6(v6) => {
            GLOBAL_V6.contains(&v6) && !SPECIAL_V6.iter().any(|net| net.contains(&v6))
        }
    }
}

/// Whether `address` may be asked: it is public, or `allow` names it. An IPv4-mapped address is
/// looked up in `allow` as the IPv4 address it is.
pub fn permits(address: IpAddr, allow: &[IpNet]) -> bool {
    let canonical = address.to_canonical();
    is_public(address) || allow.iter().any(|net| net.contains(&canonical))
}

/// Checks the scheme, and the host where it is an address in any notation that the URL standard
/// knows (decimal, octal, hexadecimal, shortened). Names are checked when they are resolved.
pub fn check_url(url: &Url, allow: &[IpNet]) -> Result<(), Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme(url.scheme().to_string()));
    }
    let address = match url.host() {
        Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
        Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    if permits(address, allow) {
        Ok(())
    } else {
        Err(Refusal::Address(address))
    }
}

/// Checks every address that `host` resolved to. One that is not permitted spoils all: an honest
/// name has no reason to mix them.
pub fn check_answer(
    host: &str,
    addresses: impl IntoIterator<Item = IpAddr>,
    allow: &[IpNet],
) -> Result<(), Refusal> {
    let refused = addresses
        .into_iter()
        .find(|&address| !permits(address, allow));
    match refused {
        None => Ok(()),
        Some(address) => Err(Refusal::Name {
            host: host.to_string(),
            address,
        }),
    }
}

/// Resolves names as the system does.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The connector puts the port of the URL in the place of 0.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

/// Stands before a resolver and lets only checked addresses through to the connector.
#[derive(Clone)]
pub struct GuardedResolver {
    pub(super) names: Arc<dyn Resolve>,
    pub(super) allow: Arc<[IpNet]>,
    pub(super) timeout: Duration,
}

impl GuardedResolver {
    /// Asks this system. Lets what is public through, and what `allow` names; waits for `timeout` at most.
    pub fn of_system(allow: &[IpNet], timeout: Duration) -> GuardedResolver {
        GuardedResolver {
            names: Arc::new(SystemResolver),
            allow: allow.into(),
            timeout,
        }
    }

    /// The addresses of a host, a name or an address itself, all of which may be connected to.
    ///
    /// # Errors
    /// If there is none, or one that is neither public nor allowed.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, BoxError> {
        let found = self.resolve(host.parse::<Name>()?).await?;
        Ok(found.map(|address| address.ip()).collect())
    }

    /// Lets every address through: for a name that nobody but the configuration could choose.
    pub(super) fn unguarded(self) -> GuardedResolver {
        let everywhere = [Ipv4Net::default().into(), Ipv6Net::default().into()];
        GuardedResolver {
            allow: Arc::new(everywhere),
            ..self
        }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let GuardedResolver {
            names,
            allow,
            timeout,
        } = self.clone();
        Box::pin(async move {
            let host = name.as_str().to_string();
            let found: Vec<SocketAddr> = tokio::time::timeout(timeout, names.resolve(name))
                .await
                .map_err(|_| Unresolved::Timeout(host.clone(), timeout))?
                .map_err(|error| Unresolved::Failed(host.clone(), error))?
                .take(ADDRESSES_MAX)
                .collect();
            if found.is_empty() {
                return Err(Unresolved::Empty(host).into());
            }
            check_answer(&host, found.iter().map(SocketAddr::ip), &allow)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
