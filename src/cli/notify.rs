//! `benggala notify`: whether those who are to be told can be.

use std::{io::Write, path::PathBuf};

use chrono::Utc;
use serde_json::json;

use crate::{
    model::EventKind,
    notify::{Channel, Event},
};

use super::{
    failure::{Failure, Outcome},
    output::out,
    settings::load_config,
    threads::runtime,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Send a sample to a channel and say what came back
    Test {
        /// The name of the [[notify]]
        channel: String,
    },
}

pub(super) fn notify(command: &Command, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let Command::Test { channel: name } = command;
    let config = load_config(files)?;
    let channels =
        Channel::all(&config.notify).map_err(|error| Failure::message(error.to_string()))?;
    let known: Vec<String> = channels.iter().map(|c| c.name().to_string()).collect();
    let Some(channel) = channels.into_iter().find(|channel| channel.name() == name) else {
        let there = match known.as_slice() {
            [] => "there is no [[notify]] in the configuration".to_string(),
            known => format!("there are {}", known.join(", ")),
        };
        return Err(Failure::message(format!(
            "no channel is named `{name}`; {there}"
        )));
    };
    let event = sample().ok_or_else(|| Failure::message("the sample is no event".to_string()))?;
    let sent = runtime()?.block_on(channel.send(&[event], Utc::now));
    match sent.failure() {
        None => {
            writeln!(out(), "{name}: the receiver took it")?;
            Ok(Outcome::Clean)
        }
        Some(why) => Err(Failure::message(format!("{name}: {why}"))),
    }
}

/// As a flagged article would look, and plainly none.
fn sample() -> Option<Event> {
    let payload = json!({
        "event": EventKind::ArticleFlagged.as_str(),
        "test": true,
        "url": "https://news.example/a-test",
        "source": "news.example",
        "title": "A test of benggala: nothing was flagged",
        "lang": "en",
        "verdict": "flag",
        "scores": {"overall": 0.97},
        "findings": [{"rule": "coordinated-repetition", "text": "test and test", "note": "a sample"}],
    });
    let now = Utc::now();
    Event::new(
        format!("test-{}", now.timestamp_millis()),
        payload,
        now,
        None,
    )
}
