//! Each rule failing on what it forbids.

use super::{
    copies, graph, map,
    reader::{By, Source},
    rooms, screen,
};

fn read(files: &[(&str, &str)]) -> Vec<Source> {
    files
        .iter()
        .map(|(file, text)| Source::read(file, text))
        .collect()
}

/// Every path that `text` names, as the file `extract/body.rs`.
fn paths(text: &str) -> Vec<String> {
    let source = Source::read("extract/body.rs", text);
    source
        .paths
        .iter()
        .map(|named| named.path.join("::"))
        .collect()
}

#[test]
fn imports_are_read_from_groups_over_lines() {
    let text = "pub(super) use crate::{\n    a::{b, c as d},\n    e,\n};\nuse super::{self, f::*};\n\
                use ::std::fs;";
    assert_eq!(
        paths(text),
        [
            "crate::a::b",
            "crate::a::c",
            "crate::e",
            "super",
            "super::f::*",
            "std::fs"
        ]
    );
    let source = Source::read("x.rs", text);
    assert_eq!(source.paths[1].by, By::Reexport("d".to_string()));
    assert_eq!(source.paths[3].by, By::Import("super".to_string()));
    assert_eq!(source.paths[1].line, 2);
}

#[test]
fn paths_are_read_from_code_but_not_from_comments_and_literals() {
    let text = r##"
        // crate::a::b
        /* crate::a /* ::b */ crate::c */
        pub(in crate::extract) fn f<'a>(x: &'a super::Thing) -> Box<dyn self::Own + 'a> {
            let s = ("crate::a", r#"" crate::b"#, '"', b'\'', "\" crate::c");
            crate::d::e::<u8>(x, '/', '/')
        }
    "##;
    assert_eq!(paths(text), ["super::Thing", "self::Own", "crate::d::e"]);
}

#[test]
fn a_circle_between_files_of_one_room_is_found() {
    let circle = graph::circles(&read(&[
        ("extract/mod.rs", "mod names;\nmod titles;\nmod words;"),
        (
            "extract/names.rs",
            "use super::{\n    words::{\n        Word,\n    },\n};\n",
        ),
        (
            "extract/titles.rs",
            "fn f() { super::super::extract::names::of(1) }",
        ),
        (
            "extract/words.rs",
            "use crate::extract::titles;\nfn g() { titles::f() }",
        ),
    ]));
    assert_eq!(circle.len(), 1);
    assert_eq!(
        circle[0].way,
        [
            "src/extract/names.rs:3 needs src/extract/words.rs",
            "src/extract/words.rs:2 needs src/extract/titles.rs",
            "src/extract/titles.rs:1 needs src/extract/names.rs",
        ]
    );
}

#[test]
fn a_room_that_uses_its_files_and_is_used_by_them_is_a_circle() {
    let file = (
        "extract/names.rs",
        "use super::Name;\npub fn of() -> Name {}",
    );
    let knot = graph::circles(&read(&[
        (
            "extract/mod.rs",
            "mod names;\npub struct Name;\nfn f() { names::of() }",
        ),
        file,
    ]));
    assert_eq!(knot[0].files, ["extract/mod.rs", "extract/names.rs"]);
    let said_again = graph::circles(&read(&[
        (
            "extract/mod.rs",
            "mod names;\npub use names::of;\npub struct Name;\nfn f() { of() }",
        ),
        file,
    ]));
    assert_eq!(said_again[0].files, ["extract/mod.rs", "extract/names.rs"]);
}

#[test]
fn names_that_are_passed_on_close_no_circle() {
    let circles = graph::circles(&read(&[
        (
            "extract/mod.rs",
            "mod kinds;\nmod names;\npub use self::{kinds::Kind, names::of};",
        ),
        ("extract/kinds.rs", "pub enum Kind {}"),
        (
            "extract/names.rs",
            "use super::Kind;\npub fn of(_: Kind) {}",
        ),
    ]));
    assert!(circles.is_empty(), "{circles:?}");
}

#[test]
fn an_upward_import_is_found_in_a_group_and_in_code() {
    let told = rooms::upward_imports(&read(&[
        ("model/mod.rs", "pub struct Page;"),
        ("text.rs", "fn f() {\n    crate::lang::identify()\n}"),
        (
            "lang/mod.rs",
            "use crate::{\n    model::Page,\n    text::{Text, Words},\n};",
        ),
        (
            "score/mod.rs",
            "use crate::{\n    model::Page,\n    report::{Entry,\n    html},\n};",
        ),
        (
            "score/policy.rs",
            "use super::super::daemon::Plan;\nuse super::Draft;",
        ),
        ("report/mod.rs", ""),
        ("daemon/mod.rs", "use crate::score;"),
    ]));
    assert_eq!(
        told,
        [
            "src/text.rs:2: `text` imports `lang`, which stands beside or after it",
            "src/score/mod.rs:3: `score` imports `report`, which stands beside or after it",
            "src/score/mod.rs:4: `score` imports `report`, which stands beside or after it",
            "src/score/policy.rs:1: `score` imports `daemon`, which stands beside or after it",
        ]
    );
}

