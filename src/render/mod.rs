//! Pages that show nothing until their scripts have run, read through a browser.
//!
//! The browser is the operator's own: any Chromium that listens for the DevTools protocol. It is handed
//! the page that was fetched already, and asks nobody: every request of the page is stopped, and what
//! is a script or its data is fetched by our own fetcher, past the same guard, the same robots.txt and
//! at the same pace as anything else. All else (pictures, frames, pages, what would be sent) is refused.
//! Each page has a profile of its own, which is forgotten with it.

mod error; //      why a page could not be shown
mod protocol; //   what is said to a browser, and heard from it
mod connection; // one tab of it
mod parts; //      what a page may load, and how that is answered

pub use self::{error::RenderError, parts::Rendered};

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde_json::json;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep_until, timeout_at},
};
use url::Url;

use self::{
    connection::Connection,
    parts::{Judged, Loaded, Parts},
    protocol::Event,
};
use crate::{
    fetch::{Fetcher, Way},
    model::Page,
};

/// Pages that are shown at a time: each costs a browser's process.
const PAGES: usize = 2;

/// What a page may take, from its first request on. What stands there then is taken.
const TIME_MAX: Duration = Duration::from_secs(45);

/// What the browser may take to tell what stands there.
const LAST_WORD: Duration = Duration::from_secs(5);

/// A page is done when nothing has been loaded for so long: scripts set a timer between two steps.
const QUIET: Duration = Duration::from_millis(750);

/// What is to be shown, and where.
#[derive(Debug, Clone, Copy)]
pub struct Showing<'a> {
    /// The browser: `cdp://HOST:PORT`.
    pub browser: &'a Url,
    /// What was fetched.
    pub page: &'a Page,
    /// Who fetches the parts.
    pub fetcher: &'a Fetcher,
    /// Who is told of other hosts before they are asked.
    pub way: &'a Way,
    /// Bytes of the document at most; the rest is cut off.
    pub bytes_max: u64,
    /// When it must have ended.
    pub until: Instant,
}

/// Shows pages, a few at a time.
#[derive(Debug)]
pub struct Renderer {
    slots: Semaphore,
}

impl Default for Renderer {
    fn default() -> Renderer {
        Renderer {
            slots: Semaphore::new(PAGES),
        }
    }
}

impl Renderer {
    /// Lets the scripts of a page run and reads what they made of it.
    ///
    /// # Errors
    /// If the browser is not there, does not do as it is told or takes too long.
    pub async fn render(&self, showing: Showing<'_>) -> Result<Rendered, RenderError> {
        let slot = timeout_at(showing.until, self.slots.acquire()).await;
        // Never closed; were it, pages would be shown all the same.
        let _slot: Option<SemaphorePermit<'_>> = slot.map_err(|_| RenderError::TimedOut)?.ok();
        // The wait for others is none of its own time.
        let showing = Showing {
            until: showing.until.min(Instant::now() + TIME_MAX + LAST_WORD),
            ..showing
        };
        let work = async {
            let mut tab = Connection::open(showing.browser, showing.bytes_max).await?;
            let rendered = show(&mut tab, showing).await;
            tab.close().await;
            rendered
        };
        timeout_at(showing.until, work)
            .await
            .map_err(|_| RenderError::TimedOut)?
    }
}

/// Loads the page until it is quiet, or the time for that is over.
async fn show(tab: &mut Connection, showing: Showing<'_>) -> Result<Rendered, RenderError> {
    let end = showing.until - LAST_WORD;
    let address = json!({"url": showing.page.final_url.as_str()});
    // The answer comes after the first request of the page, which it is for us to answer.
    tab.tell("Page.navigate", &address).await?;
    let mut parts = Parts::of(showing.page);
    let mut loading = FuturesUnordered::new();
    let (mut is_loaded, mut quiet_since) = (false, Instant::now());
    loop {
        tokio::select! {
            event = tab.event() => match event? {
                Event::Paused(request) => match parts.judge(&request) {
                    Judged::Answered(answer) => tab.tell(answer.method, &answer.params).await?,
                    Judged::Wanted(url) => {
                        loading.push(parts::load(showing.fetcher, showing.way, url, request));
                    }
                },
                Event::Dialogue => {
                    let no = json!({"accept": false});
                    tab.tell("Page.handleJavaScriptDialog", &no).await?;
                }
                Event::Loaded => (is_loaded, quiet_since) = (true, Instant::now()),
                Event::Other => {}
            },
            Some(Loaded { answer, exchange }) = loading.next() => {
                parts.count(&exchange);
                tab.tell(answer.method, &answer.params).await?;
                quiet_since = Instant::now();
            }
            () = sleep_until(quiet_since + QUIET), if is_loaded && loading.is_empty() => break,
            () = sleep_until(end) => break,
        }
    }
    let html = document(tab, showing.bytes_max).await?;
    Ok(parts.rendered(html))
}

/// The document as it stands.
async fn document(tab: &mut Connection, bytes_max: u64) -> Result<Bytes, RenderError> {
    let expression =
        format!("'<!doctype html>' + document.documentElement.outerHTML.slice(0, {bytes_max})");
    let ask = json!({"expression": expression, "returnByValue": true});
    let answer = tab.ask("Runtime.evaluate", &ask).await?;
    let html = answer["result"]["value"].as_str().unwrap_or_default();
    Ok(Bytes::copy_from_slice(html.as_bytes()))
}
