//! What is told, as far as it decides who is told of it and how.

use serde_json::{Value, json};
use url::Url;

use crate::{
    model::{EventKind, Timestamp, Wanted},
    store::Notification,
};

/// Characters of a headline that people are told: what follows it is the link.
const TITLE_MAX: usize = 200;

/// A notification whose payload was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The idempotency key: the same event always has the same.
    pub key: String,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// All of it.
    pub payload: Value,
    /// Later articles with the same text that are told with it.
    pub copies: u64,
}

impl Event {
    /// Reads what waits in the outbox. `pages` is where the review page is: what has one is told with a
    /// link to it. `None` for what no version that we know of has written.
    pub fn read(notification: &Notification, pages: Option<&Url>) -> Option<Event> {
        let payload = serde_json::from_str(&notification.payload).ok()?;
        Event::new(notification.id.to_string(), payload, notification.at, pages)
    }

    /// An event that was in no outbox.
    pub fn new(
        key: String,
        mut payload: Value,
        at: Timestamp,
        pages: Option<&Url>,
    ) -> Option<Event> {
        let kind = EventKind::named(payload["event"].as_str()?)?;
        let page = match (payload["article"].as_i64(), payload["source"].as_str()) {
            (Some(article), _) => vec!["articles".to_string(), article.to_string()],
            (None, Some(source)) => vec!["sources".to_string(), source.to_string()],
            (None, None) => Vec::new(),
        };
        if let Some(mut link) = pages.cloned() {
            if let Ok(mut path) = link.path_segments_mut() {
                path.pop_if_empty().extend(page);
            }
            payload["page"] = json!(link.as_str());
        }
        Some(Event {
            key,
            kind,
            at,
            payload,
            copies: 0,
        })
    }

    /// A text of the payload; nothing where it has none.
    pub fn text(&self, key: &str) -> &str {
        self.payload[key].as_str().unwrap_or_default()
    }

    /// The articles that carry the same text, and whether one of them was told before.
    pub(super) fn cluster(&self) -> Option<(i64, bool)> {
        let copies = &self.payload["copies"];
        let told = copies["told"].as_bool().unwrap_or_default();
        Some((copies["cluster"].as_i64()?, told))
    }

