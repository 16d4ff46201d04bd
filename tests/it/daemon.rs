//! The daemon as a whole, over real sockets and a real store.

mod crawl;
mod log;
mod outcomes;
mod pages;
mod process;
mod secrets;
mod signals;
pub(crate) mod site;
mod watch;
mod webhooks;
