//! A resolver that answers as it is told.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What a name server says.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    Addresses(Vec<&'static str>),
    /// As the system puts it.
    Fails(&'static str),
    Nothing,
}

/// From a name and the number of the question to what is said.
type Says = dyn Fn(&str, usize) -> Said + Send + Sync;

/// Answers the question with this number, counted from 0, by that of its closure.
pub(crate) struct Names {
    says: Arc<Says>,
    asked: AtomicUsize,
}

impl Names {
    pub(crate) fn new(says: impl Fn(&str, usize) -> Said + Send + Sync + 'static) -> Names {
        Names {
            says: Arc::new(says),
            asked: AtomicUsize::default(),
        }
    }

    pub(crate) fn always(said: Said) -> Names {
        Names::new(move |_, _| said.clone())
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let nth = self.asked.fetch_add(1, Ordering::Relaxed);
        let said = (self.says)(name.as_str(), nth);
        Box::pin(async move {
            match said {
                Said::Addresses(addresses) => {
                    let addresses: Vec<SocketAddr> = addresses
                        .into_iter()
                        .map(|address| SocketAddr::new(address.parse::<IpAddr>().unwrap(), 0))
                        .collect();
                    Ok(Box::new(addresses.into_iter()) as Addrs)
                }
                Said::Fails(words) => Err(io::Error::other(words).into()),
                Said::Nothing => std::future::pending().await,
            }
        })
    }
}
