//! What is on the way of a fetch that nobody has leased: hosts that redirects lead to, and the IP
//! addresses that hosts share.
//!
//! A crash forgets the pace that the gate keeps. Of a leased host the store knows that it was being
//! asked; of any other it must be told before it is.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use url::Url;

use super::gate::{Closed, HOLD_WAIT_MAX, authority};
use crate::model::Pace;

/// What a caller answers who was told of a host and the gap that it asks for: how long it must be left
/// alone still, or nothing, and then it is written down that it was asked now.
pub type HostNotes =
    dyn Fn(Url, Duration) -> BoxFuture<'static, Result<Option<Duration>, String>> + Send + Sync;

/// What a caller answers who was told of an IP address and its pace: how long its next turn must be
/// waited for. It is taken unless it is further off than the last argument.
pub type AddressTurns =
    dyn Fn(IpAddr, Pace, Duration) -> BoxFuture<'static, Result<Duration, String>> + Send + Sync;

/// Who is told before a host is asked that is not the caller's own, and before any address is.
#[derive(Clone, Default)]
pub struct Way {
    home: String,
    notes: Option<Arc<HostNotes>>,
    turns: Option<Arc<AddressTurns>>,
}

impl Way {
    /// For a fetch of `home`, whose host is leased: `notes` is told of all others, and `turns` of every
    /// address.
    pub fn from(home: &Url, notes: Arc<HostNotes>, turns: Arc<AddressTurns>) -> Way {
        Way {
            home: authority(home),
            notes: Some(notes),
            turns: Some(turns),
        }
    }

    /// Waits for the next turn at this address, which others ask too who keep no pace with us. True if
    /// that took its time.
    pub(super) async fn take_turn(&self, address: IpAddr, pace: Pace) -> Result<bool, Closed> {
        let Some(turns) = self.turns.as_ref() else {
            return Ok(false);
        };
        let turn = turns(address, pace, HOLD_WAIT_MAX).await;
        // Without a turn nobody is asked.
        let wait = turn.map_err(|_| Closed::Gone)?;
        if wait > HOLD_WAIT_MAX {
            return Err(Closed::Held(wait));
        }
        tokio::time::sleep(wait).await;
        Ok(!wait.is_zero())
    }

    /// Writes down that the host of `url` is asked now, after what it must be left alone still. True if
    /// that took its time: the turn that the gate gave is no measure any more.
    pub(super) async fn note(&self, url: &Url, delay: Duration) -> Result<bool, Closed> {
        let Some(notes) = self.notes.as_ref().filter(|_| authority(url) != self.home) else {
            return Ok(false);
        };
        let mut waited = Duration::ZERO;
        loop {
            match notes(url.clone(), delay).await {
                Ok(None) => return Ok(!waited.is_zero()),
                Ok(Some(wait)) if waited + wait <= HOLD_WAIT_MAX => {
                    waited += wait;
                    tokio::time::sleep(wait).await;
                }
                Ok(Some(wait)) => return Err(Closed::Held(wait)),
                // Without a note nobody is asked.
                Err(_) => return Err(Closed::Gone),
            }
        }
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Way")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}
