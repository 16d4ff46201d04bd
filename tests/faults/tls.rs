//! Certificates of our own making and a server that shows them.

use std::{future::Future, net::SocketAddr, sync::Arc};

use benggala::{
    fetch::{Network, tls::Pins},
    model::{CertificateHash, PageKind, Source},
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use url::Url;

/// A certificate and its key.
pub(crate) struct Shown {
    pub(crate) certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

/// An authority that tests may believe.
pub(crate) struct Authority {
    pub(crate) certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// The last year in which a certificate is valid.
const LONG_PAST: i32 = 2001;
const FAR_AHEAD: i32 = 2100;

fn params(name: &str, until: i32) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_string()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(until, 12, 31);
    params
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = params("authority.example", FAR_AHEAD);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Authority {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    fn sign(&self, params: &CertificateParams) -> Shown {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Shown {
            certificate: certificate.der().clone(),
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        }
    }

    pub(crate) fn good(&self, name: &str) -> Shown {
        self.sign(&params(name, FAR_AHEAD))
    }

    pub(crate) fn expired(&self, name: &str) -> Shown {
        self.sign(&params(name, LONG_PAST))
    }

    /// Of a client that believes this authority beside the usual ones.
    pub(crate) fn believed(&self) -> Network {
        Network {
            authorities: vec![self.certificate.clone()],
            ..Network::default()
        }
    }
}

pub(crate) fn self_signed(name: &str) -> Shown {
    let key = KeyPair::generate().unwrap();
    let certificate = params(name, FAR_AHEAD).self_signed(&key).unwrap();
    Shown {
        certificate: certificate.der().clone(),
        key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
    }
}

impl Shown {
    /// As a source at `url` would name it.
    pub(crate) fn pinned_at(&self, url: &Url) -> Pins {
        let fingerprint = CertificateHash(Sha256::digest(&self.certificate).into());
        // By way of the words that people copy.
        let certificate = CertificateHash::parse(&fingerprint.to_string());
        assert_eq!(certificate, Some(fingerprint));
        Pins::of(&[Source {
            certificate,
            ..Source::new("paper", PageKind::Auto, url.clone())
        }])
    }
}

/// Serves every connection on 127.0.0.1 with `serve`, which is told its number.
pub(crate) async fn listen<F>(
    shown: &Shown,
    protocol: &str,
    serve: impl Fn(TlsStream<TcpStream>, usize) -> F + Send + 'static,
) -> SocketAddr
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.certificate.clone()], shown.key.clone_key())
        .unwrap();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not believe the certificate breaks this off.
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(serve(stream, number));
                number += 1;
            }
        }
    });
    address
}

/// A page for everything, over HTTP/1.1. Believed or not, it is `https://localhost` to the client.
pub(crate) async fn page_at(shown: &Shown) -> Url {
    let address = listen(shown, "http/1.1", async |mut stream, _| {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\npage";
        stream.write_all(answer).await?;
        stream.shutdown().await
    })
    .await;
    Url::parse(&format!("https://{address}/")).unwrap()
}
