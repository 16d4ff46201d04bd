//! A server that answers in steps, and remembers who asked for what and when.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};
use url::Url;

/// An endless answer ends here, should the client never stop it.
const ENDLESS_MAX: usize = 256 << 20;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    /// A byte at a time.
    Drip(Vec<u8>, Duration),
    /// Again and again, until the client closes.
    Endless(Vec<u8>),
    /// So many times.
    Repeat(Vec<u8>, usize),
    /// Waits for the client to close.
    Hang,
    /// Closes with RST.
    Reset,
    /// Serves the next request on this connection.
    KeepAlive,
}

#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Path and query.
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) at: Instant,
    /// Counts from 0 on each connection.
    pub(crate) nth: usize,
}

impl Asked {
    /// The value of a header, whose name is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

type Site = dyn Fn(&Asked) -> Vec<Step> + Send + Sync;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    news: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(
        site: impl Fn(&Asked) -> Vec<Step> + Send + Sync + 'static,
    ) -> Server {
        Server::start_at("127.0.0.1:0", site).await
    }

    pub(crate) async fn start_at(
        address: &str,
        site: impl Fn(&Asked) -> Vec<Step> + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let news = Arc::new(Notify::new());
        let (site, log, bell): (Arc<Site>, _, _) = (Arc::new(site), asked.clone(), news.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (site, log, bell) = (site.clone(), log.clone(), bell.clone());
                tokio::spawn(async move {
                    // The client closing first is what most cases are about.
                    let _ = serve(stream, &*site, &log, &bell).await;
                });
            }
        });
        Server {
            address,
            asked,
            news,
            task,
        }
    }

    /// A server that gives one answer to everything and has no robots.txt.
    pub(crate) async fn of(steps: Vec<Step>) -> Server {
        Server::start(move |asked| match asked.path.as_str() {
            "/robots.txt" => full(404, &[], b""),
            _ => steps.clone(),
        })
        .await
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.asked()
            .iter()
            .filter(|asked| asked.path == path)
            .count()
    }

    /// Returns once `path` has been asked for.
    pub(crate) async fn until_asked(&self, path: &str) {
        loop {
            let notified = self.news.notified();
            if self.count(path) > 0 {
                return;
            }
            notified.await;
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    site: &Site,
    log: &Mutex<Vec<Asked>>,
    bell: &Notify,
) -> io::Result<()> {
    let mut nth = 0;
    while let Some(head) = read_head(&mut stream).await? {
        let asked = Asked {
            path: head.split(' ').nth(1).unwrap_or_default().to_string(),
            head,
            at: Instant::now(),
            nth,
        };
        let steps = site(&asked);
        log.lock().unwrap().push(asked);
        bell.notify_waiters();
        let again = matches!(steps.last(), Some(Step::KeepAlive));
        for step in steps {
            perform(&mut stream, step).await?;
        }
        if !again {
            break;
        }
        nth += 1;
    }
    stream.shutdown().await
}

async fn read_head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

async fn perform(stream: &mut TcpStream, step: Step) -> io::Result<()> {
    match step {
        Step::Send(bytes) => stream.write_all(&bytes).await,
        Step::Drip(bytes, gap) => {
            let mut beat = tokio::time::interval(gap);
            for byte in bytes {
                beat.tick().await;
                stream.write_all(&[byte]).await?;
            }
            Ok(())
        }
        Step::Endless(bytes) => {
            let mut sent = 0;
            while sent < ENDLESS_MAX {
                stream.write_all(&bytes).await?;
                sent += bytes.len();
            }
            Ok(())
        }
        Step::Repeat(bytes, times) => {
            for _ in 0..times {
                stream.write_all(&bytes).await?;
            }
            Ok(())
        }
        Step::Hang => stream.read_to_end(&mut Vec::new()).await.map(drop),
        Step::Reset => stream.set_zero_linger(),
        Step::KeepAlive => Ok(()),
    }
}

/// Status line and headers, as they are.
pub(crate) fn head(status: u16, headers: &[&str]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} As It Is\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// A complete answer; the connection is closed after it.
pub(crate) fn full(status: u16, headers: &[&str], body: &[u8]) -> Vec<Step> {
    let length = format!("Content-Length: {}", body.len());
    let mut all = vec![length.as_str(), "Connection: close"];
    all.extend_from_slice(headers);
    vec![Step::Send(head(status, &all)), Step::Send(body.to_vec())]
}

/// A complete answer; the connection stays open.
pub(crate) fn kept(status: u16, headers: &[&str], body: &[u8]) -> Vec<Step> {
    let length = format!("Content-Length: {}", body.len());
    let mut all = vec![length.as_str()];
    all.extend_from_slice(headers);
    let mut answer = head(status, &all);
    answer.extend_from_slice(body);
    vec![Step::Send(answer), Step::KeepAlive]
}

/// A redirect to `location`.
pub(crate) fn redirect(status: u16, location: &str) -> Vec<Step> {
    full(status, &[&format!("Location: {location}")], b"")
}
