//! The way to the server.

use std::{fs, path::Path, sync::Arc, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{
    Config, NoTls,
    config::{LoadBalanceHosts, SslMode, TargetSessionAttrs},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::{Failure, Result};
use crate::model::{PostgresUrl, Tls};

/// Connections of one worker. A claim or a completion takes a few milliseconds; what is asked beyond
/// these waits for one of them, which keeps a slow server from being asked for more.
const CONNECTIONS_MAX: usize = 10;
/// Where the address names no other: a standby is tried next.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// All ten are taken, and none comes back: by then each has had an answer, or was thrown away.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// A server whose machine is gone is noticed after so long: three probes ten seconds apart.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// A connection whose peer takes nothing for so long is given up.
const SILENT_MAX: Duration = Duration::from_secs(20);

/// What the server ends by itself: a statement that takes longer than anybody waits, a wait for a lock
/// (it is tried again), a transaction whose worker was frozen or cut off, which else would hold its
/// locks for ever.
const LIMITS: &str = "-c statement_timeout=30s -c lock_timeout=5s \
                      -c idle_in_transaction_session_timeout=15s";

/// Makes the pool. Nothing is connected yet.
pub(super) fn connect(url: &PostgresUrl) -> Result<Pool> {
    let wrong = |why: &dyn std::fmt::Display| Failure::Connection(why.to_string());
    let mut config: Config = url.expose().parse().map_err(|why| wrong(&why))?;
    config.options(LIMITS);
    if config.get_application_name().is_none() {
        config.application_name(format!("benggala {}", std::process::id()));
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_MAX);
    }
    config
        .keepalives_idle(KEEPALIVE)
        .keepalives_interval(KEEPALIVE);
    config.keepalives_retries(3).tcp_user_timeout(SILENT_MAX);
    // Who accepts and then says nothing is passed over as well, once in two attempts.
    if config.get_target_session_attrs() == TargetSessionAttrs::ReadWrite {
        config.load_balance_hosts(LoadBalanceHosts::Random);
    }
    let create_max = create_max(&config);
    let recycling = ManagerConfig {
        // A closed one is noticed at its first statement too, and that is tried again.
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = match url.tls() {
        Tls::Off => {
            config.ssl_mode(SslMode::Disable);
            Manager::from_config(config, NoTls, recycling)
        }
        Tls::On(roots) => {
            config.ssl_mode(SslMode::Require);
            let tls = MakeRustlsConnect::new(tls(roots.as_deref())?);
            Manager::from_config(config, tls, recycling)
        }
    };
    Pool::builder(manager)
        .max_size(CONNECTIONS_MAX)
        .wait_timeout(Some(WAIT_MAX))
        .create_timeout(Some(create_max))
        .recycle_timeout(Some(CONNECT_MAX))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|why| wrong(&why))
}

/// For a connection that can be used: every server may take its time to accept, and one to greet.
fn create_max(config: &Config) -> Duration {
    let servers = config.get_hosts().len().max(config.get_hostaddrs().len());
    let accept = config.get_connect_timeout().copied().unwrap_or(CONNECT_MAX);
    accept * (u32::try_from(servers).unwrap_or(u32::MAX).saturating_add(1))
}

/// Believes whom the file vouches for, or else Mozilla's roots.
fn tls(roots: Option<&Path>) -> Result<ClientConfig> {
    let mut believed = RootCertStore::empty();
    match roots {
        None => {
            let mozilla = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
            believed.add_parsable_certificates(mozilla);
        }
        Some(path) => {
            let wrong =
                |why: String| Failure::Connection(format!("sslrootcert {}: {why}", path.display()));
            let pem = fs::read(path).map_err(|why| wrong(why.to_string()))?;
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                let certificate = certificate.map_err(|why| wrong(why.to_string()))?;
                believed
                    .add(certificate)
                    .map_err(|why| wrong(why.to_string()))?;
            }
        }
    }
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(|why| Failure::Connection(why.to_string()))?;
    Ok(config
        .with_root_certificates(believed)
        .with_no_client_auth())
}
