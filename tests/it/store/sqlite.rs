//! What the SQLite store promises beside the contract.

use std::{fs, path::PathBuf, time::Duration};

use benggala::{
    model::{PageKind, Shelf, StoreUrl, Verdict},
    store::{self, ArticleQuery, Claim, Completion, Fate, Observer, OpenError, StoreError},
};
use bytes::Bytes;
use chrono::Utc;
use rusqlite::Connection;

use super::{
    Place,
    given::{announced, at, claim, complete, completion, lease_one, link, read, read_all, rows},
};

/// An empty folder for a database.
pub(crate) fn place() -> Place {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("benggala.db");
    Place {
        url: StoreUrl::Sqlite(path),
        folder,
        database: None,
    }
}

fn file(place: &Place) -> PathBuf {
    place.folder.path().join("benggala.db")
}

async fn refused(place: &Place) -> OpenError {
    store::open(&place.url, Observer::default())
        .await
        .map(drop)
        .expect_err("refused")
}

#[tokio::test]
async fn a_second_store_on_one_file_is_refused() {
    let place = place();
    let first = place.open().await;
    let error = refused(&place).await;
    assert!(matches!(&error, OpenError::Locked(_)), "{error}");
    assert!(error.to_string().contains("benggala.db"), "{error}");
    drop(first);
    place.open().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_untouched() {
    let place = place();
    drop(place.open().await);
    let db = Connection::open(file(&place)).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let before = fs::read(file(&place)).unwrap();
    let error = refused(&place).await;
    assert!(
        matches!(error, OpenError::Newer { found: 99, .. }),
        "{error}"
    );
    assert_eq!(fs::read(file(&place)).unwrap(), before);
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing() {
    let place = place();
    drop(place.open().await);
    let application: i64 = Connection::open(file(&place))
        .and_then(|db| db.pragma_query_value(None, "application_id", |row| row.get(0)))
        .unwrap();
    fs::remove_file(file(&place)).unwrap();

    // Ours and empty, but for a table that is in the way of the last ones.
    let db = Connection::open(file(&place)).unwrap();
    db.pragma_update(None, "application_id", application)
        .unwrap();
    db.execute_batch("CREATE TABLE outbox (x)").unwrap();
    let error = refused(&place).await;
    assert!(
        matches!(error, OpenError::Failed(StoreError::Database(_))),
        "{error}"
    );
    let tables = "SELECT group_concat(name) FROM sqlite_schema";
    let tables: String = db.query_row(tables, [], |row| row.get(0)).unwrap();
    assert_eq!(tables, "outbox");
    db.execute_batch("DROP TABLE outbox").unwrap();
    drop(db);
    place.open().await;
}

#[tokio::test]
async fn what_is_no_database_is_refused_untouched() {
    let place = place();
    let text = "Not a database, but somebody's notes. ".repeat(400);
    fs::write(file(&place), &text).unwrap();
    let error = refused(&place).await;
    assert!(
        matches!(error, OpenError::Failed(StoreError::Open { .. })),
        "{error}"
    );
    assert!(error.to_string().contains("is the path right?"), "{error}");
    assert_eq!(fs::read_to_string(file(&place)).unwrap(), text);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused() {
    let place = place();
    let db = Connection::open(file(&place)).unwrap();
    db.execute_batch("CREATE TABLE recipes (name)").unwrap();
    drop(db);
    let error = refused(&place).await;
    assert!(
        matches!(error, OpenError::Failed(StoreError::Open { .. })),
        "{error}"
    );
    assert!(error.to_string().contains("another program"), "{error}");
}

#[tokio::test]
async fn a_damaged_database_is_refused() {
    let place = place();
    let store = place.open().await;
    read_all(&store, &[Verdict::Flag; 40]).await;
    store.close().await.unwrap();
    let sound = fs::read(file(&place)).unwrap();
    let middle = sound.len() / 2;
    let mut torn = sound.clone();
    torn[middle..middle + 8192].fill(0xa5);
    let cut = sound[..middle].to_vec();
    for damaged in [torn, cut] {
        fs::write(file(&place), damaged).unwrap();
        let error = refused(&place).await;
        assert!(
            matches!(error, OpenError::Failed(StoreError::Corrupt { .. })),
            "{error}"
        );
    }
    fs::write(file(&place), sound).unwrap();
    place.open().await;
}

#[tokio::test]
async fn a_folder_that_is_missing_is_named() {
    let place = place();
    let url = StoreUrl::Sqlite(place.folder.path().join("no/such/x.db"));
    let error = store::open(&url, Observer::default())
        .await
        .map(drop)
        .unwrap_err();
    assert!(
        matches!(error, OpenError::Failed(StoreError::Open { .. })),
        "{error}"
    );
    assert!(error.to_string().contains("create it first"), "{error}");

    let url = StoreUrl::Sqlite(place.folder.path().to_path_buf());
    let error = store::open(&url, Observer::default())
        .await
        .map(drop)
        .unwrap_err();
    assert!(error.to_string().contains("it is a folder"), "{error}");
}

/// `/sys` takes no files, not even from root, for whom no folder is read-only.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_read_only_folder_is_named() {
    let error = store::open(
        &StoreUrl::Sqlite("/sys/benggala.db".into()),
        Observer::default(),
    )
    .await
    .map(drop);
    let error = error.unwrap_err();
    assert!(
        matches!(error, OpenError::Failed(StoreError::Open { .. })),
        "{error}"
    );
    assert!(error.to_string().contains("writable"), "{error}");
}

#[tokio::test]
async fn a_completion_that_fails_leaves_nothing() {
    let place = place();
    let store = place.open().await;
    announced(&store, &["https://harian.example/1"]).await;
    let lease = lease_one(&store, at(1)).await;
    let found = Completion {
        links: vec![link("https://x.example/", "harian", PageKind::Article)],
        ..read(&lease, at(1), Verdict::Flag)
    };
    let before = rows(&store.counts(at(1)).await.unwrap());
    let other = Connection::open(file(&place)).unwrap();
    for table in ["urls", "articles", "assessments", "pages", "outbox"] {
        let fault = format!(
            "CREATE TRIGGER fault BEFORE INSERT ON {table}
             BEGIN SELECT raise(ABORT, 'a fault in {table}'); END"
        );
        other.execute_batch(&fault).unwrap();
        let notify = ["desk".to_string()];
        let failed = store.complete(&lease, found.clone(), &notify).await;
        assert!(
            matches!(&failed, Err(StoreError::Database(why)) if why.contains(table)),
            "{failed:?}"
        );
        let counts = store.counts(at(1)).await.unwrap();
        assert_eq!(rows(&counts), before, "{table}");
        other.execute_batch("DROP TRIGGER fault").unwrap();
    }
    assert!(complete(&store, &lease, found).await.article_new);
}

#[tokio::test]
async fn one_failure_in_a_shared_commit_is_the_only_one() {
    let place = place();
    let store = place.open().await;
    let addresses: Vec<_> = (0..12).map(|n| format!("https://h{n}.example/")).collect();
    let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
    announced(&store, &addresses).await;
    let all = Claim {
        limit: 12,
        ..claim("a", at(1))
    };
    let leases = store.claim(&all).await.unwrap();
    let other = Connection::open(file(&place)).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER fault BEFORE INSERT ON articles WHEN NEW.url = 'https://h5.example/'
             BEGIN SELECT raise(ABORT, 'a fault'); END",
        )
        .unwrap();
    let tasks = leases.into_iter().map(|lease| {
        let store = store.clone();
        tokio::spawn(async move {
            let completion = read(&lease, at(2), Verdict::Pass);
            let result = store.complete(&lease, completion, &[]).await;
            (lease.link.url.to_string(), result.is_ok())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        let (address, stored) = task.await.unwrap();
        assert_eq!(stored, address != "https://h5.example/", "{address}");
    }
    let counts = store.counts(at(2)).await.unwrap();
    assert_eq!((counts.done, counts.leased, counts.articles), (11, 1, 11));
}

#[tokio::test]
async fn every_conclusion_is_kept() {
    let place = place();
    let store = place.open().await;
    let id = read_all(&store, &[Verdict::Flag]).await[0];
    let row = store.article(id).await.unwrap().unwrap();
    let content = super::given::article(&row.body);
    let passed = super::given::assessment(Verdict::Pass, &[]);
    store
        .reassess(id, None, &content, &passed, at(99))
        .await
        .unwrap();
    let other = Connection::open(file(&place)).unwrap();
    let history = "SELECT group_concat(verdict) FROM assessments";
    let history: String = other.query_row(history, [], |row| row.get(0)).unwrap();
    assert_eq!(history, "flag,pass");
}

#[tokio::test]
async fn an_unreadable_value_is_an_error_and_not_a_guess() {
    let place = place();
    let store = place.open().await;
    let ids = read_all(&store, &[Verdict::Flag, Verdict::Pass, Verdict::Flag]).await;
    let id = ids[2];
    let other = Connection::open(file(&place)).unwrap();
    other
        .execute("UPDATE articles SET url = 'x' WHERE id = ?1", [id])
        .unwrap();
    let error = store.article(id).await.unwrap_err();
    assert!(matches!(error, StoreError::Value(_)), "{error}");
    let query = ArticleQuery {
        limit: 1,
        ..ArticleQuery::default()
    };
    let listed = store.articles(&query).await.unwrap();
    assert_eq!(listed.len(), 1, "others are listed in its place");
    assert_eq!(listed[0].id, ids[1]);
}

/// What a host asks for, and what the store's milliseconds may take of it.
const DELAY: Duration = Duration::from_secs(90);
const ROUNDING: Duration = Duration::from_millis(1);

/// The lock proves that their owner is gone; only its late word must not count. When it last asked
/// their hosts is not known: these rest from the restart on as if they had been asked just then.
#[tokio::test]
async fn leases_of_a_process_that_died_are_due_once_their_hosts_have_rested() {
    let place = place();
    let store = place.open().await;
    announced(
        &store,
        &["https://harian.example/1", "https://harian.example/2"],
    )
    .await;
    let slow = Completion {
        host_delay: Some(DELAY),
        ..completion(at(1), Fate::Done)
    };
    let lease = lease_one(&store, at(1)).await;
    complete(&store, &lease, slow).await;
    let dead = lease_one(&store, at(1)).await;
    assert_eq!(store.claim(&claim("other", at(1))).await.unwrap(), []);
    drop(store);

    let restart = Utc::now();
    let store = place.open().await;
    assert!(store.next_due(None, restart).await.unwrap().unwrap() >= restart + DELAY - ROUNDING);
    assert_eq!(store.claim(&claim("b", restart)).await.unwrap(), []);
    let rested = store.claim(&claim("b", restart + 2 * DELAY)).await.unwrap();
    let lease = rested.iter().find(|lease| lease.id == dead.id).unwrap();
    assert_eq!(lease.attempts, dead.attempts);
    let late = complete(&store, &dead, completion(at(2), Fate::Done)).await;
    assert!(!late.accepted);
    assert!(
        complete(&store, lease, completion(at(2), Fate::Done))
            .await
            .accepted
    );
}

/// A reader that stays keeps the log from being emptied; once it goes, the log shrinks.
#[tokio::test]
async fn the_log_shrinks_after_a_long_reader() {
    const PAGE: usize = 1 << 20;
    const PAGES: usize = 48;
    let place = place();
    let store = place.open().await;
    let addresses: Vec<_> = (0..PAGES + 3)
        .map(|n| format!("https://h{n}.example/"))
        .collect();
    let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
    announced(&store, &addresses).await;
    let log = || {
        fs::metadata(place.folder.path().join("benggala.db-wal"))
            .unwrap()
            .len()
    };

    let reader = Connection::open(file(&place)).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM urls")
        .unwrap();
    let mut noise = 1_u64;
    for _ in 0..PAGES {
        let lease = lease_one(&store, at(1)).await;
        let mut large = read(&lease, at(1), Verdict::Pass);
        large.visit.as_mut().unwrap().page.body = incompressible(PAGE, &mut noise);
        complete(&store, &lease, large).await;
    }
    assert!(log() > 40 << 20, "the reader holds it");
    drop(reader);
    for _ in 0..3 {
        let lease = lease_one(&store, at(1)).await;
        complete(&store, &lease, completion(at(1), Fate::Done)).await;
    }
    assert!(log() <= 33 << 20, "{} bytes", log());
}

/// xorshift64 (Marsaglia, 2003): bytes that no compressor makes smaller.
fn incompressible(length: usize, state: &mut u64) -> Bytes {
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    Bytes::from(bytes)
}

/// Dates once stood there as RFC 3339 in every case.
#[tokio::test]
async fn dates_of_former_and_of_today_are_read() {
    let place = place();
    let store = place.open().await;
    let id = read_all(&store, &[Verdict::Flag]).await[0];
    drop(store);
    for (stored, read) in [
        ("2025-06-15T00:00:00+00:00", "2025-06-15T00:00:00Z"),
        ("2025-06-15T08:30:00+07:00", "2025-06-15T08:30:00+07:00"),
        ("2025-06-15T08:30:00", "2025-06-15T08:30:00"),
        ("2025-06-15", "2025-06-15"),
    ] {
        let db = Connection::open(file(&place)).unwrap();
        db.execute("UPDATE articles SET published = ?1", [stored])
            .unwrap();
        drop(db);
        let row = place.open().await.article(id).await.unwrap().unwrap();
        assert_eq!(row.published.unwrap().to_string(), read);
    }
}

/// One row that cannot be read among those that are due: it is set aside, the others are leased.
#[tokio::test]
async fn a_row_that_cannot_be_read_does_not_stop_the_claim() {
    let place = place();
    let store = place.open().await;
    let addresses = [
        "https://h1.example/a",
        "https://h2.example/a",
        "https://h3.example/a",
    ];
    announced(&store, &addresses).await;
    let other = Connection::open(file(&place)).unwrap();
    let broken = "UPDATE urls SET kind = 'x' WHERE url LIKE '%h2%'; UPDATE urls SET rhythm = '{' WHERE url LIKE '%h3%'";
    other.execute_batch(broken).unwrap();
    let leases = store.claim(&claim("a", at(1))).await.unwrap();
    let leased: Vec<&str> = leases.iter().map(|lease| lease.link.url.as_str()).collect();
    assert_eq!(leased, [addresses[0], addresses[2]]);
    let counts = store.counts(at(1)).await.unwrap();
    assert_eq!((counts.parked, counts.leased), (1, 2));
    assert_eq!(store.sources().await.unwrap()[0].parked, 1);
}

/// The first five schemas, as they were released.
const SCHEMA_5: [&str; 5] = [
    include_str!("../../../src/store/sqlite/schema/1.sql"),
    include_str!("../../../src/store/sqlite/schema/2.sql"),
    include_str!("../../../src/store/sqlite/schema/3.sql"),
    include_str!("../../../src/store/sqlite/schema/4.sql"),
    include_str!("../../../src/store/sqlite/schema/5.sql"),
];

#[tokio::test]
async fn what_was_read_before_there_was_a_review_queue_is_in_it() {
    let place = place();
    drop(place.open().await);
    let application: i64 = Connection::open(file(&place))
        .and_then(|db| db.pragma_query_value(None, "application_id", |row| row.get(0)))
        .unwrap();
    fs::remove_file(file(&place)).unwrap();
    let db = Connection::open(file(&place)).unwrap();
    for script in SCHEMA_5 {
        db.execute_batch(script).unwrap();
    }
    db.pragma_update(None, "user_version", 5).unwrap();
    db.pragma_update(None, "application_id", application)
        .unwrap();
    db.execute_batch(
        "INSERT INTO sources (id, name, url, configured, kind, enabled, since)
         VALUES (1, 'harian', 'https://harian.example/feed', 'feed', 'feed', 1, 0);",
    )
    .unwrap();
    for (id, verdict, reason, decision) in [
        (1, "pass", None, None),
        (2, "flag", None, None),
        (3, "flag", None, Some("dismissed")),
        (4, "abstain", Some("too-short"), None),
    ] {
        db.execute(
            "INSERT INTO articles (id, url, source_id, fetched_at, last_fetched_at, verdict, reason,
                                   assessment_id, blocks, provenance, origins, body)
             VALUES (?1, 'https://harian.example/' || ?1, 1, ?1, ?1, ?2, ?3, ?1, '[]', '[]', '{}',
                     'Jembatan nomor ' || ?1)",
            rusqlite::params![id, verdict, reason],
        )
        .unwrap();
        db.execute(
            "INSERT INTO assessments (id, article_id, at, verdict, reason, overall, boilerplate,
                                      findings, rules)
             VALUES (?1, ?1, 0, ?2, ?3, 0.5, 0.25, '[]', '0')",
            rusqlite::params![id, verdict, reason],
        )
        .unwrap();
        if let Some(decision) = decision {
            db.execute(
                "INSERT INTO reviews (article_id, decision, by, at, note) VALUES (?1, ?2, 'S', 0, '')",
                rusqlite::params![id, decision],
            )
            .unwrap();
        }
    }
    drop(db);
    let store = place.open().await;
    let counts = store
        .tally(&ArticleQuery::default())
        .await
        .unwrap()
        .unwrap();
    let shelves = [Shelf::Waiting, Shelf::Dismissed, Shelf::Passed];
    assert_eq!(shelves.map(|shelf| counts.of(shelf)), [1, 1, 1]);
    assert_eq!(counts.not_judged(), 1);
    let found = ArticleQuery {
        text: Some("jembatan".to_string()),
        limit: 10,
        ..ArticleQuery::default()
    };
    assert_eq!(store.articles(&found).await.unwrap().len(), 4);
    let source = store.source("harian").await.unwrap().unwrap();
    assert_eq!((source.flagged, source.boilerplate), (2, Some(0.25)));
}
