//! One test binary; its modules mirror `src/`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails may panic"
)]

mod canonical;
mod charset;
mod cli;
mod config;
mod consult;
mod copies;
mod cpu;
mod daemon;
mod dates;
mod demo;
mod discover;
mod extract;
mod fetch;
mod frontier;
mod inspect;
mod lang;
mod measure;
mod metrics;
mod alerting;
mod notify;
mod opinion;
mod report;
mod robots;
mod score;
mod site;
mod standing;
mod store;
mod style;
mod text;
mod tidy;
mod trees;
mod usage;
mod web;
