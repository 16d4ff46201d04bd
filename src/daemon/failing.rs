//! Tells people that the daemon cannot work, past its store, which may be what fails.

use std::{collections::HashSet, sync::Arc, time::Duration};

use serde_json::json;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    model::{EventKind, Timestamp, Unready},
    notify::Event,
};

use super::{active::ActiveConfig, clock::Clock, health::Health};

/// How often is looked, and tried again where a receiver did not take it.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What passes sooner is not worth a message.
const AFTER: Duration = Duration::from_secs(60);

/// Looks for as long as what it returns is kept.
pub(super) fn watch(
    health: &Health,
    clock: &Clock,
    active: &watch::Receiver<Arc<ActiveConfig>>,
) -> AbortOnDropHandle<()> {
    let looking = watch_over(health.clone(), clock.clone(), active.clone());
    AbortOnDropHandle::new(tokio::spawn(looking))
}

async fn watch_over(health: Health, clock: Clock, active: watch::Receiver<Arc<ActiveConfig>>) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    let mut spell = Spell::default();
    loop {
        ticks.tick().await;
        let reasons = reasons(&health);
        if let Some(key) = spell.look(reasons.is_empty(), clock.read().awake, clock.now()) {
            let active = Arc::clone(&active.borrow());
            tell(&active, &key, &reasons, &clock, &mut spell.told).await;
        }
    }
}

/// The time in which the daemon cannot work, from one look at it to another, and who has been told.
#[derive(Debug, Default)]
pub struct Spell {
    /// When it began, by the time that the machine was awake, and what its message is called.
    begun: Option<(Duration, String)>,
    told: HashSet<String>,
}

impl Spell {
    /// Takes one look, at `awake` and `now`. The key of the message that is to be sent, where the spell has
    /// lasted: the same one as long as it does, so that each channel hears of it once.
    pub fn look(&mut self, works: bool, awake: Duration, now: Timestamp) -> Option<String> {
        if works {
            *self = Spell::default();
            return None;
        }
        // Not a key of the outbox, which counts.
        let called = || (awake, format!("failing-{}", now.timestamp_millis()));
        let (begun, key) = self.begun.get_or_insert_with(called);
        (awake.saturating_sub(*begun) >= AFTER).then(|| key.clone())
    }
}

/// Starting and stopping pass by themselves.
fn reasons(health: &Health) -> Vec<Unready> {
    let all = health.reasons().into_iter();
    all.filter(|reason| !matches!(reason, Unready::Starting | Unready::Stopping))
        .collect()
}

/// Every channel that has not taken it yet, once.
async fn tell(
    active: &ActiveConfig,
    key: &str,
    reasons: &[Unready],
    clock: &Clock,
    told: &mut HashSet<String>,
) {
    let names: Vec<&str> = reasons.iter().map(|reason| reason.as_str()).collect();
    let why: Vec<&str> = reasons.iter().map(|reason| reason.sentence()).collect();
    let payload = json!({
        "event": EventKind::DaemonFailing.as_str(),
        "reasons": names,
        "why": why.join(" "),
    });
    let now = clock.now();
    let event = Event::new(key.to_string(), payload, now, active.telling.pages.as_ref());
    let Some(event) = event else { return };
    for channel in &active.receivers {
        let wanted = channel.wanted();
        let is_muted = wanted.mute_until.is_some_and(|until| now < until);
        if is_muted || !event.is_wanted(wanted) || told.contains(channel.name()) || channel.rests()
        {
            continue;
        }
        let sent = channel
            .send(std::slice::from_ref(&event), || clock.now())
            .await;
        match sent.failure() {
            None => {
                told.insert(channel.name().to_string());
            }
            Some(why) => tracing::warn!(
                channel = channel.name(),
                why,
                "nobody could be told that the daemon fails"
            ),
        }
    }
}
