//! Outbox in, webhooks out. The store writes a notification in the transaction that stores the
//! flagged article; here it is delivered at least once, under an idempotency key.

pub mod pace;
mod webhook;

use std::time::Duration;

use futures_util::future::join_all;
use tracing::warn;

use crate::{
    model::Timestamp,
    store::{Notification, Store, StoreError},
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
    /// It is not: out of attempts, or the channel is configured no more.
    GivenUp,
}

impl DeliveryOutcome {
    /// The metric label.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryOutcome::Ok => "ok",
            DeliveryOutcome::Failed => "failed",
            DeliveryOutcome::GivenUp => "given_up",
        }
    }
}

/// What an attempt means for the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Settlement {
    outcome: DeliveryOutcome,
    retry_in: Option<Duration>,
}

/// Delivers what is due, one [`BATCH`] at most, all channels side by side, and tells how each
/// attempt ended. Dropping the future loses nothing: what was not settled is sent again, under the
/// same key.
///
/// # Errors
/// If the outbox cannot be read or written.
pub async fn deliver_due(
    store: &dyn Store,
    channels: &[Webhook],
    now: Timestamp,
) -> Result<Vec<Delivery>, StoreError> {
    let notifications = store.notifications(now, BATCH).await?;
    let mut deliveries = Vec::new();
    for notification in &notifications {
        if channels
            .iter()
            .all(|channel| channel.name() != notification.channel)
        {
            warn!(
                channel = notification.channel,
                notification = notification.id,
                "no such channel any more"
            );
            store.settle(notification.id, None).await?;
            deliveries.push(delivery(&notification.channel, DeliveryOutcome::GivenUp));
        }
    }
    let runs = channels
        .iter()
        .map(|channel| deliver_to(store, channel, &notifications, now));
    for run in join_all(runs).await {
        deliveries.extend(run?);
    }
    Ok(deliveries)
}

/// Delivers the notifications of one channel in their order. When one fails, the others wait with
/// it: a receiver that is down is not hammered.
async fn deliver_to(
    store: &dyn Store,
    channel: &Webhook,
    notifications: &[Notification],
    now: Timestamp,
) -> Result<Vec<Delivery>, StoreError> {
    let mut deliveries = Vec::new();
    let mut wait = None;
    for notification in notifications
        .iter()
        .filter(|notification| notification.channel == channel.name())
    {
        if let Some(wait) = wait {
            store.settle(notification.id, Some(now + wait)).await?;
            continue;
        }
        let sent = channel.send(notification).await;
        if let Sent::Failed { why, .. } = &sent {
            let (name, attempts) = (channel.name(), notification.attempts + 1);
            warn!(
                channel = name,
                notification = notification.id,
                attempts,
                why,
                "notification failed"
            );
        }
        let Settlement { outcome, retry_in } = settlement(&sent, notification.attempts);
        store
            .settle(notification.id, retry_in.map(|wait| now + wait))
            .await?;
        deliveries.push(delivery(channel.name(), outcome));
        wait = retry_in;
    }
    Ok(deliveries)
}

fn settlement(sent: &Sent, attempts: u32) -> Settlement {
    match sent {
        Sent::Accepted => Settlement {
            outcome: DeliveryOutcome::Ok,
            retry_in: None,
        },
        Sent::Failed { .. } if pace::is_hopeless(attempts) => Settlement {
            outcome: DeliveryOutcome::GivenUp,
            retry_in: None,
        },
        Sent::Failed { retry_after, .. } => Settlement {
            outcome: DeliveryOutcome::Failed,
            retry_in: Some(pace::backoff(attempts, *retry_after)),
        },
    }
}

fn delivery(channel: &str, outcome: DeliveryOutcome) -> Delivery {
    Delivery {
        channel: channel.to_string(),
        outcome,
    }
}
