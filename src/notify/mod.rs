//! Outbox in, webhooks out. The store writes a notification in the transaction that stores the
//! flagged article; here it is delivered at least once, under an idempotency key.

pub mod pace;
mod webhook;

use std::time::Duration;

use futures_util::future::join_all;
use tracing::warn;

use crate::{
    model::Timestamp,
    store::{Parcel, Store, StoreError},
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
    pub outcome: Outcome,
}

/// How an attempt ended: the `outcome` label of `benggala_notifications_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Ok,
    /// It is tried again.
    Failed,
    /// It is not: out of attempts, or the channel is configured no more.
    GivenUp,
}

impl Outcome {
    /// The metric label.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Failed => "failed",
            Outcome::GivenUp => "given_up",
        }
    }
}

/// What an attempt means for the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Settlement {
    outcome: Outcome,
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
    let parcels = store.parcels(now, BATCH).await?;
    let mut deliveries = Vec::new();
    for parcel in &parcels {
        if channels
            .iter()
            .all(|channel| channel.name() != parcel.channel)
        {
            warn!(
                channel = parcel.channel,
                parcel = parcel.id,
                "no such channel any more"
            );
            store.settle(parcel.id, None).await?;
            deliveries.push(delivery(&parcel.channel, Outcome::GivenUp));
        }
    }
    let runs = channels
        .iter()
        .map(|channel| deliver_to(store, channel, &parcels, now));
    for run in join_all(runs).await {
        deliveries.extend(run?);
    }
    Ok(deliveries)
}

/// Delivers the parcels of one channel in their order. When one fails, the others wait with it: a
/// receiver that is down is not hammered.
async fn deliver_to(
    store: &dyn Store,
    channel: &Webhook,
    parcels: &[Parcel],
    now: Timestamp,
) -> Result<Vec<Delivery>, StoreError> {
    let mut deliveries = Vec::new();
    let mut wait = None;
    for parcel in parcels
        .iter()
        .filter(|parcel| parcel.channel == channel.name())
    {
        if let Some(wait) = wait {
            store.settle(parcel.id, Some(now + wait)).await?;
            continue;
        }
        let sent = channel.send(parcel).await;
        if let Sent::Failed { why, .. } = &sent {
            let (name, attempts) = (channel.name(), parcel.attempts + 1);
            warn!(
                channel = name,
                parcel = parcel.id,
                attempts,
                why,
                "notification failed"
            );
        }
        let Settlement { outcome, retry_in } = settlement(&sent, parcel.attempts);
        store
            .settle(parcel.id, retry_in.map(|wait| now + wait))
            .await?;
        deliveries.push(delivery(channel.name(), outcome));
        wait = retry_in;
    }
    Ok(deliveries)
}

fn settlement(sent: &Sent, attempts: u32) -> Settlement {
    match sent {
        Sent::Accepted => Settlement {
            outcome: Outcome::Ok,
            retry_in: None,
        },
        Sent::Failed { .. } if pace::is_hopeless(attempts) => Settlement {
            outcome: Outcome::GivenUp,
            retry_in: None,
        },
        Sent::Failed { retry_after, .. } => Settlement {
            outcome: Outcome::Failed,
            retry_in: Some(pace::backoff(attempts, *retry_after)),
        },
    }
}

fn delivery(channel: &str, outcome: Outcome) -> Delivery {
    Delivery {
        channel: channel.to_string(),
        outcome,
    }
}
