//! How full the store is, and what follows: what is old goes, it is said, and at last nothing is fetched.

use std::time::Duration;

use chrono::TimeDelta;

use crate::{
    config::StoreConfig,
    metrics::Metrics,
    model::{Timestamp, Unready},
    store::{Counts, Keep, PerKind, Stored},
};

use super::health::Health;

/// From this share on the oldest goes, where there is a limit …
const SHRINK_FROM: f64 = 0.9;
/// … until this much is left.
const SHRINK_TO: f64 = 0.85;
/// From this share on it is said: what may go has gone.
const NEARLY: f64 = 0.92;

/// Bytes free on the disk below which it is said, and below which nothing is fetched: the log alone may
/// take 64 MiB.
const DISK_NEARLY: u64 = 1 << 30;
const DISK_FULL: u64 = 128 << 20;

/// Articles younger than this never go for room: they may still be listed.
const SPARED: TimeDelta = TimeDelta::days(60);

const MONTH: TimeDelta = TimeDelta::days(31);

/// How full a store is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// The share of what it may take that is in use; of what the disk has where there is no limit.
    pub share: f64,
    /// It should be said.
    pub is_nearly_full: bool,
    /// Nothing more is to be fetched.
    pub is_full: bool,
}

impl Room {
    /// What the counts say under a limit in bytes.
    pub fn of(counts: &Counts, limit: Option<u64>) -> Room {
        let used = in_use(counts);
        let by_limit = limit.map_or(0.0, |limit| used as f64 / limit as f64);
        // Zero is what is told where nobody knows; a disk that is really full fails the next write.
        let free = Some(counts.free_bytes).filter(|free| *free > 0);
        let by_disk = free.map_or(0.0, |free| used as f64 / (used + free) as f64);
        let disk_below = |bytes: u64| free.is_some_and(|free| free < bytes);
        Room {
            share: by_limit.max(by_disk),
            is_nearly_full: by_limit >= NEARLY || disk_below(DISK_NEARLY),
            is_full: by_limit >= 1.0 || disk_below(DISK_FULL),
        }
    }
}

/// Bytes of the store that something needs.
fn in_use(counts: &Counts) -> u64 {
    let spare = counts.sizes.of(Stored::Free) + counts.sizes.of(Stored::Log);
    counts.size_bytes.saturating_sub(spare)
}

/// Down to how many bytes the store is to shrink now, and from when on articles are spared.
pub(super) fn to_shrink(
    counts: &Counts,
    limit: Option<u64>,
    now: Timestamp,
) -> Option<(u64, Timestamp)> {
    let limit = limit?;
    let is_due = in_use(counts) as f64 >= SHRINK_FROM * limit as f64;
    is_due.then(|| ((SHRINK_TO * limit as f64) as u64, now - SPARED))
}

/// What is from before then need not be kept; `None` if everything must.
pub(super) fn too_old(now: Timestamp, keep: Duration) -> Option<Timestamp> {
    let keep = TimeDelta::from_std(keep).unwrap_or(TimeDelta::MAX);
    now.checked_sub_signed(keep)
}

/// How much longer pages may be kept where they go by the month: a third of their time, and no longer
/// than a month has.
pub(super) fn leeway(keep: Duration) -> TimeDelta {
    TimeDelta::from_std(keep / 3).map_or(MONTH, |third| third.min(MONTH))
}

/// How long what is kept, by the configuration.
pub(super) fn keep(config: &StoreConfig, now: Timestamp) -> Keep {
    Keep {
        articles: too_old(now, config.keep_articles),
        versions: too_old(now, config.keep_versions),
        urls: too_old(now, config.keep_urls),
    }
}

/// Says how full it is, wherever somebody looks.
pub(super) fn tell(metrics: &Metrics, health: &Health, counts: &Counts, limit: Option<u64>) {
    for kind in Stored::ALL {
        metrics
            .store_size_bytes
            .with_label_values(&[kind.as_str()])
            .set(counts.sizes.of(kind) as i64);
    }
    let room = Room::of(counts, limit);
    metrics.store_full_ratio.set(room.share);
    let percent = (room.share * 100.0).round();
    let warning = room.is_nearly_full.then(|| {
        format!(
            "The store is nearly full ({percent} % of what it may take; {} MiB are free on its disk).",
            counts.free_bytes >> 20
        )
    });
    if health.warn(warning) && room.is_nearly_full {
        tracing::warn!(
            percent,
            free_bytes = counts.free_bytes,
            "the store is nearly full"
        );
    }
    if health.set(Unready::Full, room.is_full) {
        match room.is_full {
            true => tracing::error!(
                percent,
                "the store is full: nothing is fetched before there is room"
            ),
            false => tracing::info!(percent, "the store has room again"),
        }
    }
}

/// Counts what went.
pub(super) fn count(metrics: &Metrics, dropped: &PerKind) {
    for kind in Stored::ALL {
        let rows = dropped.of(kind);
        if rows > 0 {
            metrics
                .store_dropped_total
                .with_label_values(&[kind.as_str()])
                .inc_by(rows);
        }
    }
}
