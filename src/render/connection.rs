//! One tab of a browser, over the DevTools protocol: commands are numbered and answered, events come
//! unasked. See <https://chromedevtools.github.io/devtools-protocol/>.

use std::{collections::VecDeque, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};
use url::Url;

use super::{
    error::RenderError,
    protocol::{Event, text},
};
use crate::fetch::tls::{self, Pins};

/// For finding the browser, and for one answer of it.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// Bytes of what a browser says of itself, at most.
const ABOUT_MAX: usize = 64 << 10;

/// What a message holds beside a document, at most: answers of scripts come back as we sent them.
const MESSAGE_MAX: usize = 16 << 20;

/// A tab with a profile of its own.
pub(super) struct Connection {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    profile: Option<String>,
    session: Option<String>,
    asked: u64,
    /// What came while an answer was waited for.
    waiting: VecDeque<Event>,
}

impl Connection {
    /// Opens an empty tab in which every request is stopped.
    pub(super) async fn open(browser: &Url, bytes_max: u64) -> Result<Connection, RenderError> {
        let unreachable = |why: String| RenderError::Unreachable {
            browser: browser.clone(),
            why,
        };
        let found = timeout(ANSWER_TIME, connect(browser, bytes_max)).await;
        let socket = found
            .map_err(|_| unreachable("nothing was said in time".to_string()))?
            .map_err(unreachable)?;
        let mut tab = Connection {
            socket,
            profile: None,
            session: None,
            asked: 0,
            waiting: VecDeque::new(),
        };
        // Whatever becomes of us, the browser drops the profile with the connection.
        let own = json!({"disposeOnDetach": true});
        let profile = tab.ask("Target.createBrowserContext", &own).await?;
        tab.profile = text(&profile, "browserContextId");
        let nothing = json!({"behavior": "deny", "browserContextId": tab.profile});
        tab.ask("Browser.setDownloadBehavior", &nothing).await?;
        let blank = json!({"url": "about:blank", "browserContextId": tab.profile});
        let target = tab.ask("Target.createTarget", &blank).await?;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = tab.ask("Target.attachToTarget", &attach).await?;
        tab.session = text(&session, "sessionId");
        let all = json!({"patterns": [{"urlPattern": "*"}]});
        tab.ask("Fetch.enable", &all).await?;
        tab.ask("Page.enable", &json!({})).await?;
        Ok(tab)
    }

    /// Sends a command whose answer is of no use.
    pub(super) async fn tell(&mut self, method: &str, params: &Value) -> Result<(), RenderError> {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        let sent = self.socket.send(Message::text(message.to_string())).await;
        sent.map_err(|error| RenderError::HungUp(error.to_string()))
    }

    /// Sends a command and waits for its answer; events that come before it wait.
    pub(super) async fn ask(&mut self, method: &str, params: &Value) -> Result<Value, RenderError> {
        self.tell(method, params).await?;
        let id = self.asked;
        let answer = async {
            loop {
                let mut said = self.hear().await?;
                if said["id"] == id {
                    return Ok(said.as_object_mut().map(std::mem::take).unwrap_or_default());
                }
                self.waiting.extend(Event::read(&said));
            }
        };
        let answered = timeout(ANSWER_TIME, answer).await;
        let mut answer = answered.map_err(|_| RenderError::TimedOut)??;
        match answer.get("error") {
            Some(error) => Err(RenderError::Refused {
                method: method.to_string(),
                why: text(error, "message").unwrap_or_default(),
            }),
            None => Ok(answer.remove("result").unwrap_or_default()),
        }
    }

    /// The next event. Dropping the future loses none.
    pub(super) async fn event(&mut self) -> Result<Event, RenderError> {
        if let Some(event) = self.waiting.pop_front() {
            return Ok(event);
        }
        let said = self.hear().await?;
        Ok(Event::read(&said).unwrap_or(Event::Other))
    }

    async fn hear(&mut self) -> Result<Value, RenderError> {
        loop {
            let message = self.socket.next().await;
            match message {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text)
                        .map_err(|error| RenderError::HungUp(error.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(RenderError::HungUp(error.to_string())),
                None => return Err(RenderError::HungUp("it closed the connection".to_string())),
            }
        }
    }

    /// Closes tab and profile, as far as the browser still listens.
    pub(super) async fn close(&mut self) {
        self.session = None;
        let profile = json!({"browserContextId": self.profile});
        let _ = self.ask("Target.disposeBrowserContext", &profile).await;
        let _ = timeout(ANSWER_TIME, self.socket.close(None)).await;
    }
}

/// Asks the browser where it listens, and connects.
async fn connect(
    browser: &Url,
    bytes_max: u64,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, String> {
    let why = |error: reqwest::Error| error.without_url().to_string();
    let host = browser.host_str().unwrap_or_default();
    let about = match browser.port() {
        Some(port) => format!("http://{host}:{port}/json/version"),
        None => format!("http://{host}/json/version"),
    };
    let tls = tls::client(Pins::default(), Vec::new()).map_err(|error| error.to_string())?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    let answer = client.build().map_err(why)?.get(about).send().await;
    let answer = answer.map_err(why)?.error_for_status().map_err(why)?;
    let mut bytes = answer.bytes_stream();
    let mut about = Vec::new();
    while let Some(part) = bytes.next().await {
        about.extend(part.map_err(why)?);
        if about.len() > ABOUT_MAX {
            return Err("it says too much of itself".to_string());
        }
    }
    let about: Value = serde_json::from_slice(&about).map_err(|error| error.to_string())?;
    let socket = text(&about, "webSocketDebuggerUrl");
    let socket = socket.ok_or("it does not speak the DevTools protocol")?;
    let largest = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    // Text comes escaped.
    let largest = largest.saturating_mul(6).saturating_add(MESSAGE_MAX);
    let limits = WebSocketConfig::default()
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest));
    let connected = connect_async_with_config(socket, Some(limits), true).await;
    Ok(connected.map_err(|error| error.to_string())?.0)
}
