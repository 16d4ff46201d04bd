//! `eval`: figures, their floors, and what is wrong with a set.

use std::process::Output;

use benggala::style::Label;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    err, file,
    labelled::{body_of, clean_page, line_set, page_set, text},
    out, run,
};
use crate::{
    daemon::site::{article_page, careless, clean, machine_made},
    style::corpus,
};

fn eval(args: &[&str]) -> Output {
    run(&[&["eval"], args].concat())
}

fn report(args: &[&str]) -> Value {
    let output = eval(&[args, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn bodies_are_measured_and_held_to_their_floors() {
    let folder = TempDir::new().unwrap();
    let pages: Vec<_> = (0..4).map(clean_page).collect();
    let set = page_set(&folder, "koran", &pages);
    let report = report(&["extraction", "--set", &set, "--by", "lang", "--worst", "1"]);
    assert_eq!(report["set"], "koran");
    assert_eq!(report["all"]["pages"], 4);
    assert_eq!(report["groups"]["id"]["titled"], 4);
    assert!(report["all"]["f1"].as_f64().unwrap() > 0.95, "{report}");
    assert_eq!(report["worst"].as_array().unwrap().len(), 1);

    let sha256 = report["gold_sha256"].as_str().unwrap();
    let held = |floors: &str| {
        let floors = file(&folder, "floors.toml", floors);
        let output = eval(&["extraction", "--set", &set, "--floors", &floors]);
        assert!(out(&output).starts_with("koran "), "{}", out(&output));
        (output.status.code(), err(&output))
    };
    let of = |f1: f64| format!("[koran]\ngold_sha256 = \"{sha256}\"\nf1 = {f1:?}\ntitles = 0.5\n");
    assert_eq!(held(&of(0.9)), (Some(0), String::new()));
    let (code, told) = held(&of(1.5));
    assert_eq!((code, told.lines().count()), (Some(2), 1));
    assert!(told.starts_with("benggala: koran: f1 is "), "{told}");
    assert!(told.ends_with("its floor 1.5000\n"), "{told}");
    for (floors, why) in [
        (
            of(0.9).replace("[koran]", "[majalah]"),
            "has no floors for `koran`",
        ),
        (of(0.9).replace(sha256, "0"), "is not the one"),
        (of(0.9).replace("0.9", "\"much\""), "floors.toml: "),
    ] {
        let (code, told) = held(&floors);
        assert_eq!(code, Some(2), "{floors}");
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn what_others_extracted_is_measured_alike() {
    let folder = TempDir::new().unwrap();
    let pages: Vec<_> = (0..2).map(clean_page).collect();
    let set = page_set(&folder, "koran", &pages);
    let body = body_of(&clean(0));
    let predicted = json!({"id": "000", "text": body, "title": clean(0).title});
    let predicted = file(&folder, "theirs.jsonl", format!("{predicted}\n"));
    let report = report(&["extraction", "--set", &set, "--predictions", &predicted]);
    assert_eq!(report["all"]["empty"], 1, "a page that is left out");
    assert_eq!(report["all"]["precision"], 1.0);
    assert_eq!(report["all"]["recall"], 0.5);
    assert_eq!(report["all"]["titles"], 0.5);

    let broken = file(&folder, "broken.jsonl", "{\"id\": \"000\"}\n{\"id\": 1}\n");
    let output = eval(&["extraction", "--set", &set, "--predictions", &broken]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("broken.jsonl:2: "),
        "{}",
        err(&output)
    );
}

#[test]
fn lines_of_the_page_are_counted_by_whose_they_are() {
    let folder = TempDir::new().unwrap();
    let article = careless();
    let whole = body_of(&article);
    let (prose, _) = whole.split_once("\n\nTinggalkan Balasan").unwrap();
    let html = article_page(&article, "");
    let page = |id: &str, body: &str| (json!({"id": id, "lang": "id", "body": body}), html.clone());
    let set = page_set(
        &folder,
        "koran",
        &[page("rightly", prose), page("wrongly", &whole)],
    );
    let report = report(&["residue", "--set", &set, "--worst", "1"]);
    // What is known by its words has left the body that we extract.
    assert_eq!(
        report["all"],
        json!({"page": 0, "article": 0, "unknown": 0}),
        "{report}"
    );
    assert!(report["lines"]["article"].as_u64() >= Some(1), "{report}");
    assert!(report["gold_false"].as_u64() >= Some(1), "{report}");
    assert!(report["worst"][0][1] == "wrongly", "{report}");
    let table = out(&eval(&["residue", "--set", &set]));
    assert!(table.contains("found in gold bodies: "), "{table}");
}

#[test]
fn rules_are_counted_by_who_wrote_the_texts() {
    let folder = TempDir::new().unwrap();
    let (made, careless) = (body_of(&machine_made()), body_of(&careless()));
    let texts = [
        text("id", Label::Native, "asli", &careless),
        text("id", Label::Human, "kabar", &body_of(&clean(0))),
        text("id", Label::Machine, "kabar", &made),
    ];
    let set = line_set(&folder, "texts", &texts);
    let (announcement, _) = made.split_once("\n\n").unwrap();
    let span = json!([
        0,
        announcement.chars().count(),
        "major",
        "addition",
        "penilai"
    ]);
    let marked = json!({"lang": "id", "text": made, "spans": [span]});
    let spans = line_set(&folder, "spans", &[marked]);
    let report = report(&["rules", "--set", &set, "--spans", &spans]);
    assert_eq!(
        report["texts"],
        json!({"native": 1, "human": 1, "machine": 1})
    );
    let engine = json!({"native": 0, "human": 0, "machine": 1});
    let fires = &report["fires"]["engine-residue"];
    assert_eq!(fires["strong"], engine, "{report}");
    assert_eq!(report["any_about_translation"]["machine"], 1);
    let marked = &report["spans"]["id"];
    assert!(marked["marked_wrong"].as_u64() > Some(0), "{marked}");
    assert!(marked["marked_wrong"].as_u64() <= marked["marked"].as_u64());

    let listed = out(&eval(&["rules", "--set", &set, "--false-alarms"]));
    let (alarms, table) = listed.split_once("texts in which a rule fires").unwrap();
    assert!(
        alarms.contains("Native\tasli\tstock-line\tstrong\tTinggalkan Balasan\t"),
        "{alarms}"
    );
    assert!(!alarms.contains("Machine"), "{alarms}");
    assert!(table.contains("engine-residue"), "{table}");
}

#[test]
fn an_engine_is_a_row_of_its_own() {
    let folder = TempDir::new().unwrap();
    let texts = [
        text("id", Label::Native, "asli", &body_of(&clean(0))),
        text("id", Label::Machine, "kabar", &body_of(&machine_made())),
        text("xx", Label::Native, "lain", &body_of(&clean(1))),
    ];
    let set = line_set(&folder, "texts", &texts);
    let table = |args: &[&str]| {
        let all = ["translation", "--set", &set, "--split", "train"];
        out(&eval(&[&all, args].concat()))
    };
    let by_engine = table(&["--by", "system"]);
    assert!(by_engine.contains("\nid mesin  "), "{by_engine}");
    let by_language = table(&[]);
    assert!(by_language.contains("\nid  "), "{by_language}");
    assert!(!by_language.contains("xx"), "no model serves it");
}

#[test]
fn a_year_that_is_left_out_is_measured_by_a_model_that_never_met_it() {
    let folder = TempDir::new().unwrap();
    let dated = |name: &str, years: [u16; 2]| {
        let texts = corpus().into_iter().enumerate();
        let texts: Vec<Value> = texts
            .map(|(at, (doc, label, words))| {
                let mut text = text("en", label, &doc, &words);
                text["year"] = years[at / 3 % 2].into();
                text
            })
            .collect();
        line_set(&folder, name, &texts)
    };
    let left_out = |set: &str| report(&["translation", "--set", set, "--leave-out", "year"]);
    let both = left_out(&dated("both", [2021, 2022]));
    let english = &both["languages"]["en"];
    assert_eq!(english["machine"], 30, "each year once: {both}");
    assert!(english["human_machine"].as_f64() > Some(0.9), "{both}");
    let one = left_out(&dated("one", [2021, 2021]));
    assert_eq!(one["languages"], json!({}), "nothing is left of it");
}

#[test]
fn a_set_that_cannot_be_read_is_named() {
    let folder = TempDir::new().unwrap();
    let empty = folder.path().to_str().unwrap();
    for (kind, why) in [
        ("extraction", "gold.jsonl"),
        ("residue", "gold.jsonl"),
        ("rules", "holds no .jsonl or .jsonl.gz file"),
        ("translation", "holds no .jsonl or .jsonl.gz file"),
    ] {
        let output = eval(&[kind, "--set", empty]);
        assert_eq!(output.status.code(), Some(2), "{kind}");
        assert!(err(&output).contains(why), "{kind}: {}", err(&output));
    }
    let nowhere = line_set(
        &folder,
        "nowhere",
        &[text("?", Label::Native, "a", "Kata.")],
    );
    let output = eval(&["rules", "--set", &nowhere]);
    assert!(
        err(&output).contains("document a: `?` is no language"),
        "{}",
        err(&output)
    );
}

#[test]
fn floors_for_translation_hold_only_for_the_texts_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = "The mayor met the council of the harbour town on Monday and said so. ".repeat(5);
    let record = serde_json::json!({
        "lang": "en", "label": "native", "doc": "a", "text": text, "split": "valid",
    });
    file(&folder, "en.jsonl", format!("{record}\n"));
    let floors = |sha256: &str, area: f64| {
        let text = format!(
            "[translation]\ngold_sha256 = \"{sha256}\"\nnative_machine = {area:?}\n\
             human_machine = 0.0\nsame_documents = 0.0\nflagged_native_max = 1.0\n\
             flagged_human_max = 1.0\n[translation.sources]\n\
             suspected_machine = 0.0\nsuspected_native_max = 1.0\nsuspected_human_max = 1.0\n"
        );
        file(&folder, "floors.toml", text)
    };
    let set = folder.path().to_str().unwrap();
    let eval = |floors: &str| run(&["eval", "translation", "--set", set, "--floors", floors]);
    let refused = eval(&floors("0", 0.0));
    assert_eq!(refused.status.code(), Some(2));
    let said = err(&refused);
    let (_, rest) = said.split_once("SHA-256 ").unwrap();
    let sha256 = &rest[..64];
    assert_eq!(eval(&floors(sha256, 0.0)).status.code(), Some(0));
    // Without a machine translation there is no area.
    let missed = eval(&floors(sha256, 0.5));
    assert_eq!(missed.status.code(), Some(2));
    assert!(err(&missed).contains("native-MT is 0.0000"));
    // One document trains no model, so that nothing is measured; and floors are for built-in ones.
    let folds = run(&["eval", "translation", "--set", set, "--folds", "2"]);
    assert_eq!(folds.status.code(), Some(0), "{}", err(&folds));
    let floors = floors(sha256, 0.0);
    let both = [
        "eval",
        "translation",
        "--set",
        set,
        "--folds",
        "2",
        "--floors",
        &floors,
    ];
    assert_eq!(run(&both).status.code(), Some(2));
}

#[test]
fn defects_that_are_marked_are_told_from_innocent_texts_that_are() {
    let folder = TempDir::new().unwrap();
    let prose = body_of(&clean(0));
    let defect = "Rumah Putih";
    let wrong =
        format!("{prose}\n\nPernyataan {defect} itu dibacakan juru bicara pada siang hari.");
    let case = |id: &str, kind: &str, text: &str, spans: Value| {
        json!({"id": id, "lang": "id", "kind": kind, "family": "org_name", "text": text,
               "spans": spans})
    };
    let lines = [
        case(
            "a",
            "flag",
            &wrong,
            json!([{"text": defect, "family": "org_name"}]),
        ),
        case("b", "flag", &prose, json!([{"text": "tidak ada"}])),
        case("c", "pass", &wrong, json!([])),
        case("d", "pass", &prose, json!([])),
    ];
    let lines = lines.map(|line| format!("{line}\n")).concat();
    let set = file(&folder, "cases.jsonl", &lines);
    let report = report(&["cases", "--set", &set, "--worst", "3"]);
    assert_eq!(
        report["defects"]["org_name"],
        json!({"known": 1, "marked": 1, "of_page": 0})
    );
    assert_eq!(report["not_found"], json!([["b", "tidak ada"]]), "{report}");
    assert_eq!(report["innocent"]["pass"]["texts"], 2);
    assert_eq!(report["innocent"]["pass"]["marked"], 1);
    assert_eq!(report["false_marks"][0][2], defect);
    assert_eq!(report["beside"], 0);
    let table = out(&eval(&["cases", "--set", &set, "--worst", "3"]));
    assert!(table.contains("false mark   c"), "{table}");
}