#[test]
fn io_in_a_pure_room_is_found_in_a_group() {
    let told = rooms::io_in_pure_rooms(&read(&[
        (
            "score/mod.rs",
            "use std::{\n    collections::BTreeMap,\n    fs,\n};\n// tokio\nuse rand::{rngs::StdRng, rng};",
        ),
        ("daemon/mod.rs", "use tokio::task;"),
    ]));
    assert_eq!(
        told,
        [
            "src/score/mod.rs:3: `std::fs` in a pure room; pass the value in as an argument",
            "src/score/mod.rs:6: `rand::rng::` in a pure room; pass the value in as an argument",
        ]
    );
}

#[test]
fn a_test_among_the_code_is_found() {
    let told = rooms::tests_among_the_code(&read(&[
        (
            "score/mod.rs",
            "// #[test]\nfn latest() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn it_is() {}\n}",
        ),
        ("fetch/gate.rs", "#[tokio::test]\nasync fn it_is() {}"),
    ]));
    assert_eq!(
        told,
        [
            "src/score/mod.rs:3: a test that nobody runs; they are in tests/it",
            "src/score/mod.rs:5: a test that nobody runs; they are in tests/it",
            "src/fetch/gate.rs:1: a test that nobody runs; they are in tests/it",
        ]
    );
}

/// A function of `lines` lines that say something, by its name.
fn function(name: &str, lines: usize) -> String {
    let body: String = (2..=lines)
        .map(|line| format!("    let x{line} = {line} * x;\n"))
        .collect();
    format!("fn {name}(x: u8) {{\n{body}}}\n")
}

fn copies_in(files: &[(&str, &str)]) -> Vec<String> {
    copies::copies(&read(files))
}

#[test]
fn a_copy_is_found_wherever_it_stands() {
    let one = function("one", copies::LINES_MAX + 2);
    let other = format!(
        "mod far {{\n// Said otherwise.\n{}}}",
        one.replace("one", "other")
    )
    .replace("    let x5", "\n        let x5");
    assert_eq!(
        copies_in(&[("score/one.rs", &one), ("report/other.rs", &other)]),
        ["src/report/other.rs:4 says for 8 lines what src/score/one.rs:2 says"]
    );
    let twice = format!("{one}{}", one.replace("one", "two"));
    assert_eq!(
        copies_in(&[("score/one.rs", &twice)]),
        ["src/score/one.rs:12 says for 8 lines what src/score/one.rs:2 says"]
    );
    let short = function("short", copies::LINES_MAX + 1);
    let again = short.replace("short", "again");
    let told = copies_in(&[("text.rs", &short), ("copies.rs", &again)]);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_long_function_is_found_behind_any_visibility() {
    for head in [
        "",
        "pub(super) async ",
        "pub(crate) const ",
        "pub(in crate::fetch) ",
        "async ",
        "pub unsafe extern \"C\" ",
    ] {
        let long = function("long", screen::LINES_MAX + 1);
        let text = format!("type F = fn(u8);\nimpl Gate {{\n    {head}{long}}}\n");
        assert_eq!(
            screen::too_long(&read(&[("fetch/gate.rs", &text)])),
            ["src/fetch/gate.rs:3: `long` has 76 lines; cut it at its joints"]
        );
        let fits = format!("{head}{}", function("fits", screen::LINES_MAX));
        let told = screen::too_long(&read(&[("fetch/gate.rs", &fits)]));
        assert!(told.is_empty(), "{told:?}");
    }
}

#[test]
fn a_map_in_another_order_is_found() {
    let (mut lib, mut readme) = (String::new(), "## Architecture\n```\n".to_string());
    for room in rooms::LEVELS.iter().flat_map(|rooms| rooms.iter()) {
        let pure = if rooms::is_pure(room) { "pure" } else { "" };
        lib += &format!("pub mod {room}; // {pure}   what it does\n");
        readme += &format!("{room}/   what it does\n     and more {pure}\n").replace(" \n", "\n");
    }
    readme += "```\n";
    assert_eq!(map::differences(&lib, &readme), Vec::<String>::new());
    let swapped = lib.replace("mod inspect; // pure", "mod inspect; //");
    assert_eq!(map::differences(&swapped, &readme).len(), 1);
    let swapped = readme
        .replace("web/", "x")
        .replace("daemon/", "web/")
        .replace('x', "daemon/");
    assert_eq!(map::differences(&lib, &swapped).len(), 1);
}
