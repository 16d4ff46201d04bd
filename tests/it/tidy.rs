//! House rules, as tests: who may do I/O, who may import whom, how long a function may be, and
//! that nothing is said twice. The rules work on text (`tidy/reader.rs`), so that `tidy/planted.rs`
//! can show each of them failing.

mod copies;
mod graph;
mod map;
mod planted;
mod reader;
mod rooms;
mod screen;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use reader::Source;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
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

/// Every file under `src`.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let src = root().join("src");
    let name = |path: &Path| {
        let parts = path.strip_prefix(&src).unwrap().iter();
        let parts: Vec<&str> = parts.map(|part| part.to_str().unwrap()).collect();
        parts.join("/")
    };
    files_under(&src, "rs")
        .iter()
        .map(|path| Source::read(&name(path), &fs::read_to_string(path).unwrap()))
        .collect()
});

#[track_caller]
fn assert_nothing(told: &[String]) {
    assert!(told.is_empty(), "\n{}\n", told.join("\n"));
}

#[test]
fn lib_rs_and_the_readme_list_the_rooms_as_data_flows() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert_nothing(&map::differences(&lib, &readme));
}

#[test]
fn pure_rooms_do_no_io() {
    assert_nothing(&rooms::io_in_pure_rooms(&SOURCES));
}

#[test]
fn rooms_import_only_what_stands_before_them() {
    assert_nothing(&rooms::upward_imports(&SOURCES));
}

#[test]
fn no_files_need_each_other_in_a_circle() {
    let circles = graph::circles(&SOURCES).into_iter();
    let told: Vec<String> = circles
        .map(|circle| format!("a circle:\n    {}", circle.way.join("\n    ")))
        .collect();
    assert_nothing(&told);
}

#[test]
fn nothing_is_said_twice() {
    assert_nothing(&copies::copies(&SOURCES));
}

#[test]
fn no_function_outgrows_a_screen() {
    assert_nothing(&screen::too_long(&SOURCES));
}

#[test]
fn tests_stand_where_they_are_run() {
    assert_nothing(&rooms::tests_among_the_code(&SOURCES));
}

#[test]
fn only_the_store_knows_sql_and_only_the_cli_prints() {
    for source in SOURCES.iter() {
        for (index, code) in source.lines.iter().enumerate() {
            let place = source.at(index + 1);
            assert!(
                source.room() == Some("store") || !code.contains("rusqlite"),
                "{place}: SQL outside the store"
            );
            assert!(
                !code.contains("println!"),
                "{place}: write through cli::out instead"
            );
        }
    }
}

#[test]
fn every_detector_is_registered_under_the_name_of_its_file() {
    let files = SOURCES
        .iter()
        .filter(|source| source.room() == Some("score"))
        .filter(|source| {
            source
                .lines
                .iter()
                .any(|line| line.contains("impl Detector for"))
        })
        .filter_map(|source| source.module.last())
        .map(|name| name.replace('_', "-"))
        .collect::<BTreeSet<String>>();
    let registered = benggala::score::rules()
        .map(|about| about.rule.to_string())
        .collect::<BTreeSet<String>>();
    assert_eq!(files, registered);
}

#[test]
fn the_readme_lists_every_rule_in_its_own_words() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for about in benggala::inspect::legend() {
        let row = format!("| `{}` | {} |", about.rule, about.summary);
        assert!(readme.contains(&row), "README.md lacks this row:\n{row}");
    }
}
