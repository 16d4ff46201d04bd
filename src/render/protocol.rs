//! The little that is spoken of the DevTools protocol
//! (<https://chromedevtools.github.io/devtools-protocol/>).

use serde_json::Value;

/// What is told unasked and of use.
pub(super) enum Event {
    /// A request waits for its answer.
    Paused(Paused),
    /// A script asks the reader something.
    Dialogue,
    /// The page and what it names have been loaded.
    Loaded,
    /// Anything else.
    Other,
}

impl Event {
    /// `None` for the answer to a command.
    pub(super) fn read(said: &Value) -> Option<Event> {
        Some(match said["method"].as_str()? {
            "Fetch.requestPaused" => Event::Paused(Paused::read(&said["params"])?),
            "Page.javascriptDialogOpening" => Event::Dialogue,
            "Page.loadEventFired" => Event::Loaded,
            _ => Event::Other,
        })
    }
}

/// A request that waits for its answer.
pub(super) struct Paused {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) method: String,
    /// `Document`, `Script`, `XHR`, …
    pub(super) kind: String,
    /// The origin of the script that asks.
    pub(super) origin: Option<String>,
}

impl Paused {
    /// Reads the event. `None` without an identity: it cannot be answered.
    fn read(params: &Value) -> Option<Paused> {
        let request = &params["request"];
        let headers = &request["headers"];
        Some(Paused {
            id: text(params, "requestId")?,
            url: text(request, "url")?,
            method: text(request, "method")?,
            kind: text(params, "resourceType")?,
            origin: text(headers, "Origin").or_else(|| text(headers, "origin")),
        })
    }
}

/// What the browser is told of a request.
pub(super) struct Answer {
    pub(super) method: &'static str,
    pub(super) params: Value,
}

/// A member that is text.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_string)
}
