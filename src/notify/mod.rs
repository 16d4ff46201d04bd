//! Outbox in, webhooks out. The store writes a notification in the transaction that stores the
//! flagged article; here it is delivered at least once, under an idempotency key.

pub mod pace;
mod webhook;

use tracing::warn;

use crate::{
    model::Timestamp,
    store::{Settlement, Store, StoreError},
};

pub use webhook::{NotifySetupError, Sent, Webhook};

/// Notifications taken up at once: at one a second, about a minute's work.
pub const BATCH: usize = 60;

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
}

impl DeliveryOutcome {
    /// The metric label.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryOutcome::Ok => "ok",
            DeliveryOutcome::Failed => "failed",
            DeliveryOutcome::Refused => "refused",
            DeliveryOutcome::GivenUp => "given_up",
        }
    }
}

/// Delivers what is due on one channel, one [`BATCH`] at most and in its order, and calls `tell` with how
/// each attempt ended. What its receiver refuses for good is set aside, and the others go on. Where the
/// receiver fails, the channel rests, longer with each failure in a row, and so does nothing but this
/// channel. Dropping the future loses nothing: what was not settled is sent again, under the same key.
///
/// # Errors
/// If the outbox cannot be read or written.
pub async fn deliver_due(
    store: &dyn Store,
    channel: &Webhook,
    now: impl Fn() -> Timestamp,
    tell: impl Fn(Delivery),
) -> Result<(), StoreError> {
    if channel.rests() {
        return Ok(());
    }
    for notification in store.notifications(channel.name(), now(), BATCH).await? {
        let sent = channel.send(&notification).await;
        let (outcome, settlement) = settlement(&sent, notification.attempts, now());
        if let Some(why) = sent.failure() {
            warn!(
                channel = channel.name(),
                notification = notification.id,
                attempts = notification.attempts + 1,
                outcome = outcome.as_str(),
                why,
                "notification failed"
            );
        }
        store.settle(notification.id, settlement).await?;
        tell(Delivery {
            channel: channel.name().to_string(),
            outcome,
        });
        if channel.rests() {
            break;
        }
    }
    Ok(())
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
