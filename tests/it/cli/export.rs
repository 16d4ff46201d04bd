//! `export`: the rows of a store in every format.

use std::io::Read;

use benggala::model::Verdict;
use flate2::read::MultiGzDecoder;
use tempfile::TempDir;

use super::{err, json_lines, out, run, store_in};
use crate::store::given::{ABSTAIN, read_all};

/// A store with an article of each verdict, and the configuration that names it.
async fn filled(folder: &TempDir) -> String {
    let (store, config) = store_in(folder).await;
    let read = read_all(&store, &[Verdict::Pass, Verdict::Flag, ABSTAIN]).await;
    assert_eq!(read.len(), 3);
    store.close().await.unwrap();
    config
}

fn export(config: &str, args: &[&str]) -> std::process::Output {
    let output = run(&[&["--config", config, "export"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", err(&output));
    output
}

fn unpacked(output: &std::process::Output) -> String {
    let mut text = String::new();
    MultiGzDecoder::new(output.stdout.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[tokio::test]
async fn lines_of_json_are_filtered_by_verdict_source_and_time() {
    let folder = TempDir::new().unwrap();
    let config = filled(&folder).await;
    let rows = json_lines(&export(&config, &[]));
    let verdicts: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["verdict"].as_str())
        .collect();
    assert_eq!(verdicts, ["abstain", "flag", "pass"], "newest first");
    assert_eq!(rows[0]["reason"], "too-short");
    assert_eq!(rows[1]["url"], "https://harian.example/1");
    for (filter, count) in [
        (["--verdict", "flag"], 1),
        (["--source", "harian"], 3),
        (["--source", "mingguan"], 0),
        (["--since", "2025-06-15T15:06:51Z"], 2),
        (["--until", "2025-06-15T15:06:51Z"], 1),
        (["--since", "2025-06-16"], 0),
    ] {
        let found = json_lines(&export(&config, &filter));
        assert_eq!(found.len(), count, "{filter:?}");
    }
    let wrong = run(&["--config", &config, "export", "--since", "yesterday"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("2026-01-31"), "{}", err(&wrong));
}

#[tokio::test]
async fn a_table_has_a_header_and_a_row_an_article() {
    let folder = TempDir::new().unwrap();
    let config = filled(&folder).await;
    let table = out(&export(&config, &["--format", "csv"]));
    let rows: Vec<&str> = table.split("\r\n").collect();
    assert!(rows[0].starts_with("id,source,url,title,"), "{}", rows[0]);
    assert_eq!((rows.len(), rows[4]), (5, ""), "{table}");
    let flagged = rows[2];
    for cell in [
        "harian",
        "https://harian.example/1",
        "Jembatan baru dibuka",
        "flag",
    ] {
        assert!(flagged.split(',').any(|found| found == cell), "{flagged}");
    }
}

#[tokio::test]
async fn an_archive_holds_the_pages_as_they_were_fetched() {
    let folder = TempDir::new().unwrap();
    let config = filled(&folder).await;
    let archive = unpacked(&export(&config, &["--format", "warc", "--verdict", "flag"]));
    assert!(archive.starts_with("WARC/1.1\r\nWARC-Type: warcinfo\r\n"));
    assert_eq!(archive.matches("WARC-Type: response").count(), 1);
    assert!(archive.contains("WARC-Target-URI: https://harian.example/1\r\n"));
    assert!(archive.contains("<p>Kata pertama, kata kedua.</p>"));
}

#[tokio::test]
async fn an_archive_of_nothing_leaves_byte_by_byte() {
    let folder = TempDir::new().unwrap();
    let (store, config) = store_in(&folder).await;
    store.close().await.unwrap();
    let archive = unpacked(&export(&config, &["--format", "warc"]));
    assert!(
        archive.starts_with("WARC/1.1\r\nWARC-Type: warcinfo\r\n"),
        "{archive}"
    );
    assert_eq!(archive.matches("WARC-Type").count(), 1);
}
