//! benggala watches news sites and points at the very words that give unedited machine
//! translation and boilerplate away.
//!
//! The modules below stand in data-flow order: this list is the map. Rooms marked *pure* take
//! the clock and randomness as arguments, do no I/O and never fail on bad input; the others are
//! the shell around them. `tests/it/tidy.rs` holds both this order and that promise.

pub mod model; //     pure  the nouns
pub mod canonical; // pure  one URL for one page, and what its spelling tells
pub mod charset; //   pure  bytes -> text
pub mod text; //      pure  paragraphs, sentences, words with spans, cut once
pub mod dates; //     pure  a text -> the day or moment it names
pub mod robots; //    pure  what a robots.txt allows: RFC 9309, one normal form of paths
pub mod learn; //     pure  models from examples: boosted trees, linear classifiers
pub mod lang; //      pure  identification and language packs
pub mod style; //     pure  how much a text reads like machine translation
pub mod site; //      pure  what the stream has learned of one site's template
pub mod usage; //     pure  what the stream has shown of a language: wordings of several hosts
pub mod lines; //     pure  what lines look like, and which are the page's
pub mod measure; //   pure  how near a result comes to what people wrote down
pub mod config; //    pure  TOML text -> Config, every problem at once
pub mod discover; //  pure  a feed, sitemap or front page -> links
pub mod frontier; //  pure  what comes next and when: rhythm of a source, backoff, pauses
pub mod extract; //   pure  a page -> an article
pub mod score; //     pure  an article -> an assessment
pub mod copies; //    pure  which articles are copies of each other
pub mod standing; //  pure  a source's articles -> its share of translation, its turns
pub mod opinion; //   pure  what a language model is asked about a text, and what is believed
pub mod report; //    pure  conclusions -> terminal text, JSON, HTML, Atom, tables, WARC
pub mod inspect; //   pure  extract and score, joined
pub mod evaluate; //  pure  what is built in, measured on labelled sets
pub mod fetch; //           the only room that opens sockets to sources
pub mod store; //           the only room that knows SQL
pub mod metrics; //         every metric's name
pub mod notify; //          outbox -> webhooks
pub mod consult; //         asks a language model for second opinions
pub mod render; //          a page that needs its scripts -> what they make of it, by a browser
pub mod trace; //           one trace an article, over OTLP
pub mod web; //             review page, API, metrics, health
pub mod daemon; //          the spine: one loop, one LoopEvent enum
pub mod demo; //            a newsroom of our own
pub mod cli; //             one file a subcommand
