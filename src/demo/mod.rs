//! A newsroom of our own on loopback: seven small papers, each on its own port, that publish,
//! change and fail like real ones. It needs no network, and everything in it is invented.

pub mod content;
mod theme;
mod feeds;
mod served;
mod fallback;
mod misbehave;
mod server;

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::Utc;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::model::Source;
use content::{Paper, PaperArticle};
use served::{Clock, ServedPaper};

/// How long [`Newsroom::close`] waits for open connections.
const CLOSING_MAX: Duration = Duration::from_secs(2);

/// The papers while they are served. Their servers end when it is dropped.
#[derive(Debug)]
pub struct Newsroom {
    sites: Vec<Arc<ServedPaper>>,
    servers: JoinSet<()>,
    closing: DropGuard,
}

/// An article that is out, and where.
#[derive(Debug, Clone)]
pub struct Published<'a> {
    /// The name of the [`Source`].
    pub source: &'a str,
    /// The address of its page.
    pub url: Url,
    /// What it says.
    pub article: &'a PaperArticle,
}

/// What one paper has been asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCounts {
    /// The name of the [`Source`].
    pub source: String,
    /// Requests answered, of any kind.
    pub answered: u64,
    /// Of these, requests for what robots.txt forbids.
    pub trespassed: u64,
}

impl Newsroom {
    /// Opens every paper on a free port of 127.0.0.1. `elapsed` tells how long ago the newsroom
    /// opened: it decides what is out.
    ///
    /// # Errors
    /// If no port can be bound.
    pub async fn open(
        elapsed: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> io::Result<Newsroom> {
        let clock: Clock = Arc::new(elapsed);
        let closing = CancellationToken::new();
        let mut sites = Vec::new();
        let mut servers = JoinSet::new();
        for paper in content::papers().map_err(|error| io::Error::other(error.to_string()))? {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let site = site(paper, &listener, &clock, &closing)?;
            let server = axum::serve(listener, server::app(Arc::clone(&site)))
                .with_graceful_shutdown(closing.clone().cancelled_owned());
            servers.spawn(async move {
                if let Err(error) = server.await {
                    tracing::warn!(%error, "a paper of the demo stopped");
                }
            });
            sites.push(site);
        }
        Ok(Newsroom {
            sites,
            servers,
            closing: closing.drop_guard(),
        })
    }

    /// The papers, to be watched.
    pub fn sources(&self) -> Vec<Source> {
        self.sites
            .iter()
            .map(|site| {
                let url = site.edition(Duration::ZERO).url(site.paper.door.path());
                Source {
                    lang: site.paper.announced.then(|| site.paper.lang.clone()),
                    ..Source::new(&site.paper.name, site.paper.door.kind(), url)
                }
            })
            .collect()
    }

    /// What is out `elapsed` after the opening, newest first within each paper. Depends on
    /// nothing else.
    pub fn published(&self, elapsed: Duration) -> Vec<Published<'_>> {
        self.sites
            .iter()
            .flat_map(|site| {
                let edition = site.edition(elapsed);
                edition.published().map(move |article| Published {
                    source: &site.paper.name,
                    url: edition.url(&article.path),
                    article,
                })
            })
            .collect()
    }

    /// What each paper has been asked for so far.
    pub fn tally(&self) -> Vec<RequestCounts> {
        self.sites
            .iter()
            .map(|site| RequestCounts {
                source: site.paper.name.clone(),
                answered: site.answered.load(Ordering::Relaxed),
                trespassed: site.trespassed.load(Ordering::Relaxed),
            })
            .collect()
    }

    /// Stops listening and waits up to two seconds for the answers under way.
    pub async fn close(mut self) {
        drop(self.closing);
        let ended = async { while self.servers.join_next().await.is_some() {} };
        if timeout(CLOSING_MAX, ended).await.is_err() {
            tracing::debug!("a connection to the demo was still open");
        }
    }
}

fn site(
    paper: Paper,
    listener: &TcpListener,
    clock: &Clock,
    closing: &CancellationToken,
) -> io::Result<Arc<ServedPaper>> {
    let address = listener.local_addr()?;
    let base = Url::parse(&format!("http://{address}/")).map_err(io::Error::other)?;
    Ok(Arc::new(ServedPaper {
        paper,
        base,
        opened: Utc::now(),
        clock: Arc::clone(clock),
        closing: closing.clone(),
        answered: AtomicU64::new(0),
        trespassed: AtomicU64::new(0),
        throttled: AtomicU64::new(0),
    }))
}
