//! Small labelled sets, in words of our own.

use std::fs;

use benggala::{demo::content::PaperArticle, style::Label};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::daemon::site::{article_page, clean, path};

/// A folder below `folder` with these labels and their pages.
pub(super) fn page_set(folder: &TempDir, name: &str, pages: &[(Value, String)]) -> String {
    let set = folder.path().join(name);
    fs::create_dir(&set).unwrap();
    let mut gold = String::new();
    for (label, html) in pages {
        gold += &format!("{label}\n");
        let id = label["id"].as_str().unwrap();
        fs::write(set.join(format!("{id}.html")), html).unwrap();
    }
    fs::write(set.join("gold.jsonl"), gold).unwrap();
    set.to_str().unwrap().to_string()
}

/// The text of an article as a person would mark it.
pub(super) fn body_of(article: &PaperArticle) -> String {
    let blocks: Vec<&str> = article.blocks().map(|block| block.text).collect();
    blocks.join("\n\n")
}

/// Page `n` of clean prose between what stands on every page of a site, and what it should give.
pub(super) fn clean_page(n: usize) -> (Value, String) {
    let article = clean(n);
    let label = json!({
        "id": format!("{n:03}"),
        "url": format!("https://koran-{n}.example{}", path(n)),
        "lang": "id",
        "source": "rekaan",
        "title": article.title,
        "body": body_of(&article),
    });
    let html = article_page(&article, "")
        .replace(
            "<body>",
            "<body><nav><a href=/>Beranda</a> <a href=/pasar>Pasar</a></nav>",
        )
        .replace(
            "</body>",
            "<aside class=lain><ul><li><a href=/1>Harga beras turun lagi</a>\
             <li><a href=/2>Jalan ke pasar diperbaiki</a></ul></aside>\
             <footer><p>Hak cipta dilindungi</p></footer></body>",
        );
    (label, html)
}

/// A line of a file of texts.
pub(super) fn text(lang: &str, label: Label, doc: &str, text: &str) -> Value {
    let label = match label {
        Label::Native => "native",
        Label::Human => "human_translation",
        Label::Machine => "mt",
    };
    json!({"lang": lang, "label": label, "doc": doc, "text": text, "split": "train", "system": "mesin"})
}

/// A folder below `folder` with one file of these lines.
pub(super) fn line_set(folder: &TempDir, name: &str, lines: &[Value]) -> String {
    let set = folder.path().join(name);
    fs::create_dir(&set).unwrap();
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(set.join("texts.jsonl"), lines).unwrap();
    set.to_str().unwrap().to_string()
}
