//! benggala watches news sites and points at the very words that give unedited machine
//! translation and boilerplate away.
//!
//! The modules below stand in data-flow order: this list is the map. Rooms marked *pure* take
//! the clock and randomness as arguments, do no I/O and never fail on bad input; the others are
//! the shell around them. `tests/it/tidy.rs` holds both this order and that promise.

pub mod canonical; //  pure   one URL for one page
pub mod cli;
pub mod config; //     pure   TOML text -> Config, every problem at once
pub mod copies; //     pure   which articles are copies of each other
pub mod daemon; //     the spine: one loop, readable top to bottom
pub mod demo; //       a newsroom of our own on loopback
pub mod discover; //   pure   a fetched page -> links
pub mod evaluate; //   pure   how good an extracted body is
pub mod extract; //    pure   a fetched page -> Article
pub mod fetch; //      the only room that opens sockets to sources
pub mod frontier; //   pure   what comes next and when
pub mod inspect; //    pure   extract and score, joined
pub mod lang; //       pure   language identification and language packs
pub mod learn; //      pure   models from examples: boosted trees, linear classifiers
pub mod metrics; //    every metric's name
pub mod model; //      pure   the nouns that travel between rooms
pub mod notify; //     outbox -> webhooks
pub mod report; //     pure   conclusions -> text, JSON, HTML
pub mod robots; //     pure   what a robots.txt allows
pub mod score; //      pure   an Article -> Assessment
pub mod site; //       pure   what the stream has learned of one site
pub mod standing; //   pure   articles of a source -> how it does, and when it turned
pub mod store; //      the only room that knows SQL
pub mod style; //      pure   how much a text reads like raw machine translation
pub mod text; //       pure   paragraphs, sentences, words with spans, cut once
pub mod web; //        review page, API, metrics, health //        one file a subcommand
