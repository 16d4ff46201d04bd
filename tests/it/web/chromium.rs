//! Chromium at the end of a pipe: keys pressed, pages read, pictures taken (the DevTools protocol over
//! `--remote-debugging-pipe`).

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use data_encoding::BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser with one tab.
pub(super) struct Chromium {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: String,
    asked: u64,
    /// What it told unasked.
    events: Vec<Value>,
    _profile: TempDir,
}

impl Chromium {
    pub(super) fn start() -> Chromium {
        let profile = tempfile::tempdir().unwrap();
        // The pipe is at the third and fourth handle, which only a shell can put there.
        let command = format!(
            "exec chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
             --disable-background-networking --disable-component-update --disable-sync \
             --hide-scrollbars --host-resolver-rules='MAP *.example 127.0.0.1' --remote-debugging-pipe --user-data-dir={} \
             3<&0 4>&1 </dev/null >/dev/null 2>/dev/null",
            profile.path().display()
        );
        let mut child = Command::new("sh")
            .args(["-c", &command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut chromium = Chromium {
            to: child.stdin.take().unwrap(),
            from: BufReader::new(child.stdout.take().unwrap()),
            child,
            session: String::new(),
            asked: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = chromium.ask("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = chromium.ask("Target.attachToTarget", &attach);
        chromium.session = session["sessionId"].as_str().unwrap().to_string();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            chromium.ask(&format!("{domain}.enable"), &json!({}));
        }
        chromium
    }

    /// Asks and waits for the answer.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = self.session.clone().into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
        loop {
            let said = self.hear();
            if said["id"] == self.asked {
                assert!(said.get("error").is_none(), "{method}: {said}");
                return said["result"].clone();
            }
            self.events.push(said);
        }
    }

    fn hear(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(0), "Chromium has ended");
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Does something that leads to another page, and waits until that one is there.
    pub(super) fn leads(&mut self, act: impl FnOnce(&mut Chromium)) {
        self.events
            .retain(|event| event["method"] != "Page.loadEventFired");
        act(self);
        while !self
            .events
            .iter()
            .any(|event| event["method"] == "Page.loadEventFired")
        {
            let said = self.hear();
            self.events.push(said);
        }
    }

    pub(super) fn open(&mut self, url: &str) {
        self.leads(|chromium| drop(chromium.ask("Page.navigate", &json!({"url": url}))));
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, expression: &str) -> Value {
        let ask = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.ask("Runtime.evaluate", &ask);
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    pub(super) fn text(&mut self, selector: &str) -> String {
        let value = self.value(&format!(
            "(document.querySelector({selector:?}) || {{}}).textContent || ''"
        ));
        value.as_str().unwrap_or_default().to_string()
    }

    /// Presses a key, as a person does.
    pub(super) fn press(&mut self, key: &str) {
        let mut down = json!({"type": "keyDown", "key": key});
        match key {
            "Enter" => down["text"] = "\r".into(),
            key => down["text"] = key.into(),
        }
        self.ask("Input.dispatchKeyEvent", &down);
        self.ask(
            "Input.dispatchKeyEvent",
            &json!({"type": "keyUp", "key": key}),
        );
    }

    /// What the browser refused or complained of so far, policies among it.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        self.value("1");
        let logged = self.events.iter().filter(|event| {
            let is_said = event["method"] == "Log.entryAdded"
                && event["params"]["entry"]["level"] != "verbose";
            is_said || event["method"] == "Runtime.exceptionThrown"
        });
        logged.map(|event| event["params"].to_string()).collect()
    }

    /// Whether a dialogue was opened: by a script that came through, say.
    pub(super) fn has_dialogue(&self) -> bool {
        let mut events = self.events.iter();
        events.any(|event| event["method"] == "Page.javascriptDialogOpening")
    }

    pub(super) fn look(&mut self, width: u32, dark: bool) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", &size);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.ask("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// The page as a PNG.
    pub(super) fn picture(&mut self) -> Vec<u8> {
        self.picture_as(&json!({"format": "png", "captureBeyondViewport": true}))
    }

    /// The page as a picture of another kind, or of what is in sight only.
    pub(super) fn picture_as(&mut self, how: &Value) -> Vec<u8> {
        let picture = self.ask("Page.captureScreenshot", how);
        BASE64
            .decode(picture["data"].as_str().unwrap().as_bytes())
            .unwrap()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