    /// The names of the rules that found something, each once.
    pub fn rules(&self) -> Vec<&str> {
        let findings = self.payload["findings"].as_array();
        let findings = findings.into_iter().flatten();
        let mut rules: Vec<&str> = findings.filter_map(|f| f["rule"].as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Whether a channel wants to hear of it at all. What a filter is about and the event does not tell
    /// does not keep it away: a source has no rules.
    pub fn is_wanted(&self, wanted: &Wanted) -> bool {
        let source = self.payload["source"].as_str();
        let lang = self.payload["lang"].as_str();
        let rules = self.rules();
        let of_sources = |name| wanted.sources.iter().any(|wanted| wanted == name);
        let of_languages = |lang| {
            wanted
                .languages
                .iter()
                .any(|wanted| wanted.as_str() == lang)
        };
        let of_rules = |rule: &&str| wanted.rules.iter().any(|wanted| wanted == rule);
        let is_flag = self.kind == EventKind::ArticleFlagged;
        let verdict = self.payload["verdict"].as_str();
        let of_verdicts = |verdict| wanted.verdicts.contains(&verdict);
        let score = self.payload["scores"]["overall"].as_f64();
        wanted.events.contains(&self.kind)
            && (wanted.sources.is_empty() || source.is_none_or(of_sources))
            && (wanted.languages.is_empty() || lang.is_none_or(of_languages))
            && (wanted.verdicts.is_empty() || verdict.is_none_or(of_verdicts))
            && (wanted.rules.is_empty() || !is_flag || rules.iter().any(of_rules))
            && (!is_flag || score.is_none_or(|score| score >= f64::from(wanted.min_probability)))
    }

    /// What happened, in one line for people, without a link.
    pub fn headline(&self) -> String {
        let source = self.text("source");
        let title: String = self.text("title").chars().take(TITLE_MAX).collect();
        let percent =
            |value: &Value| format!("{:.0} %", value.as_f64().unwrap_or_default() * 100.0);
        match self.kind {
            EventKind::ArticleFlagged => {
                let score = percent(&self.payload["scores"]["overall"]);
                let rules = self.rules().join(", ");
                let copies = match self.copies {
                    0 => String::new(),
                    1 => "; 1 copy".to_string(),
                    copies => format!("; {copies} copies"),
                };
                format!("{source}: flagged ({score}{copies}): {title} [{rules}]")
            }
            EventKind::ReviewDecided => {
                let review = &self.payload["review"];
                let said = |key: &str| review[key].as_str().unwrap_or_default().to_string();
                format!("{source}: {} by {}: {title}", said("decision"), said("by"))
            }
            EventKind::SourceSuspected => format!(
                "{source} may publish mainly unedited machine translation ({})",
                percent(&self.payload["source_translation"]["probability"])
            ),
            EventKind::SourceTurned => format!(
                "{source} has changed its ways: {} machine translation now, {} before",
                percent(&self.payload["source_translation"]["probability"]),
                percent(&self.payload["source_translation"]["turned"]["before"])
            ),
            EventKind::SourceSilent => {
                format!(
                    "{source} has had no new article since {}",
                    self.text("since")
                )
            }
            EventKind::DaemonFailing => format!("benggala cannot work: {}", self.text("why")),
        }
    }
}

/// What becomes of events that are due.
#[derive(Debug, Default, PartialEq)]
pub struct Choice {
    /// Each is one message; events in their order.
    pub messages: Vec<Vec<Event>>,
    /// The keys of those that are told by another one: its key comes first.
    pub told_with: Vec<(String, String)>,
    /// The keys of those that nobody wants to hear.
    pub left_out: Vec<String>,
}

/// Chooses what is sent now. `due` is in order; `tried` tells whether one of them has failed before, which
/// is then not kept waiting for others; at most `most` events are one message.
pub fn choose(
    due: Vec<Event>,
    tried: bool,
    wanted: &Wanted,
    most: usize,
    now: Timestamp,
) -> Choice {
    let mut choice = Choice::default();
    let is_muted = wanted.mute_until.is_some_and(|until| now < until);
    let mut kept: Vec<Event> = Vec::new();
    for event in due {
        if is_muted || !event.is_wanted(wanted) {
            choice.left_out.push(event.key);
            continue;
        }
        let is_flag = event.kind == EventKind::ArticleFlagged;
        let Some((cluster, told)) = event.cluster().filter(|_| wanted.copies_once && is_flag)
        else {
            kept.push(event);
            continue;
        };
        let same = |other: &&mut Event| {
            other.kind == event.kind && other.cluster().is_some_and(|(id, _)| id == cluster)
        };
        match kept.iter_mut().find(same) {
            Some(first) if !wanted.every.is_zero() => {
                first.copies += 1;
                choice.told_with.push((first.key.clone(), event.key));
            }
            Some(_) => choice.left_out.push(event.key),
            None if told => choice.left_out.push(event.key),
            None => kept.push(event),
        }
    }
    if wanted.every.is_zero() {
        choice.messages = kept.into_iter().map(|event| vec![event]).collect();
        return choice;
    }
    let oldest = kept.first().map(|event| event.at);
    let waited = oldest
        .and_then(|at| (now - at).to_std().ok())
        .unwrap_or_default();
    match tried || waited >= wanted.every || kept.len() >= most {
        true => choice.messages = kept.chunks(most.max(1)).map(<[Event]>::to_vec).collect(),
        // They wait for those that are still to come, and so do their copies.
        false => choice.told_with.clear(),
    }
    choice
}
