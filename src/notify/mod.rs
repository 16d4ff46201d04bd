//! Outbox in, messages out. The store writes a notification in the transaction that stores the
//! flagged article; here it is delivered at least once, under an idempotency key.

mod channel;
pub mod event;
mod mail;
mod outcome;
pub mod pace;
pub mod shape;
pub mod sign;

use std::collections::{HashMap, HashSet};

use tracing::{debug, warn};
use url::Url;

use crate::{
    model::Timestamp,
    store::{Notification, Settlement, Store, StoreError},
};

pub use channel::{Channel, DIGEST_MAX, check_address};
pub use event::Event;
pub use outcome::{NotifySetupError, Sent};

/// Notifications taken up at once where each is a message: at one a second, about a minute's work.
pub const BATCH: usize = 60;

/// What holds for every channel.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// Where the review page is: what has a page there is told with a link to it.
    pub pages: Option<Url>,
    /// The names of sources of which nobody is told.
    pub muted: HashSet<String>,
}

/// One attempt to notify, for the metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The `[[notify]]` name.
    pub channel: String,
    /// How it ended.
    pub outcome: DeliveryOutcome,
}

/// How an attempt ended: the `outcome` label of `benggala_notifications_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The receiver has it.
    Ok,
    /// It is tried again.
    Failed,
    /// The receiver does not want it: it is kept, and not tried again by itself.
    Refused,
    /// It is out of attempts.
    GivenUp,
    /// The channel does not want to hear of it, or was told of a copy.
    LeftOut,
}

impl DeliveryOutcome {
    /// The metric label.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryOutcome::Ok => "ok",
            DeliveryOutcome::Failed => "failed",
            DeliveryOutcome::Refused => "refused",
            DeliveryOutcome::GivenUp => "given_up",
            DeliveryOutcome::LeftOut => "left_out",
        }
    }
}

/// Delivers what is due on one channel, in its order, and calls `tell` with how
/// each attempt ended. What the channel does not want is taken off. What its receiver refuses for good is
/// set aside, and the others go on. Where the receiver fails, the channel rests, longer with each failure in
/// a row, and so does nothing but this channel. Dropping the future loses nothing: what was not settled is
/// sent again, under the same key.
///
/// # Errors
/// If the outbox cannot be read or written.
pub async fn deliver_due(
    store: &dyn Store,
    channel: &Channel,
    setting: &Setting,
    now: impl Fn() -> Timestamp,
    tell: impl Fn(Delivery),
) -> Result<(), StoreError> {
    let wanted = channel.wanted();
    let batch = if wanted.every.is_zero() {
        BATCH
    } else {
        DIGEST_MAX
    };
    while !channel.rests() && !wanted.is_quiet(now()) {
        let due = store.notifications(channel.name(), now(), batch).await?;
        let is_all = due.len() < batch;
        let mut outbox = Outbox {
            store,
            channel,
            due: due.iter().map(|n| (n.id.to_string(), n)).collect(),
        };
        outbox.deliver(&due, setting, &now, &tell).await?;
        // What waits for more is not taken up again at once.
        if is_all || !outbox.due.is_empty() {
            break;
        }
    }
    Ok(())
}

/// What was taken up, by its key.
struct Outbox<'a> {
    store: &'a dyn Store,
    channel: &'a Channel,
    due: HashMap<String, &'a Notification>,
}

impl Outbox<'_> {
    /// Sends what there is to be sent of it.
    async fn deliver(
        &mut self,
        due: &[Notification],
        setting: &Setting,
        now: &impl Fn() -> Timestamp,
        tell: &impl Fn(Delivery),
    ) -> Result<(), StoreError> {
        let tried = due.iter().any(|notification| notification.attempts > 0);
        let (mut events, mut left_out) = (Vec::new(), Vec::new());
        for notification in due {
            match Event::read(notification, setting.pages.as_ref()) {
                Some(event) if !setting.muted.contains(event.text("source")) => events.push(event),
                Some(_) | None => left_out.push(notification.id.to_string()),
            }
        }
        let channel = self.channel;
        let choice = event::choose(events, tried, channel.wanted(), channel.most(), now());
        for key in choice.left_out.iter().chain(&left_out) {
            debug!(channel = channel.name(), notification = key, "left out");
            let settled = (DeliveryOutcome::LeftOut, Settlement::Done);
            self.settle(key, settled, tell).await?;
        }
        for message in &choice.messages {
            let sent = channel.send(message, now).await;
            if let Some(why) = sent.failure() {
                let first = message.first().map(|event| event.key.as_str());
                let (name, events) = (channel.name(), message.len());
                warn!(
                    channel = name,
                    notification = first,
                    events,
                    why,
                    "notification failed"
                );
            }
            for event in message {
                let copies = choice.told_with.iter();
                let copies = copies.filter(|(first, _)| *first == event.key);
                for key in std::iter::once(&event.key).chain(copies.map(|(_, copy)| copy)) {
                    let attempts = self.due.get(key.as_str()).map_or(0, |n| n.attempts);
                    self.settle(key, settlement(&sent, attempts, now()), tell)
                        .await?;
                }
            }
            if channel.rests() {
                break;
            }
        }
        Ok(())
    }

    /// Ends an attempt, and tells so.
    async fn settle(
        &mut self,
        key: &str,
        (outcome, settlement): (DeliveryOutcome, Settlement),
        tell: &impl Fn(Delivery),
    ) -> Result<(), StoreError> {
        let Some(notification) = self.due.remove(key) else {
            return Ok(());
        };
        self.store.settle(notification.id, settlement).await?;
        tell(Delivery {
            channel: self.channel.name().to_string(),
            outcome,
        });
        Ok(())
    }
}

fn settlement(sent: &Sent, attempts: u32, now: Timestamp) -> (DeliveryOutcome, Settlement) {
    match sent {
        Sent::Accepted => (DeliveryOutcome::Ok, Settlement::Done),
        Sent::Refused { why } => (DeliveryOutcome::Refused, Settlement::Refused(why.clone())),
        Sent::Failed { .. } if pace::is_hopeless(attempts) => {
            (DeliveryOutcome::GivenUp, Settlement::Done)
        }
        Sent::Failed { retry_after, .. } => {
            let wait = pace::backoff(attempts, *retry_after);
            (DeliveryOutcome::Failed, Settlement::Again(now + wait))
        }
    }
}
