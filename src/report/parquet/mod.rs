//! Rows for `export` as columns: Apache Parquet, which data frames and databases open as it is.
//!
//! What is written is the plain part of the format, which every reader knows: no dictionaries, no nesting,
//! one page for each column of a group of rows, packed with Zstandard. That is little enough to need no
//! library, of which there is none without two dozen more.

mod thrift;

use std::io;

use self::thrift::{Struct, varint};
use super::table::{Cell, Column, ColumnKind};

/// At both ends of a file.
const MAGIC: &[u8; 4] = b"PAR1";

/// A group of rows ends with so many, or with so many bytes: all of it is in memory.
const GROUP_ROWS: usize = 10_000;
const GROUP_BYTES: usize = 32 << 20;

const PACKED_WELL: i32 = 3;

/// Names of the format (`parquet.thrift`).
const DATA_PAGE: i32 = 0;
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const ZSTD: i32 = 6;
const OPTIONAL: i32 = 1;

/// A file in the making. Its bytes are given out as soon as they are known.
#[derive(Debug)]
pub struct Writer {
    columns: Vec<Column>,
    values: Vec<Values>,
    /// Of the group that is collected.
    rows: usize,
    rows_before: usize,
    groups: Vec<Struct>,
    /// Where the next bytes stand.
    at: usize,
}

/// What is collected of a column.
#[derive(Debug, Default, Clone)]
struct Values {
    /// Runs of values that are there (`true`) or not, and their lengths.
    runs: Vec<(bool, u64)>,
    plain: Vec<u8>,
}

impl Writer {
    /// A table of these columns, and the first bytes of its file.
    pub fn new(columns: Vec<Column>) -> (Writer, Vec<u8>) {
        let writer = Writer {
            values: vec![Values::default(); columns.len()],
            columns,
            rows: 0,
            rows_before: 0,
            groups: Vec::new(),
            at: MAGIC.len(),
        };
        (writer, MAGIC.to_vec())
    }

    /// Takes in a row, a cell for each column, and gives out what has become complete.
    ///
    /// # Errors
    /// None in practice: memory is all it packs into.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<Vec<u8>> {
        for (values, cell) in self.values.iter_mut().zip(cells) {
            values.push(cell);
        }
        self.rows += 1;
        let bytes: usize = self.values.iter().map(|values| values.plain.len()).sum();
        match self.rows >= GROUP_ROWS || bytes >= GROUP_BYTES {
            true => self.group(),
            false => Ok(Vec::new()),
        }
    }

    /// The rest of the file.
    ///
    /// # Errors
    /// None in practice: memory is all it packs into.
    pub fn end(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = match self.rows {
            0 => Vec::new(),
            _ => self.group()?,
        };
        let root = Struct::default()
            .text(4, "article")
            .i32(5, self.columns.len() as i32);
        let columns = self.columns.iter().map(element);
        let footer = Struct::default()
            .i32(1, 1)
            .children(2, [root].into_iter().chain(columns).collect())
            .i64(3, self.rows_before as i64)
            .children(4, self.groups)
            .text(6, concat!("benggala version ", env!("CARGO_PKG_VERSION")))
            .end();
        bytes.extend(&footer);
        bytes.extend((footer.len() as u32).to_le_bytes());
        bytes.extend(MAGIC);
        Ok(bytes)
    }

    /// The rows that were collected.
    fn group(&mut self) -> io::Result<Vec<u8>> {
        let rows = std::mem::take(&mut self.rows);
        let (mut bytes, mut chunks, mut unpacked) = (Vec::new(), Vec::new(), 0);
        for (column, values) in self.columns.iter().zip(&mut self.values) {
            let page = Page::new(std::mem::take(values), rows)?;
            let sizes = (page.unpacked(), page.packed());
            chunks.push(chunk(column, rows, self.at + bytes.len(), sizes));
            unpacked += page.unpacked();
            bytes.extend(page.header);
            bytes.extend(page.body);
        }
        self.at += bytes.len();
        self.rows_before += rows;
        self.groups.push(
            Struct::default()
                .children(1, chunks)
                .i64(2, unpacked as i64)
                .i64(3, rows as i64),
        );
        Ok(bytes)
    }
}

