//! A small news site on loopback that remembers what it was asked.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Instant,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use benggala::{
    demo::content::{PaperArticle, papers},
    model::{BlockKind, PageKind, Source},
};
use chrono::{TimeDelta, Utc};
use tokio::{net::TcpListener, sync::Semaphore};
use url::Url;

/// What the site answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// One request, as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) at: Instant,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
}

#[derive(Debug)]
struct Inside {
    /// The answers to one address in their order; the last one repeats.
    pages: Mutex<HashMap<String, Vec<Reply>>>,
    log: Mutex<Vec<Asked>>,
    /// Articles are answered while it has permits.
    articles: Semaphore,
}

/// A site while it is served.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) base: Url,
    inside: Arc<Inside>,
}

/// Enough for every article of a test.
const MANY: usize = 10_000;

impl Site {
    pub(crate) async fn open() -> Site {
        Site::holding_back_after(MANY).await
    }

    /// Answers so many requests for articles and lets the others wait until [`Site::let_go`].
    pub(super) async fn holding_back_after(articles: usize) -> Site {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let inside = Arc::new(Inside {
            pages: Mutex::default(),
            log: Mutex::default(),
            articles: Semaphore::new(articles),
        });
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&inside));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Site {
            base: Url::parse(&base).unwrap(),
            inside,
        }
    }

    pub(super) fn let_go(&self) {
        self.inside.articles.add_permits(MANY);
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    pub(crate) fn put(&self, path: &str, reply: Reply) {
        self.put_in_turn(path, vec![reply]);
    }

    pub(super) fn put_in_turn(&self, path: &str, replies: Vec<Reply>) {
        let mut pages = self.inside.pages.lock().unwrap();
        pages.insert(path.to_string(), replies);
    }

    /// Puts articles `numbers` of clean prose under [`path`].
    pub(super) fn put_articles(&self, numbers: impl IntoIterator<Item = usize>) {
        for n in numbers {
            self.put(&path(n), html(&article_page(&clean(n), "")));
        }
    }

    pub(super) fn log(&self) -> Vec<Asked> {
        self.inside.log.lock().unwrap().clone()
    }

    /// How often `path` was asked for.
    pub(super) fn times(&self, path: &str) -> usize {
        self.log().iter().filter(|asked| asked.path == path).count()
    }

    /// How many requests for articles arrived.
    pub(super) fn articles_asked(&self) -> usize {
        let log = self.log();
        log.iter().filter(|asked| is_article(&asked.path)).count()
    }

    /// The site as a source, asked once an hour.
    pub(crate) fn source(&self, name: &str, kind: PageKind, path: &str) -> Source {
        source(name, kind, self.url(path))
    }
}

/// An address as a source, asked as often as is configured for all.
pub(super) fn source(name: &str, kind: PageKind, url: Url) -> Source {
    Source::new(name, kind, url)
}

