//! Whom a fetcher asks for addresses, and whose certificates it believes.

use std::sync::Arc;

use reqwest::dns::Resolve;
use rustls::pki_types::CertificateDer;

use super::{guard::SystemResolver, tls::Pins};
use crate::model::Source;

/// Whom a fetcher believes: about addresses and about certificates.
#[derive(Clone)]
pub struct Network {
    /// Asked for the addresses of every name. The guard stands behind it.
    pub names: Arc<dyn Resolve>,
    /// The exceptions that sources make.
    pub pins: Pins,
    /// Authorities whose signatures count beside those of Mozilla's roots.
    pub authorities: Vec<CertificateDer<'static>>,
}

impl Default for Network {
    /// The system's resolver and no exceptions.
    fn default() -> Network {
        Network {
            names: Arc::new(SystemResolver),
            pins: Pins::default(),
            authorities: Vec::new(),
        }
    }
}

impl Network {
    /// The system's resolver and the exceptions of `sources`.
    pub fn of(sources: &[Source]) -> Network {
        Network {
            pins: Pins::of(sources),
            ..Network::default()
        }
    }
}
