//! House rules, as tests: who may do I/O, who may import whom, and what the project may not say.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Rooms by level; a room imports only rooms of the levels before its own, never its neighbours.
const LEVELS: &[&[&str]] = &[
    &["model"],
    &["learn"],
    &[
        "canonical",
        "text",
        "robots",
        "lang",
        "evaluate",
        "style",
        "site",
    ],
    &[
        "config", "copies", "discover", "frontier", "extract", "score", "standing", "report",
    ],
    &["inspect"],
    &["fetch", "store", "notify", "metrics"],
    &["web"],
    &["daemon"],
    &["demo"],
    &["cli"],
];

/// Neighbours that may be imported all the same, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    // Sentences and packs are cut and read with the words of `text`.
    ("lang", "text"),
    // The outbox is read from the store.
    ("notify", "store"),
];

/// The last level of rooms that do no I/O.
const PURE_LEVELS: usize = 5;

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
    "rand::rng",
    "rand::random",
];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_under(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_under(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(src()).unwrap();
    let first = inside.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_string()
}

fn level_of(room: &str) -> Option<usize> {
    LEVELS.iter().position(|rooms| rooms.contains(&room))
}

/// Every line of code under `src`, without comments, with where it stands.
fn code() -> Vec<(PathBuf, usize, String)> {
    let mut lines = Vec::new();
    for path in files_under(&src(), "rs") {
        for (index, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap().to_string();
            lines.push((path.clone(), index + 1, code));
        }
    }
    lines
}

#[test]
fn every_room_has_a_level_and_stands_in_lib_rs() {
    let map = fs::read_to_string(src().join("lib.rs")).unwrap();
    let listed: BTreeSet<&str> = map
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.split(';').next())
        .collect();
    let levelled: BTreeSet<&str> = LEVELS
        .iter()
        .flat_map(|rooms| rooms.iter().copied())
        .collect();
    assert_eq!(listed, levelled);
}

#[test]
fn pure_rooms_do_no_io() {
    for (path, line, code) in code() {
        let Some(level) = level_of(&room_of(&path)) else {
            continue;
        };
        if level >= PURE_LEVELS {
            continue;
        }
        for name in IMPURE {
            assert!(
                !code.contains(name),
                "\n{}:{line}: `{name}` in a pure room; pass the value in as an argument\n",
                path.display(),
            );
        }
    }
}

#[test]
fn rooms_import_only_what_stands_before_them() {
    for (path, line, code) in code() {
        let room = room_of(&path);
        let Some(level) = level_of(&room) else {
            continue;
        };
        for (other_level, rooms) in LEVELS.iter().enumerate().skip(level) {
            for other in rooms.iter().filter(|other| **other != room) {
                let allowed = EXCEPTIONS.contains(&(room.as_str(), other));
                let imported = code.contains(&format!("crate::{other}::"))
                    || code.trim_start().starts_with(&format!("{other}::"))
                        && code.trim_end().ends_with(',');
                assert!(
                    allowed || !imported || (other_level == level && *other == room),
                    "\n{}:{line}: `{room}` imports `{other}`, which stands beside or after it\n",
                    path.display(),
                );
            }
        }
    }
}

#[test]
fn only_the_store_knows_sql_and_only_the_cli_prints() {
    for (path, line, code) in code() {
        let room = room_of(&path);
        let place = format!("{}:{line}", path.display());
        assert!(
            room == "store" || !code.contains("rusqlite"),
            "{place}: SQL outside the store"
        );
        assert!(
            !code.contains("println!"),
            "{place}: write through cli::out instead"
        );
    }
}

#[test]
fn every_file_beside_score_mod_is_a_registered_detector_or_known_part() {
    const PARTS: &[&str] = &["mod.rs", "policy.rs", "draft.rs", "evidence.rs", "share.rs"];
    let files = fs::read_dir(src().join("score"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".rs") && !PARTS.contains(&name.as_str()))
        .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
        .collect::<BTreeSet<String>>();
    let registered = benggala::score::rules()
        .map(|about| about.rule.to_string())
        .collect::<BTreeSet<String>>();
    assert_eq!(
        files, registered,
        "a detector's file is named after its rule"
    );
}

#[test]
fn no_function_outgrows_a_screen() {
    const LINES_MAX: usize = 75;
    for path in files_under(&src(), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let head = line.trim_start();
            let is_fn = [
                "fn ",
                "pub fn ",
                "pub(super) fn ",
                "pub(crate) fn ",
                "async fn ",
                "pub async fn ",
            ]
            .iter()
            .any(|prefix| head.starts_with(prefix));
            if !is_fn || head.ends_with(';') {
                continue;
            }
            let close = format!("{}}}", " ".repeat(indent));
            let length = lines[start..]
                .iter()
                .position(|line| *line == close)
                .unwrap_or(0);
            assert!(
                length <= LINES_MAX,
                "\n{}:{}: {length} lines; cut it at its joints\n",
                path.display(),
                start + 1,
            );
        }
    }
}

#[test]
fn the_readme_lists_every_rule_in_its_own_words() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for about in benggala::score::rules() {
        let row = format!("| `{}` | {} |", about.rule, about.summary);
        assert!(readme.contains(&row), "README.md lacks this row:\n{row}");
    }
}
