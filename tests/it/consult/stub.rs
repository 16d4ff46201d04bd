//! An endpoint on loopback that says whatever a test wants, and remembers what it was asked.

use std::{
    fmt,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode},
    response::{IntoResponse, Response},
};
use benggala::{config::Config, opinion::FIXED};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

/// What the endpoint does with one question.
#[derive(Debug, Clone)]
pub(crate) enum Say {
    /// The model says this.
    Words(String),
    /// A status, a header and a body.
    Answer(u16, Option<(&'static str, String)>, Vec<u8>),
    /// Nothing, ever.
    Nothing,
}

/// One question, as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Asked {
    /// The message with the text.
    pub(crate) fn text(&self) -> &str {
        self.body["messages"][1]["content"].as_str().unwrap()
    }

    /// A numbered paragraph of the text.
    pub(crate) fn paragraph(&self, number: usize) -> &str {
        let start = format!("[{number}] ");
        let mut lines = self.text().lines();
        let line = lines.find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_default()
    }

    /// Whether it is about one of the texts that every model is asked about.
    pub(crate) fn is_fixed(&self) -> bool {
        FIXED.iter().any(|text| self.paragraph(0) == text.title)
    }
}

type Think = dyn Fn(&Asked) -> Say + Send + Sync;

struct Inside {
    asked: Mutex<Vec<Asked>>,
    think: Box<Think>,
}

impl fmt::Debug for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inside")
    }
}

/// The endpoint while it is served.
#[derive(Debug, Clone)]
pub(crate) struct Stub {
    pub(crate) url: Url,
    inside: Arc<Inside>,
}

impl Stub {
    /// One that answers each question as `think` says.
    pub(crate) async fn open(think: impl Fn(&Asked) -> Say + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let inside = Arc::new(Inside {
            asked: Mutex::default(),
            think: Box::new(think),
        });
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&inside));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Stub {
            url: Url::parse(&url).unwrap(),
            inside,
        }
    }

    /// One that does the same each time.
    pub(crate) async fn saying(say: Say) -> Stub {
        Stub::open(move |_| say.clone()).await
    }

    /// Every question so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.inside.asked.lock().unwrap().clone()
    }

    /// Those about articles.
    pub(crate) fn about_articles(&self) -> Vec<Asked> {
        let mut asked = self.asked();
        asked.retain(|asked| !asked.is_fixed());
        asked
    }

    /// Has a daemon or a command ask here.
    pub(crate) fn configure(&self, config: &mut Config) {
        config.opinion.url = Some(self.url.clone());
        config.opinion.model = Some(MODEL.to_string());
    }
}

/// The name of the model.
pub(crate) const MODEL: &str = "reader-1";

async fn answer(State(inside): State<Arc<Inside>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let asked = Asked {
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
    };
    let say = (inside.think)(&asked);
    inside.asked.lock().unwrap().push(asked);
    match say {
        Say::Words(words) => completion(&words).to_string().into_response(),
        Say::Nothing => std::future::pending().await,
        Say::Answer(status, header, body) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            if let Some((name, value)) = header {
                let name = HeaderName::from_static(name);
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
    }
}

/// A completion, as endpoints send it.
pub(crate) fn completion(content: &str) -> Value {
    json!({
        "id": "x", "object": "chat.completion", "model": MODEL,
        "choices": [{"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 1_100, "completion_tokens": 50, "total_tokens": 1_150},
    })
}

/// The model names these words, each by its paragraph.
pub(crate) fn naming(words: &[(usize, &str)]) -> Say {
    let findings = words.iter().map(|(p, quote)| {
        json!({
            "p": p, "quote": quote, "class": "sense", "intended": "yang lain",
            "source": "the other", "why": "makes no sense here", "confidence": 0.9,
        })
    });
    Say::Words(json!({"findings": findings.collect::<Vec<_>>()}).to_string())
}
