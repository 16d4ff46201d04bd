//! What a room may do, by its level.

use super::{graph::Graph, reader::Source};

/// Rooms by level, in the order in which data flows. A room imports rooms of earlier levels only.
pub(super) const LEVELS: &[&[&str]] = &[
    &["model"],
    &["canonical", "charset", "text", "dates", "robots", "learn"],
    &["lang", "style", "site", "usage", "lines", "measure"],
    &[
        "config", "discover", "frontier", "extract", "score", "copies", "standing", "opinion",
        "report",
    ],
    &["inspect"],
    &["evaluate"],
    &["fetch", "store", "metrics"],
    &["notify", "consult", "render", "trace"],
    &["web"],
    &["daemon"],
    &["demo"],
    &["cli"],
];

/// So many levels do no I/O.
const PURE_LEVELS: usize = 6;

/// What only a room with I/O says, as it stands in a line or in a path that ends in `::`.
const IMPURE: &[&str] = &[
    "tokio",
    "reqwest",
    "rusqlite",
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::env",
    "std::process",
    "std::thread",
    "Instant",
    "SystemTime",
    "Utc::now",
    "println!",
    "static mut",
    "rand::rng::",
    "rand::random",
];

fn level_of(room: &str) -> Option<usize> {
    LEVELS.iter().position(|rooms| rooms.contains(&room))
}

/// Rooms that are pure, all of them.
pub(super) fn is_pure(room: &str) -> bool {
    level_of(room).is_some_and(|level| level < PURE_LEVELS)
}

/// Imports of a room that stands beside or after the importer's.
pub(super) fn upward_imports(sources: &[Source]) -> Vec<String> {
    let graph = Graph::new(sources);
    let mut told = Vec::new();
    for source in sources {
        let Some((room, level)) = source.room().and_then(|room| Some((room, level_of(room)?)))
        else {
            continue;
        };
        for named in &source.paths {
            let Some(other) = graph.room_named(source, &named.path) else {
                continue;
            };
            if other != room && level_of(other).is_some_and(|of_other| of_other >= level) {
                told.push(format!(
                    "{}: `{room}` imports `{other}`, which stands beside or after it",
                    source.at(named.line)
                ));
            }
        }
    }
    told
}

/// I/O, clocks and chance in a pure room.
pub(super) fn io_in_pure_rooms(sources: &[Source]) -> Vec<String> {
    let mut told = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.room().is_some_and(is_pure))
    {
        let lines = source.lines.iter().enumerate();
        let lines = lines.map(|(index, line)| (index + 1, line.clone()));
        let paths = source.paths.iter();
        let paths = paths.map(|named| (named.line, named.path.join("::") + "::"));
        for (line, code) in lines.chain(paths) {
            for name in IMPURE.iter().filter(|name| code.contains(**name)) {
                told.push(format!(
                    "{}: `{name}` in a pure room; pass the value in as an argument",
                    source.at(line)
                ));
            }
        }
    }
    told
}

/// What marks a test, or code for tests alone.
const TESTS: [&str; 3] = ["cfg(test)", "#[test]", "tokio::test"];

/// Tests beside the code: with `test = false` in `Cargo.toml` nobody would run them.
pub(super) fn tests_among_the_code(sources: &[Source]) -> Vec<String> {
    let mut told = Vec::new();
    for source in sources {
        for (index, code) in source.lines.iter().enumerate() {
            if TESTS.iter().any(|mark| code.contains(mark)) {
                let place = source.at(index + 1);
                told.push(format!(
                    "{place}: a test that nobody runs; they are in tests/it"
                ));
            }
        }
    }
    told
}
