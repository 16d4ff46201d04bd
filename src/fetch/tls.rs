//! Who is believed behind TLS: whom Mozilla's roots vouch for and, on the host of a source whose
//! configuration names one, that one certificate.
//!
//! An exception is a fingerprint and not a switch: a certificate that is expired, made out to
//! another name or signed by nobody known can be let through, yet nobody else can step in with
//! theirs, and the handshake still proves that the peer holds its key.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::DateTime;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::VerifierBuilderError,
};
use sha2::{Digest as _, Sha256};
use url::Host;
use x509_cert::{Certificate, der::Decode as _};

use crate::model::{CertificateHash, Source, Timestamp};

/// The certificates that are believed on their fingerprint alone, by host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins(HashMap<String, HashSet<CertificateHash>>);

impl Pins {
    /// Those that `sources` name, each for the host of its own source and no other.
    pub fn of(sources: &[Source]) -> Pins {
        let mut pins = Pins::default();
        for source in sources {
            let host = source.url.host().map(|host| match host {
                Host::Domain(name) => name.to_string(),
                Host::Ipv4(v4) => v4.to_string(),
                Host::Ipv6(v6) => v6.to_string(),
            });
            if let (Some(host), Some(certificate)) = (host, source.certificate) {
                pins.0.entry(host).or_default().insert(certificate);
            }
        }
        pins
    }

    fn has(&self, name: &ServerName<'_>, certificate: &CertificateDer<'_>) -> bool {
        self.0.get(name.to_str().as_ref()).is_some_and(|pinned| {
            pinned.contains(&CertificateHash(Sha256::digest(certificate).into()))
        })
    }
}

/// When a certificate (DER) ends: `notAfter` of RFC 5280, 4.1.2.5. `None` where it cannot be read.
pub fn ends_at(certificate: &[u8]) -> Option<Timestamp> {
    let read = Certificate::from_der(certificate).ok()?;
    let ends = read.tbs_certificate().validity().not_after;
    let seconds = ends.to_unix_duration().as_secs();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
}

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The provider offers no usable protocol.
    #[error(transparent)]
    Provider(#[from] Error),
    /// The roots are not usable.
    #[error(transparent)]
    Roots(#[from] VerifierBuilderError),
}

/// Mozilla's roots with `authorities` and `pins`, the *ring* provider, HTTP/2 where offered.
///
/// # Errors
/// If the provider or the roots are of no use.
pub fn client(
    pins: Pins,
    authorities: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, TlsSetupError> {
    let mut roots = RootCertStore::empty();
    let mozilla = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
    roots.add_parsable_certificates(mozilla.chain(authorities));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()?;
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { roots, pins }))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tls)
}

/// Asks the roots, then the pins. Signatures are always checked.
#[derive(Debug)]
struct Verifier {
    roots: Arc<WebPkiServerVerifier>,
    pins: Pins,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let by_roots = self.roots.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match by_roots {
            Err(_) if self.pins.has(server_name, end_entity) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.supported_verify_schemes()
    }
}
