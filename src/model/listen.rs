//! Where the review page is served.

use std::{fmt, net::SocketAddr, path::PathBuf};

/// What a socket of this machine is written with in the configuration.
const UNIX: &str = "unix:";

/// An address and a port, or a socket in the file system, for a proxy on the same machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// `127.0.0.1:9630`
    Tcp(SocketAddr),
    /// `unix:/run/benggala/page.sock`
    Unix(PathBuf),
}

impl Listen {
    /// Reads either. A path is a whole one. `None` for anything else.
    pub fn parse(text: &str) -> Option<Listen> {
        match text.strip_prefix(UNIX) {
            Some(path) if path.starts_with('/') && !path.ends_with('/') => {
                Some(Listen::Unix(PathBuf::from(path)))
            }
            Some(_) => None,
            None => text.parse().ok().map(Listen::Tcp),
        }
    }

    /// The address, if it is one.
    pub fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Listen::Tcp(address) => Some(*address),
            Listen::Unix(_) => None,
        }
    }

    /// Whether whoever connects is a program of this machine. Behind a socket there is a proxy, and
    /// behind that anybody.
    pub fn is_loopback(&self) -> bool {
        self.tcp()
            .is_some_and(|address| address.ip().to_canonical().is_loopback())
    }

    /// Where people find the page, as far as that is known here.
    pub fn page(&self) -> String {
        match self {
            Listen::Tcp(address) => format!("http://{address}/"),
            Listen::Unix(_) => self.to_string(),
        }
    }

    /// The same address with another port.
    pub fn set_port(&mut self, port: u16) {
        if let Listen::Tcp(address) = self {
            address.set_port(port);
        }
    }
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Listen {
        Listen::Tcp(address)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::Tcp(address) => address.fmt(f),
            Listen::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}
