//! The daemon as a whole, over real sockets and a real store.

mod backfill;
mod clock;
mod couriers;
mod crawl;
mod failing;
mod faults;
mod hangs;
mod intake;
mod kills;
mod log;
mod migrations;
mod outcomes;
mod pages;
mod port;
mod process;
mod recovery;
mod readiness;
mod reviews;
mod room;
mod second_opinion;
mod secrets;
mod signals;
mod socket;
pub(crate) mod site;
mod systemd;
#[cfg(feature = "otlp")]
mod traces;
pub(crate) mod watch;
mod webhooks;
mod workers;
