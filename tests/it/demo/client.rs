//! A plain HTTP client: it shows what a server really sent.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use url::Url;

/// Far more than any answer takes; only a hang reaches it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) async fn send(url: &Url, extra: &str) -> io::Result<TcpStream> {
    ask("GET", url, extra, "").await
}

async fn ask(method: &str, url: &Url, extra: &str, body: &str) -> io::Result<TcpStream> {
    let port = url.port().expect("every source has a port");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let target = &url[url::Position::BeforePath..];
    // HTTP/1.0: no chunks to be put together.
    let request = format!(
        "{method} {target} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{extra}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

pub(crate) async fn get_with(url: &Url, extra: &str) -> Reply {
    finish(send(url, extra)).await
}

pub(crate) async fn get(url: &Url) -> Reply {
    get_with(url, "").await
}

pub(crate) async fn post_json(url: &Url, body: &str) -> Reply {
    let extra = "Content-Type: application/json\r\n";
    finish(ask("POST", url, extra, body)).await
}

async fn finish(request: impl Future<Output = io::Result<TcpStream>>) -> Reply {
    let exchange = async {
        let mut bytes = Vec::new();
        request.await?.read_to_end(&mut bytes).await?;
        Ok::<_, io::Error>(bytes)
    };
    let bytes = timeout(PATIENCE, exchange)
        .await
        .expect("an answer in time")
        .expect("an answer");
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(bytes[..end].to_vec()).expect("an ASCII head");
    Reply {
        status: head[9..12].parse().expect("a status"),
        head,
        body: bytes[end + 4..].to_vec(),
    }
}
