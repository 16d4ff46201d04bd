//! Pages of our own that were translated, or only look so: file by file, the rules expected.

use std::{collections::BTreeMap, fs, path::Path};

use benggala::{
    extract::extract,
    lang::Lexicon,
    model::{Article, NoArticle, ParseLimits, Reason, SiteRules},
};

use super::page;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    rules: Vec<String>,
    #[serde(default)]
    hints: Vec<String>,
    url: Option<String>,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces")
}

fn read(url: &str, html: &[u8]) -> Result<Article, NoArticle> {
    extract(
        &page(url, "text/html", html),
        &SiteRules::default(),
        &Lexicon::built_in(),
        &ParseLimits::default(),
    )
}

/// What a page says of its translation, whether or not it has a body: the rules of its traces, and
/// of its hints.
fn rules(read: Result<Article, NoArticle>) -> (Vec<String>, Vec<String>) {
    let article = read.unwrap_or_else(|none| *none.article);
    let traces = article.provenance.into_iter().map(|trace| trace.rule);
    let hints = article.hints.into_iter().map(|hint| hint.rule);
    (traces.collect(), hints.collect())
}

#[test]
fn pages_say_what_is_expected_of_them() {
    let table = fs::read_to_string(folder().join("expected.toml")).unwrap();
    let table: BTreeMap<String, Expected> = toml::from_str(&table).unwrap();
    let mut wrong = Vec::new();
    for (name, expected) in &table {
        let html = fs::read(folder().join(format!("{name}.html"))).unwrap();
        let url = expected.url.as_deref();
        let found = rules(read(url.unwrap_or("https://site.example/news/a"), &html));
        let expected = (expected.rules.clone(), expected.hints.clone());
        if found != expected {
            wrong.push(format!("{name}: {found:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let translated = table.values().filter(|page| !page.rules.is_empty()).count();
    assert!(translated >= 15 && table.len() - translated >= 15);
}

#[test]
fn every_page_of_the_folder_is_in_the_table() {
    let table = fs::read_to_string(folder().join("expected.toml")).unwrap();
    let table: toml::Table = toml::from_str(&table).unwrap();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == "html") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(table.contains_key(name), "{name} is not in expected.toml");
        }
    }
}

#[test]
fn a_page_without_an_article_still_shows_its_traces() {
    let html = fs::read(folder().join("abstained-nests.html")).unwrap();
    let none = read("https://site.example/a", &html).unwrap_err();
    assert_eq!(none.reason, Reason::NotAnArticle);
    assert_eq!(none.article.provenance.len(), 1);
    assert!(none.article.body.is_empty());
}

#[test]
fn values_of_the_page_are_cut_in_notes() {
    let by = "Google ".repeat(200);
    let text =
        "The harbour was closed for the whole of Sunday because of a strong wind. ".repeat(6);
    let html = format!(
        "<meta http-equiv=\"X-Translated-By\" content=\"{by}\"><article><p>{text}</p></article>"
    );
    let article = read("https://site.example/a", html.as_bytes()).unwrap();
    assert_eq!(article.provenance.len(), 1);
    assert!(article.provenance[0].note.len() < 200);
}
