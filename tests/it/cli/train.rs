//! `train`: models from small sets, the same under the same seed.

use std::{
    fs,
    process::{Child, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    benggala, err, json_lines,
    labelled::{clean_page, line_set, page_set, text},
    out, run,
};
use crate::style::{TRAINED, corpus};

#[test]
fn a_style_model_is_made_of_its_texts_and_seed_alone() {
    let folder = TempDir::new().unwrap();
    let texts: Vec<Value> = corpus()
        .iter()
        .map(|(doc, label, words)| text("en", *label, doc, words))
        .collect();
    let set = line_set(&folder, "texts", &texts);
    let models = folder.path().join("models");
    let models = models.to_str().unwrap();
    let (some, others) = texts.split_at(texts.len() / 2);
    let some = line_set(&folder, "some", some);
    let others = line_set(&folder, "others", others);
    let output = run(&[
        "train",
        "translation",
        "--set",
        &some,
        "--set",
        &others,
        "--out",
        models,
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(out(&output), format!("en {} texts\n", texts.len()));
    let model = fs::read(folder.path().join("models/en.bin")).unwrap();
    assert!(model == *TRAINED, "another process makes other bytes");

    let output = run(&[
        "eval",
        "translation",
        "--set",
        &set,
        "--models",
        models,
        "--split",
        "train",
        "--format",
        "json",
    ]);
    let report = &json_lines(&output)[0];
    let english = &report["languages"]["en"];
    let texts = (&english["native"], &english["machine"]);
    assert_eq!(texts, (&30.into(), &30.into()));
    assert!(english["native_machine"].as_f64() > Some(0.99), "{english}");
    assert_eq!(report["systems"]["en mesin"]["machine"], 30);
    let suspected = &report["sources"]["suspected_machine"];
    assert!(suspected.is_number(), "{report}");
}

#[test]
fn too_few_texts_make_no_model_and_are_told() {
    let folder = TempDir::new().unwrap();
    let (doc, label, words) = &corpus()[0];
    let set = line_set(&folder, "texts", &[text("en", *label, doc, words)]);
    let models = folder.path().join("models");
    let output = run(&[
        "train",
        "translation",
        "--set",
        &set,
        "--out",
        models.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        err(&output).contains("no model for en: 1 native texts"),
        "{}",
        err(&output)
    );
    assert_eq!(fs::read_dir(models).unwrap().count(), 0);
}

#[test]
fn a_block_classifier_is_made_of_its_pages_and_seed_alone() {
    let folder = TempDir::new().unwrap();
    let pages: Vec<_> = (0..6).map(clean_page).collect();
    let (first, second) = pages.split_at(3);
    let sets = [
        page_set(&folder, "satu", first),
        page_set(&folder, "dua", second),
    ];
    let train = |name: &str, seed: &str| -> Child {
        let out = folder.path().join(name);
        fs::create_dir(&out).unwrap();
        benggala(&["train", "extraction", "--folds", "2", "--seed", seed])
            .args(["--set", &sets[0], "--set", &sets[1], "--predictions"])
            .arg(&out)
            .arg("--out")
            .arg(out.join("model"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let runs = [("a", "1"), ("b", "1"), ("c", "2")].map(|(name, seed)| train(name, seed));
    let tables = runs.map(|child| {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert!(
            err(&output).contains("fold 3 of 3: 180 of 180 trees"),
            "{}",
            err(&output)
        );
        out(&output)
    });
    assert!(tables[0].starts_with("satu, unseen "), "{}", tables[0]);
    assert!(tables[0].contains("dua, unseen "), "{}", tables[0]);
    assert_eq!(tables[0], tables[1]);
    let read = |path: &str| fs::read(folder.path().join(path)).unwrap();
    assert!(read("a/model") == read("b/model"), "the same seed");
    assert!(read("a/model") != read("c/model"), "another seed");
    for set in ["satu", "dua"] {
        let bodies = String::from_utf8(read(&format!("a/{set}.jsonl"))).unwrap();
        assert_eq!(bodies.lines().count(), 3);
    }
}
