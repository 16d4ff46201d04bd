//! `export`: the rows of a store in every format.

use std::{fs, io::Read, path::Path, process::Command};

use benggala::{
    model::{StoreUrl, Verdict},
    store::{ArticleQuery, Observer},
};
use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use tempfile::TempDir;

use super::{err, json_lines, out, run, store_in};
use crate::store::given::{ABSTAIN, article, at, read_all};

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
        (["--verdict", "flagged"], 1),
        (["--verdict", "not-judged"], 1),
        (["--since", "2025-06-15T15:06:51Z"], 2),
        (["--until", "2025-06-15T15:06:51Z"], 1),
        (["--since", "2025-06-16"], 0),
    ] {
        let found = json_lines(&export(&config, &filter));
        assert_eq!(found.len(), count, "{filter:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_found_is_said_and_not_an_empty_file() {
    let folder = TempDir::new().unwrap();
    let config = filled(&folder).await;
    for (args, code, words) in [
        (&["--since", "yesterday"][..], 2, "2026-01-31"),
        (
            &["--verdict", "good"],
            2,
            "there are pass, flag and abstain",
        ),
        (
            &["--source", "mingguan"],
            2,
            "there is no source `mingguan`; there are harian",
        ),
        (
            &["--since", "2027-01-01", "--until", "2026-01-01"],
            2,
            "since 2027-01-01 and before 2026-01-01",
        ),
        (
            &["--since", "2025-06-16"],
            0,
            "0 articles match; the store holds 3",
        ),
        (
            &["--format", "marked"],
            0,
            "no decision says anything of 3 articles",
        ),
        (
            &["--format", "training"],
            0,
            "no decision says anything of 3 articles",
        ),
    ] {
        let output = run(&[&["--config", &config, "export"], args].concat());
        assert_eq!(output.status.code(), Some(code), "{args:?}");
        assert!(err(&output).contains(words), "{args:?}: {}", err(&output));
        assert_eq!(out(&output), "", "{args:?}");
    }
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

/// Python of the environment that `TEST_PYTHON` names, with these packages; says loudly if it is not
/// there. Where a change is checked before it lands, it must be.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn python(packages: &str) -> Option<Command> {
    let python = std::env::var("TEST_PYTHON").unwrap_or_else(|_| "python3".to_string());
    let tried = Command::new(&python)
        .args(["-c", &format!("import {packages}")])
        .output();
    if tried.is_ok_and(|tried| tried.status.success()) {
        return Some(Command::new(python));
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{python} must have {packages} where CI=true"
    );
    eprintln!("!!! SKIPPED: {python} has no {packages} (pip install {packages})");
    None
}

/// What a program in Python says of a file.
fn asked(mut python: Command, program: &str, file: &Path) -> Value {
    let output = python.args(["-c", program]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", err(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_database_opens_the_table_of_columns() {
    let folder = TempDir::new().unwrap();
    let config = filled(&folder).await;
    let table = export(&config, &["--format", "parquet"]).stdout;
    assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
    let none = export(&config, &["--format", "parquet", "--since", "2025-06-16"]).stdout;
    assert!(none.ends_with(b"PAR1"));
    let Some(python) = python("duckdb") else {
        return;
    };
    let path = folder.path().join("articles.parquet");
    fs::write(&path, &table).unwrap();
    fs::write(folder.path().join("none.parquet"), &none).unwrap();
    let program = "
import duckdb, json, sys
of = lambda what, path: duckdb.sql(f\"SELECT {what} FROM '{path}'\").fetchall()
path = sys.argv[1]
print(json.dumps({
    'types': dict(duckdb.sql(f\"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{path}')\").fetchall()),
    'rows': of('id, source, url, verdict, reason, overall, epoch_ms(fetched_at), style, body', path),
    'none': of('count(*)', path.replace('articles', 'none'))[0][0],
}))";
    let found = asked(python, program, &path);
    let types = &found["types"];
    assert_eq!(types.as_object().unwrap().len(), 27, "{types}");
    for (name, kind) in [
        ("id", "BIGINT"),
        ("title", "VARCHAR"),
        ("overall", "DOUBLE"),
        ("cluster", "BIGINT"),
    ] {
        assert_eq!(types[name], kind, "{types}");
    }
    assert!(
        types["fetched_at"]
            .as_str()
            .unwrap()
            .starts_with("TIMESTAMP")
    );
    assert_eq!(found["none"], 0);
    let rows = found["rows"].as_array().unwrap();
    let lines = json_lines(&export(&config, &[]));
    assert_eq!((rows.len(), lines.len()), (3, 3));
    for (row, line) in rows.iter().zip(&lines) {
        let keys = ["id", "source", "url", "verdict"];
        for (n, key) in keys.into_iter().enumerate() {
            assert_eq!(row[n], line[key]);
        }
        assert_eq!(row[4], line.get("reason").cloned().unwrap_or_default());
        assert_eq!(row[5], line["scores"]["overall"]);
        let at = line["fetched_at"].as_str().unwrap();
        let at: DateTime<Utc> = at.parse().unwrap();
        assert_eq!(row[6], at.timestamp_millis());
        assert_eq!(row[8], line["body"]);
    }
}

#[tokio::test]
async fn other_programs_read_the_archive() {
    let folder = TempDir::new().unwrap();
    let config = filled(&folder).await;
    let Some(python) = python("warcio") else {
        return;
    };
    let path = folder.path().join("pages.warc.gz");
    fs::write(&path, export(&config, &["--format", "warc"]).stdout).unwrap();
    let program = "
import json, sys
from warcio.archiveiterator import ArchiveIterator
found = []
for record in ArchiveIterator(open(sys.argv[1], 'rb'), check_digests='raise'):
    body = record.content_stream().read().decode()
    status = record.http_headers.get_statuscode() if record.http_headers else None
    found.append([record.rec_type, record.rec_headers.get_header('WARC-Target-URI'), status, body])
print(json.dumps(found))";
    let found = asked(python, program, &path);
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found[0][0], "warcinfo");
    for record in &found[1..] {
        assert_eq!(
            (&record[0], &record[2]),
            (&"response".into(), &"200".into())
        );
        assert!(record[3].as_str().unwrap().contains("<p>Kata pertama"));
    }
    assert_eq!(found[2][1], "https://harian.example/1");
}

#[tokio::test]
async fn what_is_read_is_of_one_moment() {
    let folder = TempDir::new().unwrap();
    let (store, _) = store_in(&folder).await;
    read_all(&store, &[Verdict::Pass]).await;
    let url = StoreUrl::Sqlite(folder.path().join("benggala.db"));
    let snapshot = benggala::store::open_snapshot(&url, Observer::default())
        .await
        .unwrap();
    let all = ArticleQuery {
        limit: 10,
        ..ArticleQuery::default()
    };
    let before = store.articles(&all).await.unwrap();
    let mut conclusion = before[0].assessment();
    conclusion.verdict = Verdict::Flag;
    let changed = store
        .reassess(before[0].id, None, &article("Lain."), &conclusion, at(90))
        .await;
    assert!(changed.unwrap());
    assert_eq!(snapshot.articles(&all).await.unwrap(), before);
    assert_ne!(store.articles(&all).await.unwrap(), before);
    snapshot.close().await.unwrap();
    store.close().await.unwrap();
}