async fn answer(State(inside): State<Arc<Inside>>, request: Request) -> Response {
    let path = request.uri().to_string();
    let earlier = {
        let mut log = inside.log.lock().unwrap();
        let earlier = log.iter().filter(|asked| asked.path == path).count();
        log.push(Asked {
            at: Instant::now(),
            path: path.clone(),
            headers: request.headers().clone(),
        });
        earlier
    };
    if is_article(&path) {
        inside.articles.acquire().await.unwrap().forget();
    }
    let reply = {
        let pages = inside.pages.lock().unwrap();
        pages
            .get(&path)
            .map(|replies| replies[earlier.min(replies.len() - 1)].clone())
    };
    match reply {
        Some(reply) => reply.conditional(request.headers()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Reply {
    pub(super) fn status(status: u16) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(super) fn answering(self, status: u16) -> Reply {
        Reply { status, ..self }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }

    /// 304 where the client has it already (RFC 9110, 13.1.2).
    fn conditional(self, asked: &HeaderMap) -> Response {
        let tag = self.headers.iter().find(|(name, _)| *name == "etag");
        let known = asked.get(header::IF_NONE_MATCH);
        if let (Some((_, tag)), Some(known)) = (tag, known)
            && known == tag.as_str()
        {
            return StatusCode::NOT_MODIFIED.into_response();
        }
        let mut response = (StatusCode::from_u16(self.status).unwrap(), self.body).into_response();
        for (name, value) in self.headers {
            let name = HeaderName::from_static(name);
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    }
}

pub(super) fn redirect(status: u16, to: &Url) -> Reply {
    Reply::status(status).with("location", to.as_str())
}

fn text(kind: &str, body: &str) -> Reply {
    Reply {
        body: body.to_string(),
        ..Reply::status(200).with("content-type", kind)
    }
}

pub(crate) fn html(body: &str) -> Reply {
    text("text/html; charset=utf-8", body)
}

pub(crate) fn plain(body: &str) -> Reply {
    text("text/plain", body)
}

pub(crate) fn rss(links: &[Url]) -> Reply {
    let items: String = links
        .iter()
        .map(|link| format!("<item><title>Kabar</title><link>{link}</link></item>"))
        .collect();
    let feed = format!("<rss version=\"2.0\"><channel><title>Uji</title>{items}</channel></rss>");
    text("application/rss+xml", &feed)
}

/// A feed whose items are dated: seconds before now.
pub(crate) fn dated_rss(links: &[(Url, i64)]) -> Reply {
    let items: String = links
        .iter()
        .map(|(link, age)| {
            let date = (Utc::now() - TimeDelta::seconds(*age)).to_rfc2822();
            format!("<item><title>Kabar</title><link>{link}</link><pubDate>{date}</pubDate></item>")
        })
        .collect();
    let feed = format!("<rss version=\"2.0\"><channel><title>Uji</title>{items}</channel></rss>");
    text("application/rss+xml", &feed)
}

pub(crate) fn sitemap(links: &[Url]) -> Reply {
    let urls: String = links
        .iter()
        .map(|link| format!("<url><loc>{link}</loc></url>"))
        .collect();
    let namespace = "http://www.sitemaps.org/schemas/sitemap/0.9";
    text(
        "application/xml",
        &format!("<urlset xmlns=\"{namespace}\">{urls}</urlset>"),
    )
}

pub(crate) fn front(head: &str, links: &[Url]) -> Reply {
    let teasers: String = links
        .iter()
        .map(|link| {
            format!("<h2><a href=\"{link}\">Kabar panjang dari pasar pagi di tepi sungai</a></h2>")
        })
        .collect();
    html(&format!(
        "<!DOCTYPE html><html><head><title>Uji</title>{head}</head><body><main>{teasers}</main></body></html>"
    ))
}

/// The address of article `n`.
pub(crate) fn path(n: usize) -> String {
    format!("/berita/{}-kabar-dari-pasar-pagi-di-tepi-sungai", 1000 + n)
}

fn is_article(path: &str) -> bool {
    path.starts_with("/berita/")
}

fn of_paper(name: &str, n: usize) -> PaperArticle {
    let papers = papers().unwrap();
    let paper = papers.iter().find(|paper| paper.name == name).unwrap();
    let mut article = paper.articles[n % paper.articles.len()].clone();
    if n >= paper.articles.len() {
        // Or it would be the same text under another address.
        article.body = format!("Laporan nomor {n}. {}", article.body.trim_start());
    }
    article
}

/// An article that gives no cause to be flagged.
pub(crate) fn clean(n: usize) -> PaperArticle {
    of_paper("harian-pagi", n)
}

/// An article with what an engine says to its user.
pub(crate) fn machine_made() -> PaperArticle {
    with_words("Semoga terjemahan ini membantu")
}

/// An article with lines that belong to the page around it.
pub(crate) fn careless() -> PaperArticle {
    with_words("Alamat email Anda tidak akan dipublikasikan")
}

fn with_words(words: &str) -> PaperArticle {
    let papers = papers().unwrap();
    let mut all = papers.into_iter().flat_map(|paper| paper.articles);
    all.find(|article| article.body.contains(words)).unwrap()
}

/// A page of `article`, with `head` in its head.
pub(crate) fn article_page(article: &PaperArticle, head: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let blocks: String = article
        .blocks()
        .map(|block| {
            let tag = match block.kind {
                BlockKind::Heading => "h2",
                BlockKind::Quote => "blockquote",
                _ => "p",
            };
            format!("<{tag}>{}</{tag}>\n", escape(block.text))
        })
        .collect();
    let title = escape(&article.title);
    format!(
        "<!DOCTYPE html><html lang=\"id\"><head><title>{title}</title>{head}</head>\
         <body><article><h1>{title}</h1>\n{blocks}</article></body></html>"
    )
}
