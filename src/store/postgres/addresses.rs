//! The turns of IP addresses that many hosts share, by the clock of the server.

use std::{net::IpAddr, time::Duration};

use super::{failure::Result, session::Db, value::params};
use crate::{
    model::{Pace, Timestamp},
    store::times::millis,
};

/// The clock as it is when it is asked for: a row that somebody else has may be waited for meanwhile.
pub(super) const NOW: &str = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// See [`crate::store::Store::take_turn`]. The row says until when turns are taken: each moves it on by a
/// gap, and a burst is how many gaps that may lie ahead.
pub(super) async fn take_turn(
    db: &Db,
    address: IpAddr,
    pace: Pace,
    patience: Duration,
) -> Result<Duration> {
    let (gap, ahead) = (millis(pace.gap), millis(pace.ahead()));
    let sql = format!(
        "INSERT INTO addresses AS known (address, next_at) VALUES ($1, {NOW} + $2)
         ON CONFLICT (address) DO UPDATE SET next_at = greatest(known.next_at, {NOW}) + $2
          WHERE known.next_at - $3 <= {NOW} + $4
         RETURNING next_at - $2 - $3 - {NOW}"
    );
    let address = address.to_string();
    let values = params![&address, gap, ahead, millis(patience)];
    let wait: Option<i64> = db.maybe(&sql, &values).await?;
    let wait = match wait {
        Some(wait) => wait,
        None => {
            let sql = format!("SELECT next_at - $2 - {NOW} FROM addresses WHERE address = $1");
            // Gone since: nobody has asked there for long.
            let wait: Option<i64> = db.maybe(&sql, &params![&address, ahead]).await?;
            wait.unwrap_or_default().max(millis(patience) + 1)
        }
    };
    Ok(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
}

/// Forgets the addresses whose turns were over before `before`.
pub(super) async fn prune(db: &Db, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM addresses WHERE next_at < $1";
    db.execute(sql, &params![before]).await
}
