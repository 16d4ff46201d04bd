//! Stores of a former schema, for processes that bring them up to date and are killed meanwhile.

use std::{cell::Cell, fs};

use rusqlite::{Connection, params};

use super::process::Place;

/// The first five schemas, as they were released.
const SCHEMA_5: [&str; 5] = [
    include_str!("../../../src/store/sqlite/schema/1.sql"),
    include_str!("../../../src/store/sqlite/schema/2.sql"),
    include_str!("../../../src/store/sqlite/schema/3.sql"),
    include_str!("../../../src/store/sqlite/schema/4.sql"),
    include_str!("../../../src/store/sqlite/schema/5.sql"),
];

/// "bngg": the file is ours.
const APPLICATION_ID: i64 = 0x626e_6767;

/// Enough that bringing them up to date takes a while.
const ARTICLES: usize = 2_000;

/// A store of schema 5 that is made anew each time it is up to date.
pub(super) struct Old {
    place: Place,
    whole: Cell<usize>,
}

impl Old {
    pub(super) fn new() -> Old {
        let place = Place::new();
        let store = place.folder().join("benggala.db");
        place.configure(&format!("[store]\nurl = \"sqlite:{}\"\n", store.display()));
        make(&place.folder().join("template.db"));
        let old = Old {
            place,
            whole: Cell::new(0),
        };
        old.renew();
        old
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// How often it came to be up to date.
    pub(super) fn whole(&self) -> usize {
        self.whole.get()
    }

    fn renew(&self) {
        let folder = self.place.folder();
        for leftover in ["benggala.db-wal", "benggala.db-shm"] {
            // There may be none.
            let _ = fs::remove_file(folder.join(leftover));
        }
        fs::copy(folder.join("template.db"), folder.join("benggala.db")).unwrap();
    }

    /// Whatever schema it has now, everything is in it; of the newest there is one more to make.
    pub(super) fn look(&self) {
        assert_eq!(self.place.articles(), ARTICLES);
        if self.place.count("PRAGMA user_version") > SCHEMA_5.len()
            && self
                .place
                .count("SELECT count(*) FROM sqlite_schema WHERE name = 'articles_text'")
                == 1
            && self
                .place
                .count("SELECT count(*) FROM articles_text_docsize")
                == ARTICLES
        {
            self.is_whole();
            self.renew();
        }
    }

    /// Lets the last one be brought up to date.
    pub(super) fn finish(&self) {
        let done = self.place.command(&["store", "compact"]).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        self.is_whole();
    }

    fn is_whole(&self) {
        let shelves = self.place.count("SELECT count(*) FROM shelves");
        let counted = self
            .place
            .count("SELECT sum(articles) FROM shelf_counts WHERE source_id = 0");
        assert_eq!((shelves, counted), (ARTICLES, ARTICLES));
        let faults = self
            .place
            .count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
        assert_eq!(faults, 0);
        self.whole.set(self.whole.get() + 1);
    }
}

fn make(file: &std::path::Path) {
    let mut db = Connection::open(file).unwrap();
    let all = db.transaction().unwrap();
    for script in SCHEMA_5 {
        all.execute_batch(script).unwrap();
    }
    all.execute_batch(
        "INSERT INTO sources (id, name, url, configured, kind, enabled, since)
         VALUES (1, 'harian', 'https://harian.example/feed', 'feed', 'feed', 1, 0);",
    )
    .unwrap();
    for id in 0..ARTICLES {
        all.execute(
            "INSERT INTO articles (id, url, source_id, fetched_at, last_fetched_at, verdict,
                                   assessment_id, blocks, provenance, origins, body)
             VALUES (?1, 'https://harian.example/' || ?1, 1, ?1, ?1, 'pass', ?1, '[]', '[]', '{}', ?2)",
            params![id, format!("Jembatan nomor {id}. ").repeat(60)],
        )
        .unwrap();
        all.execute(
            "INSERT INTO assessments (id, article_id, at, verdict, overall, boilerplate, findings, rules)
             VALUES (?1, ?1, 0, 'pass', 0.5, 0.25, '[]', '0')",
            params![id],
        )
        .unwrap();
    }
    all.commit().unwrap();
    db.pragma_update(None, "user_version", SCHEMA_5.len() as i64)
        .unwrap();
    db.pragma_update(None, "application_id", APPLICATION_ID)
        .unwrap();
}
