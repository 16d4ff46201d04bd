//! Conclusions in, text out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod archive;
mod changes;
mod explain;
mod given;
mod json;
mod lessons;
mod pages;
mod rows;
mod terminal;
mod text;
mod tongue;
