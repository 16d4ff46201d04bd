//! The pages behind Debian's nginx, under a path of a host with a name of its own.

use std::{
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use benggala::{
    model::{Listen, Secret},
    web::{listener::Listener, server},
};
use data_encoding::BASE64;
use rcgen::generate_simple_self_signed;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{browser::missing, chromium::Chromium, site::Site};
use crate::demo::client::get_with;

/// Far more than nginx takes to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// The name that people ask for; the browser is told where it is.
const HOST: &str = "news.example";

const TOKEN: &str = "s3cret";

/// nginx in front of a port, ended with the test.
struct Nginx {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Nginx {
    /// The lines of the README, and twice: once nginx takes the path away and once it leaves it.
    fn before(port: u16, of_nginx: u16) -> Nginx {
        let server = format!(
            "listen 127.0.0.1:{of_nginx};
             location /benggala/ {{
               proxy_pass http://127.0.0.1:{port}/;
               proxy_set_header Host $http_host; }}
             location /benggala/articles/ {{
               proxy_pass http://127.0.0.1:{port};
               proxy_set_header Host $http_host; }}"
        );
        Nginx::serving(tempfile::tempdir().unwrap(), &server, of_nginx)
    }

    /// A server of nginx in a folder of its own.
    fn serving(folder: TempDir, server: &str, of_nginx: u16) -> Nginx {
        let place = folder.path().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {place}/{kind};"))
            .concat();
        let config = format!(
            "daemon off; user root; pid {place}/pid; error_log stderr; events {{}}
             http {{ access_log off; {temporary} server {{ {server} }} }}"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, config).unwrap();
        let child = Command::new("nginx")
            .args([Path::new("-c"), &file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, of_nginx)).is_err() {
            assert!(Instant::now() < deadline, "nginx does not listen");
            std::thread::yield_now();
        }
        Nginx {
            child,
            port: of_nginx,
            _folder: folder,
        }
    }

    fn address(&self, host: &str) -> String {
        format!("http://{host}:{}/benggala", self.port)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master passes it on to its worker.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-QUIT", &pid]).status();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn review_by_keys(mut chromium: Chromium, place: &str) {
    let path = |chromium: &mut Chromium| {
        let path = chromium.value("location.pathname");
        path.as_str().unwrap().to_string()
    };
    chromium.open(&format!("{place}/login"));
    chromium.value("document.querySelector('input[name=token]').focus()");
    for key in TOKEN.chars() {
        chromium.press(&key.to_string());
    }
    chromium.leads(|chromium| chromium.press("Enter"));
    assert_eq!(path(&mut chromium), "/benggala/");
    chromium.press("j");
    chromium.leads(|chromium| chromium.press("o"));
    assert!(path(&mut chromium).starts_with("/benggala/articles/"));
    chromium.leads(|chromium| chromium.press("d"));
    assert!(chromium.text(".flash").contains("dismissed"));
    assert!(path(&mut chromium).starts_with("/benggala/articles/"));
    chromium.leads(|chromium| chromium.press("u"));
    assert!(chromium.text(".flash").contains("Taken back"));
    for next in ["/sources", "/rules", "/"] {
        let link = format!("document.querySelector('nav a[href=\".{next}\"]').click()");
        chromium.leads(|chromium| drop(chromium.value(&link)));
        assert_eq!(path(&mut chromium), format!("/benggala{next}"));
    }
    let styled = "getComputedStyle(document.querySelector('.skip')).position";
    assert_eq!(chromium.value(styled), "absolute", "the style is there");
    assert_eq!(chromium.complaints(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_under_a_path_the_queue_is_used_by_keys() {
    if missing("nginx") || missing("chromium") {
        return;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nginx = Nginx::before(listener.local_addr().unwrap().port(), free_port());
    let place = nginx.address(HOST);
    let (site, _) = Site::seeded_with(|config| {
        config.serve.public_url = Url::parse(&format!("{place}/")).ok();
        config.serve.token = Some(Secret::new(TOKEN.to_string()));
    })
    .await;
    let app = site.app.clone();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let browsed = place.clone();
    let browse = move || review_by_keys(Chromium::start(), &browsed);
    tokio::task::spawn_blocking(browse).await.unwrap();
    assert_eq!(*site.reviewed.lock().unwrap(), ["dismissed"]);

    let feed = Url::parse(&format!("{}/feed.atom", nginx.address("127.0.0.1"))).unwrap();
    let feed = get_with(&feed, "").await.text();
    assert!(
        feed.contains(&format!("href=\"{place}/articles/")),
        "{feed}"
    );
    server.abort();
}

/// As nginx reads it (RFC 7468): sixty-four letters a line.
fn pem(what: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {what}-----\n{}\n-----END {what}-----\n",
        lines.join("\n")
    )
}

/// What is answered over TLS at `address` to a request for [`HOST`].
async fn asked(address: &str, tls: &TlsConnector, request: &str) -> String {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from(HOST).unwrap();
    let mut stream = tls.connect(name, stream).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // nginx may end without a farewell.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// Over https, by both kinds of addresses, with a socket in the place of a port.
#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_over_https_at_a_socket_people_log_in() {
    if missing("nginx") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let made = generate_simple_self_signed(vec![HOST.to_string()]).unwrap();
    std::fs::write(path("cert.pem"), pem("CERTIFICATE", made.cert.der())).unwrap();
    let key = made.signing_key.serialize_der();
    std::fs::write(path("key.pem"), pem("PRIVATE KEY", &key)).unwrap();
    let (socket, port) = (path("page.sock"), free_port());
    let listener = Listener::bind(&Listen::Unix(socket.clone())).await.unwrap();
    let conf = format!(
        "listen 127.0.0.1:{port} ssl; listen [::1]:{port} ssl;
         ssl_certificate {}; ssl_certificate_key {};
         location /benggala/ {{
           proxy_pass http://unix:{}:/;
           proxy_set_header Host $http_host; }}",
        path("cert.pem").display(),
        path("key.pem").display(),
        socket.display()
    );
    let nginx = Nginx::serving(folder, &conf, port);
    let origin = format!("https://{HOST}:{port}");
    let (site, _) = Site::seeded_with(|config| {
        config.serve.listen = Listen::Unix(socket);
        config.serve.public_url = Url::parse(&format!("{origin}/benggala/")).ok();
        config.serve.token = Some(Secret::new(TOKEN.to_string()));
    })
    .await;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(server::serve(listener, site.app.clone(), stop.clone()));

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = TlsConnector::from(std::sync::Arc::new(config));
    let head = format!("Host: {HOST}:{port}\r\nConnection: close\r\n");
    for address in ["127.0.0.1", "[::1]"] {
        let address = format!("{address}:{port}");
        let page = asked(
            &address,
            &tls,
            &format!("GET /benggala/ HTTP/1.1\r\n{head}\r\n"),
        )
        .await;
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        assert!(page.contains("href=\"./sources\""), "{page}");
        let form = format!("token={TOKEN}");
        let login = |origin: &str| {
            format!(
                "POST /benggala/login HTTP/1.1\r\n{head}Origin: {origin}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
                form.len()
            )
        };
        let answer = asked(&address, &tls, &login(&origin)).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        let refused = asked(&address, &tls, &login("https://elsewhere.example")).await;
        assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
    }
    stop.cancel();
    serving.await.unwrap();
    drop(nginx);
}