impl Values {
    fn push(&mut self, cell: &Cell<'_>) {
        let before = self.plain.len();
        let is_there = match cell {
            Cell::Number(number) => self.put(number.map(i64::to_le_bytes)),
            Cell::Time(time) => self.put(time.map(|time| time.timestamp_millis().to_le_bytes())),
            Cell::Share(share) => self.put(share.map(f64::to_le_bytes)),
            Cell::Text(text) => {
                if let Some(text) = text {
                    self.plain.extend((text.len() as u32).to_le_bytes());
                    self.plain.extend(text.as_bytes());
                }
                self.plain.len() > before
            }
        };
        match self.runs.last_mut() {
            Some((was_there, length)) if *was_there == is_there => *length += 1,
            _ => self.runs.push((is_there, 1)),
        }
    }

    fn put(&mut self, value: Option<[u8; 8]>) -> bool {
        self.plain.extend(value.iter().flatten());
        value.is_some()
    }

    /// Which are there, as runs of a level each, and then those that are.
    fn page(self) -> Vec<u8> {
        let levels: Vec<u8> = self
            .runs
            .iter()
            .flat_map(|(is_there, length)| {
                let mut run = varint(length << 1);
                run.push(u8::from(*is_there));
                run
            })
            .collect();
        let mut page = (levels.len() as u32).to_le_bytes().to_vec();
        page.extend(levels);
        page.extend(self.plain);
        page
    }
}

/// The values of a column in one group.
struct Page {
    header: Vec<u8>,
    body: Vec<u8>,
    /// Bytes of the body, unpacked.
    plain: usize,
}

impl Page {
    fn new(values: Values, rows: usize) -> io::Result<Page> {
        let plain = values.page();
        let body = zstd::bulk::compress(&plain, PACKED_WELL)?;
        let of_data = Struct::default()
            .i32(1, rows as i32)
            .i32(2, PLAIN)
            .i32(3, RLE)
            .i32(4, RLE);
        let header = Struct::default()
            .i32(1, DATA_PAGE)
            .i32(2, plain.len() as i32)
            .i32(3, body.len() as i32)
            .child(5, of_data)
            .end();
        Ok(Page {
            header,
            body,
            plain: plain.len(),
        })
    }

    fn packed(&self) -> usize {
        self.header.len() + self.body.len()
    }

    fn unpacked(&self) -> usize {
        self.header.len() + self.plain
    }
}

/// How the format calls what is in a column, and what that means, if it means more.
fn types(kind: ColumnKind) -> (i32, Option<i32>) {
    match kind {
        ColumnKind::Number => (2, None),
        ColumnKind::Time => (2, Some(9)),
        ColumnKind::Share => (5, None),
        ColumnKind::Text => (6, Some(0)),
    }
}

/// A column in the schema.
fn element(column: &Column) -> Struct {
    let (stored, meant) = types(column.kind);
    let element = Struct::default()
        .i32(1, stored)
        .i32(3, OPTIONAL)
        .text(4, column.name);
    match meant {
        Some(meant) => element.i32(6, meant),
        None => element,
    }
}

/// Where the values of a column stand in a group that begins at `at`.
fn chunk(column: &Column, rows: usize, at: usize, (unpacked, packed): (usize, usize)) -> Struct {
    let about = Struct::default()
        .i32(1, types(column.kind).0)
        .i32s(2, &[PLAIN, RLE])
        .texts(3, &[column.name])
        .i32(4, ZSTD)
        .i64(5, rows as i64)
        .i64(6, unpacked as i64)
        .i64(7, packed as i64)
        .i64(9, at as i64);
    Struct::default().i64(2, at as i64).child(3, about)
}
