//! A store as tables, whatever keeps them: what a copy reads and writes.

use super::error::OpenError;

/// What stands in a column. Both kinds of store have the same columns; a flag is 0 or 1 here, as in
/// SQLite.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Cell {
    /// PostgreSQL has no text with a NUL in it: there it is a space, which is as long.
    pub(super) fn text(text: String) -> Cell {
        Cell::Text(match text.contains('\0') {
            true => text.replace('\0', " "),
            false => text,
        })
    }
}

/// A row in the order of the columns that were asked for.
pub(super) type Cells = Vec<Cell>;

/// A table by which columns its rows are told apart, and how many are read at a time.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static [&'static str],
    pub(super) batch: usize,
}

/// Rows of some hundred bytes read at a time, and of large ones.
const SMALL: usize = 2_000;
const LARGE: usize = 100;

const fn table(name: &'static str, key: &'static [&'static str], batch: usize) -> Table {
    Table { name, key, batch }
}

/// What is copied, each table after those that it refers to. What is not here follows from it: counts
/// are kept by triggers, and the search is made anew. Days come last: articles that were dropped are in
/// them still, so that they replace what was counted meanwhile.
pub(super) const TABLES: [Table; 27] = [
    table("sources", &["id"], SMALL),
    table("hosts", &["id"], SMALL),
    table("backfills", &["id"], SMALL),
    table("backfill_links", &["id"], SMALL),
    table("urls", &["id"], SMALL),
    table("robots", &["origin"], LARGE),
    table("sites", &["name"], LARGE),
    table("usage", &["lang"], 1),
    table("standings", &["source_id"], LARGE),
    table("articles", &["id"], LARGE),
    table("assessments", &["id"], LARGE),
    table("article_rules", &["rule", "article_id"], SMALL),
    table("pages", &["article_id"], LARGE),
    table("versions", &["id"], LARGE),
    table("fingerprints", &["article_id"], SMALL),
    table("fingerprint_keys", &["key", "article_id"], SMALL),
    table("clusters", &["id"], SMALL),
    table("copies", &["article_id"], SMALL),
    table("aliases", &["url"], SMALL),
    table("reviews", &["id"], SMALL),
    table("dismissals", &["review_id"], SMALL),
    table("shelves", &["article_id"], SMALL),
    table("outbox", &["id"], LARGE),
    table("opinions", &["key"], LARGE),
    table("opinion_calls", &["day", "source"], SMALL),
    table("opinion_answers", &["adviser", "text"], SMALL),
    table(DAYS, &["source_id", "day", "verdict"], SMALL),
];

/// The table that the triggers of another one fill as well.
pub(super) const DAYS: &str = "source_days";

/// The table that is there while a store is being copied to, and says from where.
pub(super) const UNFINISHED: &str = "unfinished_copy";

type Done<T> = Result<T, OpenError>;

/// A store that is read and written row by row. Not for the async threads.
pub(super) trait Tables {
    /// The columns of a table that can be written.
    fn columns(&mut self, table: &Table) -> Done<Vec<String>>;
    /// How many rows it has.
    fn count(&mut self, table: &Table) -> Done<u64>;
    /// The next rows in the order of the key, after this key.
    fn rows(
        &mut self,
        table: &Table,
        columns: &[String],
        after: Option<&[Cell]>,
    ) -> Done<Vec<Cells>>;
    /// The last key.
    fn last(&mut self, table: &Table) -> Done<Option<Cells>>;
    /// Adds rows, in one transaction.
    fn add(&mut self, table: &Table, columns: &[String], rows: &[Cells]) -> Done<()>;
    /// Empties a table.
    fn clear(&mut self, table: &Table) -> Done<()>;
    /// From where an unfinished copy comes; `None` if there is none.
    fn unfinished(&mut self) -> Done<Option<String>>;
    /// Says that a copy from there has begun.
    fn begin(&mut self, from: &str) -> Done<()>;
    /// Makes what follows from the tables, and says that the copy is whole.
    fn finish(&mut self) -> Done<()>;
    /// Lets go of it.
    fn close(self: Box<Self>) -> Done<()>;
}

/// `(a, b) > (1, 2)` with these signs for the values: what comes after a key. Empty for the first rows.
pub(super) fn after(table: &Table, is_after: bool, sign: impl Fn(usize) -> String) -> String {
    if !is_after {
        return String::new();
    }
    let signs: Vec<String> = (1..=table.key.len()).map(sign).collect();
    format!("WHERE ({}) > ({})", table.key.join(", "), signs.join(", "))
}
