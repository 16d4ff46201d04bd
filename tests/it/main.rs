//! One test binary; its modules mirror `src/`.

mod canonical;
mod check;
mod config;
mod daemon;
mod demo;
mod discover;
mod extract;
mod fetch;
mod frontier;
mod lang;
mod metrics;
mod notify;
mod report;
mod score;
mod store;
mod text;
mod tidy;
mod web;
