//! The review page, the API, metrics and health, asked the way clients ask.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod browser;
mod chromium;
mod door;
mod guard;
mod newsroom;
mod pages;
mod proxied;
mod service;
mod site;

pub(crate) use browser::missing;
