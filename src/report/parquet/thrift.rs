//! Structures as Parquet writes its own: the compact protocol of Apache Thrift.

/// Types of fields.
const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Lists of fewer have their length in their first byte.
const SHORT: usize = 15;

/// A structure whose fields are added by their numbers, in rising order, less than sixteen apart.
#[derive(Debug, Default)]
pub(super) struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

impl Struct {
    pub(super) fn i32(mut self, field: u8, value: i32) -> Struct {
        self.field(field, I32);
        self.bytes.extend(varint(zigzag(value.into())));
        self
    }

    pub(super) fn i64(mut self, field: u8, value: i64) -> Struct {
        self.field(field, I64);
        self.bytes.extend(varint(zigzag(value)));
        self
    }

    pub(super) fn text(mut self, field: u8, value: &str) -> Struct {
        self.field(field, BINARY);
        self.bytes.extend(binary(value));
        self
    }

    pub(super) fn child(mut self, field: u8, value: Struct) -> Struct {
        self.field(field, STRUCT);
        self.bytes.extend(value.end());
        self
    }

    pub(super) fn i32s(self, field: u8, values: &[i32]) -> Struct {
        let values = values.iter().map(|value| varint(zigzag((*value).into())));
        self.list(field, I32, &values.collect::<Vec<_>>())
    }

    pub(super) fn texts(self, field: u8, values: &[&str]) -> Struct {
        let values = values.iter().map(|value| binary(value));
        self.list(field, BINARY, &values.collect::<Vec<_>>())
    }

    pub(super) fn children(self, field: u8, values: Vec<Struct>) -> Struct {
        let values = values.into_iter().map(Struct::end);
        self.list(field, STRUCT, &values.collect::<Vec<_>>())
    }

    /// Its bytes.
    pub(super) fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }

    fn list(mut self, field: u8, kind: u8, values: &[Vec<u8>]) -> Struct {
        self.field(field, LIST);
        if values.len() < SHORT {
            self.bytes.push((values.len() as u8) << 4 | kind);
        } else {
            self.bytes.push((SHORT as u8) << 4 | kind);
            self.bytes.extend(varint(values.len() as u64));
        }
        self.bytes.extend(values.concat());
        self
    }

    fn field(&mut self, field: u8, kind: u8) {
        self.bytes.push((field - self.last) << 4 | kind);
        self.last = field;
    }
}

fn binary(text: &str) -> Vec<u8> {
    let mut bytes = varint(text.len() as u64);
    bytes.extend(text.as_bytes());
    bytes
}

/// Small numbers of either sign become small ones.
fn zigzag(value: i64) -> u64 {
    (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned()
}

/// Seven bits a byte, the least first.
pub(super) fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
