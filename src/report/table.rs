//! Rows for `export`: CSV (RFC 4180) for spreadsheets, newline-delimited JSON for programs, and the cells
//! of other tables.

use std::borrow::Cow;

use super::{Entry, json};
use crate::model::Timestamp;

/// What is in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// A whole number.
    Number,
    /// A share or a probability, 0 to 1.
    Share,
    /// A moment.
    Time,
    /// Words.
    Text,
}

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// What is in it.
    pub kind: ColumnKind,
}

/// What is in a row of a column; `None` where nothing is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Of [`ColumnKind::Number`].
    Number(Option<i64>),
    /// Of [`ColumnKind::Share`].
    Share(Option<f64>),
    /// Of [`ColumnKind::Time`].
    Time(Option<Timestamp>),
    /// Of [`ColumnKind::Text`].
    Text(Option<Cow<'a, str>>),
}

const fn column(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind }
}

/// The old name of `style`, which only CSV has still.
const OLD_NAME: &str = "translation";

/// In the order of CSV, and after them the text, which only other tables have.
const COLUMNS: [Column; 28] = [
    column("id", ColumnKind::Number),
    column("source", ColumnKind::Text),
    column("url", ColumnKind::Text),
    column("title", ColumnKind::Text),
    column("byline", ColumnKind::Text),
    column("published", ColumnKind::Text),
    column("fetched_at", ColumnKind::Time),
    column("lang", ColumnKind::Text),
    column("verdict", ColumnKind::Text),
    column("reason", ColumnKind::Text),
    column("overall", ColumnKind::Share),
    column("machine_translation", ColumnKind::Share),
    column("residue", ColumnKind::Share),
    column("style", ColumnKind::Share),
    column(OLD_NAME, ColumnKind::Share),
    column("boilerplate", ColumnKind::Share),
    column("findings", ColumnKind::Number),
    column("rules", ColumnKind::Text),
    column("provenance", ColumnKind::Text),
    column("reviews", ColumnKind::Text),
    column("characters", ColumnKind::Number),
    column("cluster", ColumnKind::Number),
    column("cluster_articles", ColumnKind::Number),
    column("cluster_sources", ColumnKind::Number),
    column("first_source", ColumnKind::Text),
    column("first_seen", ColumnKind::Time),
    column("other_addresses", ColumnKind::Number),
    column("body", ColumnKind::Text),
];

/// The columns of CSV.
const OF_CSV: usize = COLUMNS.len() - 1;

/// The first line of the CSV, without the line's end.
pub fn csv_header() -> String {
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    names[..OF_CSV].join(",")
}

/// One article as a line of CSV, without the line's end (which is CR LF in RFC 4180). Values are
/// written as they are: a spreadsheet that runs formulas should import the columns as text.
pub fn csv_row(entry: &Entry<'_>) -> String {
    let cells = all_cells(entry);
    let cells: Vec<String> = cells[..OF_CSV].iter().map(csv_cell).collect();
    cells.join(",")
}

/// The columns of a table that is not CSV.
pub fn columns() -> Vec<Column> {
    let columns = COLUMNS.into_iter();
    columns.filter(|column| column.name != OLD_NAME).collect()
}

/// One article, a cell for each of [`columns`].
pub fn cells<'a>(entry: &Entry<'a>) -> Vec<Cell<'a>> {
    let cells = COLUMNS.iter().zip(all_cells(entry));
    let cells = cells.filter(|(column, _)| column.name != OLD_NAME);
    cells.map(|(_, cell)| cell).collect()
}

fn all_cells<'a>(entry: &Entry<'a>) -> [Cell<'a>; COLUMNS.len()] {
    let document = &entry.document;
    let scores = document.scores;
    let cluster = entry.cluster.as_ref();
    let counting = || {
        let marks = document.marks.iter();
        marks.filter(|mark| mark.dismissed_by.is_none())
    };
    let mut rules: Vec<&str> = counting().map(|mark| mark.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let traces = document.provenance.iter().map(|p| p.rule.as_str());
    let holding = entry.reviews.iter();
    let holding = holding.filter(|r| r.ended.is_none() && r.finding.is_none());
    let decisions = holding.map(|r| r.decision.as_str());
    [
        Cell::Number(Some(entry.id)),
        text(Some(entry.source)),
        text(document.url),
        text(document.title),
        text(document.byline),
        Cell::Text(document.published.map(|date| date.to_string().into())),
        Cell::Time(Some(entry.fetched_at)),
        text(document.lang),
        text(Some(document.verdict.as_str())),
        text(document.verdict.reason().map(|reason| reason.as_str())),
        share(Some(scores.overall)),
        share(Some(scores.machine_translation)),
        share(Some(scores.residue)),
        share(scores.style),
        share(scores.style),
        share(Some(scores.boilerplate)),
        count(Some(counting().count() as u64)),
        words(&rules),
        words(&traces.collect::<Vec<_>>()),
        words(&decisions.collect::<Vec<_>>()),
        count(Some(document.body.chars().count() as u64)),
        Cell::Number(cluster.map(|cluster| cluster.id)),
        count(cluster.map(|cluster| cluster.articles)),
        count(cluster.map(|cluster| cluster.sources)),
        text(cluster.map(|cluster| cluster.first_source)),
        Cell::Time(cluster.map(|cluster| cluster.first_at)),
        count(Some(entry.aliases)),
        text(Some(document.body)),
    ]
}

fn text(text: Option<&str>) -> Cell<'_> {
    Cell::Text(text.map(Cow::Borrowed))
}

/// Names, one after the other.
fn words<'a>(names: &[&str]) -> Cell<'a> {
    Cell::Text(Some(names.join(" ").into()))
}

fn share<'a>(score: Option<f32>) -> Cell<'a> {
    Cell::Share(score.map(json::round))
}

fn count<'a>(count: Option<u64>) -> Cell<'a> {
    Cell::Number(count.map(u64::cast_signed))
}

fn csv_cell(cell: &Cell<'_>) -> String {
    let cell = match cell {
        Cell::Number(number) => number.map(|number| number.to_string()),
        Cell::Share(share) => share.map(|share| share.to_string()),
        Cell::Time(time) => time.map(|time| time.to_rfc3339()),
        Cell::Text(text) => text.as_ref().map(ToString::to_string),
    };
    quoted(&cell.unwrap_or_default())
}

/// One article as a line of JSON, without the line's end.
pub fn ndjson_row(entry: &Entry<'_>) -> String {
    json::entry_line(entry)
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_string()
    }
}
