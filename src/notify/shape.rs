//! Events as the bodies that receivers take.

use serde_json::{Value, json};

use super::event::Event;
use crate::model::{ChannelKind, EventKind};

/// Events that a message for people names; the others are counted.
const LINES_MAX: usize = 10;

/// Characters of a message for people: Discord takes 2,000.
const TEXT_MAX: usize = 1_900;

/// Events that a mail names, and its characters: it may be the digest of a day.
const MAIL_LINES_MAX: usize = 200;
const MAIL_TEXT_MAX: usize = 100_000;

/// Characters of a mail's subject: most readers show fewer.
const SUBJECT_MAX: usize = 150;

/// Who says it, in CloudEvents.
const SOURCE: &str = "benggala";

/// A body, and how it is labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The text.
    pub text: String,
    /// Headers that belong to it.
    pub headers: Vec<(&'static str, String)>,
}

impl Body {
    /// The value of one of its headers.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, value)| (*known == name).then_some(value.as_str()))
    }
}

/// The body of one message.
pub fn body(kind: ChannelKind, events: &[Event]) -> Body {
    match (kind, events) {
        // The binary mode of CloudEvents' HTTP binding: the body is the event's data alone.
        (ChannelKind::Webhook, [event]) => Body {
            headers: vec![
                ("ce-specversion", "1.0".to_string()),
                ("ce-id", event.key.clone()),
                ("ce-type", type_of(event.kind)),
                ("ce-source", SOURCE.to_string()),
                ("ce-time", event.at.to_rfc3339()),
            ],
            ..json_body(&event.payload)
        },
        (ChannelKind::Webhook, events) => Body {
            content_type: "application/cloudevents-batch+json",
            ..json_body(&events.iter().map(cloud_event).collect())
        },
        (ChannelKind::Alertmanager, events) => json_body(&events.iter().map(alert).collect()),
        (ChannelKind::Slack | ChannelKind::Mattermost, events) => {
            // Both read these three as markup.
            let text = text(events, LINES_MAX, TEXT_MAX).replace('&', "&amp;");
            let text = text.replace('<', "&lt;").replace('>', "&gt;");
            // Mattermost calls everybody whom a text names, "@channel" too; Slack does not.
            let text = match kind {
                ChannelKind::Mattermost => text.replace('@', "@\u{200b}"),
                _ => text,
            };
            json_body(&json!({ "text": text }))
        }
        (ChannelKind::Discord, events) => json_body(&json!({
            "content": text(events, LINES_MAX, TEXT_MAX),
            // Nobody is called by what a page says.
            "allowed_mentions": { "parse": [] },
        })),
        (ChannelKind::Teams, events) => json_body(&card(events)),
        (ChannelKind::Ntfy, events) => Body {
            content_type: "text/plain; charset=utf-8",
            text: text(events, LINES_MAX, TEXT_MAX),
            headers: vec![("x-title", "benggala".to_string())],
        },
        (ChannelKind::Email, events) => Body {
            content_type: "text/plain; charset=utf-8",
            text: text(events, MAIL_LINES_MAX, MAIL_TEXT_MAX),
            headers: vec![("subject", subject(events))],
        },
        (ChannelKind::File, events) => Body {
            content_type: "application/x-ndjson",
            text: events
                .iter()
                .map(|event| format!("{}\n", cloud_event(event)))
                .collect(),
            headers: Vec::new(),
        },
    }
}

fn json_body(value: &Value) -> Body {
    Body {
        content_type: "application/json",
        text: value.to_string(),
        headers: Vec::new(),
    }
}

fn type_of(kind: EventKind) -> String {
    format!("benggala.{}", kind.as_str())
}

/// The structured mode.
fn cloud_event(event: &Event) -> Value {
    let mut data = event.payload.clone();
    if event.copies > 0 {
        data["copies"]["told_with_it"] = json!(event.copies);
    }
    json!({
        "specversion": "1.0",
        "id": event.key,
        "type": type_of(event.kind),
        "source": SOURCE,
        "time": event.at.to_rfc3339(),
        "datacontenttype": "application/json",
        "data": data,
    })
}

/// As `POST /api/v2/alerts` takes it. It ends by itself after Alertmanager's `resolve_timeout`.
fn alert(event: &Event) -> Value {
    let name: String = event
        .kind
        .as_str()
        .split('.')
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect();
    let severity = match event.kind {
        EventKind::DaemonFailing => "critical",
        EventKind::ReviewDecided => "info",
        _ => "warning",
    };
    let mut labels = json!({"alertname": format!("Benggala{name}"), "severity": severity});
    for key in ["source", "lang"] {
        if let Some(value) = event.payload[key].as_str() {
            labels[key] = json!(value);
        }
    }
    if let Some(article) = event.payload["article"].as_i64() {
        labels["article"] = json!(article.to_string());
    }
    let mut alert = json!({
        "labels": labels,
        "annotations": {"summary": event.headline(), "url": event.text("url")},
        "startsAt": event.at.to_rfc3339(),
    });
    if !event.text("page").is_empty() {
        alert["generatorURL"] = event.payload["page"].clone();
    }
    alert
}

fn subject(events: &[Event]) -> String {
    match events {
        [event] => plain(&event.headline()).chars().take(SUBJECT_MAX).collect(),
        events => format!("benggala: {} events", events.len()),
    }
}

/// Lines for people: at most so many with so many characters, each with a link to its page, or to the
/// article itself.
fn text(events: &[Event], lines_max: usize, text_max: usize) -> String {
    let mut text = match events.len() {
        1 => String::new(),
        count => format!("{count} events\n"),
    };
    let mut named = 0;
    for event in events.iter().take(lines_max) {
        let page = event.text("page");
        let link = if page.is_empty() {
            event.text("url")
        } else {
            page
        };
        let line = format!("{} {link}\n", plain(&event.headline()));
        if named > 0 && text.chars().count() + line.chars().count() > text_max {
            break;
        }
        text.extend(line.chars().take(text_max));
        named += 1;
    }
    match events.len() - named {
        0 => {}
        more => text.push_str(&format!("and {more} more")),
    }
    text.trim_end().to_string()
}

/// Without what would begin a line of its own.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn card(events: &[Event]) -> Value {
    let lines: Vec<Value> = text(events, LINES_MAX, TEXT_MAX)
        .lines()
        .map(|line| json!({"type": "TextBlock", "text": line, "wrap": true}))
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": lines,
            },
        }],
    })
}
