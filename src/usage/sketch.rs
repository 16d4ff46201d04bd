//! A table of fixed size: which hosts use a wording, up to the few that prove it.

use std::{
    ops::Range,
    sync::{Arc, LazyLock},
};

use serde::{Deserialize, Serialize};

use super::wording::Use;
use crate::model::Timestamp;

/// Hosts that make a wording native. Two may share an editor or an engine.
pub const WITNESSES: usize = 3;

/// Buckets of the table, and places in each: 65,536 wordings in 1.3 MiB. A text of 400 words has
/// about 40 wordings that are kept, most of them known already.
const BUCKETS: usize = 1 << 13;
const WAYS: usize = 8;

/// Entries of a leaf, a whole number of buckets: what is copied where a sketch learns while somebody
/// reads it. A text changes some forty leaves, 50 KB, and not all of the table.
const LEAF: usize = 64;

/// What most leaves of a young sketch are.
static EMPTY: LazyLock<Arc<Leaf>> = LazyLock::new(|| Arc::new([Entry::default(); LEAF]));

type Leaf = [Entry; LEAF];

/// Days after which a wording that nobody used again is forgotten.
pub const FORGOTTEN_AFTER: u16 = 180;

/// Bytes of a stored sketch, at most: what is larger was not written here.
const STORED_BYTES_MAX: usize = 4 << 20;

/// What one wording is known by. `seen` is 0 in an empty place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    tag: u32,
    /// The day of its last use, in days since 1970.
    seen: u16,
    witnesses: [Witness; WITNESSES],
}

/// A host and the words around the wording there; hashes, 0 for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Witness {
    host: u16,
    context: u16,
}

/// The wordings of one language, and how many hosts used each. Which hosts cannot be read from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// The last day on which it learned something.
    newest: u16,
    /// [`BUCKETS`] times [`WAYS`] entries, in leaves that clones share until one of them learns.
    leaves: Vec<Arc<Leaf>>,
}

/// A sketch without its empty places: `(place, entry)`.
#[derive(Serialize, Deserialize)]
struct Stored {
    newest: u16,
    entries: Vec<(u32, Entry)>,
}

impl Default for Sketch {
    fn default() -> Sketch {
        Sketch {
            newest: 0,
            leaves: vec![Arc::clone(&EMPTY); BUCKETS * WAYS / LEAF],
        }
    }
}

impl Entry {
    fn count(&self) -> usize {
        self.witnesses.iter().filter(|one| one.host != 0).count()
    }

    /// Takes in another witness, if both its host and its text are new.
    fn hear(&mut self, witness: Witness) {
        let known = |one: &Witness| one.host == witness.host || one.context == witness.context;
        if witness.host == 0 || self.witnesses.iter().any(known) {
            return;
        }
        if let Some(free) = self.witnesses.iter_mut().find(|one| one.host == 0) {
            *free = witness;
        }
    }

    /// Both taken together, the fuller one first: each witness may rule out one of the other side.
    fn joined(&self, other: &Entry) -> Entry {
        let rank = |entry: &Entry| (entry.count(), entry.witnesses);
        let (mut fuller, rest) = match rank(self) >= rank(other) {
            true => (*self, other),
            false => (*other, self),
        };
        fuller.seen = self.seen.max(other.seen);
        rest.witnesses.iter().for_each(|one| fuller.hear(*one));
        fuller
    }

    fn is_alive(&self, newest: u16) -> bool {
        self.seen != 0 && newest.saturating_sub(self.seen) <= FORGOTTEN_AFTER
    }
}

impl Sketch {
    /// Whether enough hosts use a wording, each in a text of its own.
    pub fn is_native(&self, wording: u64) -> bool {
        self.hosts(wording) >= WITNESSES
    }

    /// How many hosts are known to use a wording, up to [`WITNESSES`].
    pub fn hosts(&self, wording: u64) -> usize {
        let (leaf, places) = places(wording);
        let found = self.leaves[leaf][places]
            .iter()
            .find(|entry| entry.tag == tag(wording) && entry.is_alive(self.newest));
        found.map_or(0, Entry::count)
    }

    /// The last day on which it learned something, in days since 1970.
    pub(super) fn newest(&self) -> u16 {
        self.newest
    }

    /// Takes in one use. Where there is no room, the wording of the fewest hosts goes, and of those
    /// the one that was used longest ago.
    pub(super) fn learn(&mut self, one: Use, host: &str, at: Timestamp) {
        let today = day(at);
        self.newest = self.newest.max(today);
        let witness = Witness {
            host: folded(hash(host.as_bytes())),
            context: folded(mixed(one.context)),
        };
        let (newest, tag) = (self.newest, tag(one.wording));
        let (leaf, places) = places(one.wording);
        let entries = &mut Arc::make_mut(&mut self.leaves[leaf])[places];
        let known = entries
            .iter()
            .position(|entry| entry.tag == tag && entry.is_alive(newest));
        let rank = |entry: &Entry| (entry.is_alive(newest), entry.count(), entry.seen);
        let weakest = || (0..WAYS).min_by_key(|at| rank(&entries[*at]));
        let Some(place) = known.or_else(weakest) else {
            return;
        };
        let entry = &mut entries[place];
        if known.is_none() {
            *entry = Entry {
                tag,
                ..Entry::default()
            };
        }
        entry.seen = entry.seen.max(today);
        entry.hear(witness);
    }

    /// Takes in what another sketch of the language knows.
    pub fn join(&mut self, other: &Sketch) {
        self.newest = self.newest.max(other.newest);
        let newest = self.newest;
        for (leaf, others) in self.leaves.iter_mut().zip(&other.leaves) {
            let mut joined = **leaf;
            let buckets = joined.chunks_exact_mut(WAYS);
            for (bucket, others) in buckets.zip(others.chunks_exact(WAYS)) {
                join_bucket(bucket, others, newest);
            }
            if joined != **leaf {
                *leaf = Arc::new(joined);
            }
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.leaves.iter().flat_map(|leaf| leaf.iter())
    }

    /// For the store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let entries = (0..).zip(self.entries());
        let alive = entries.filter(|(_, entry)| entry.is_alive(self.newest));
        let stored = Stored {
            newest: self.newest,
            entries: alive.map(|(place, entry)| (place, *entry)).collect(),
        };
        postcard::to_allocvec(&stored).unwrap_or_default()
    }

    /// The inverse of [`Sketch::to_bytes`]; `None` for what is no sketch of this release.
    pub fn from_bytes(bytes: &[u8]) -> Option<Sketch> {
        let stored: Stored = match bytes.len() <= STORED_BYTES_MAX {
            true => postcard::from_bytes(bytes).ok()?,
            false => return None,
        };
        let mut sketch = Sketch {
            newest: stored.newest,
            ..Sketch::default()
        };
        for (place, entry) in stored.entries {
            let place = usize::try_from(place).ok()?;
            Arc::make_mut(sketch.leaves.get_mut(place / LEAF)?)[place % LEAF] = entry;
        }
        Some(sketch)
    }
}

/// Takes `others` into a bucket; those of the most hosts stay.
fn join_bucket(bucket: &mut [Entry], others: &[Entry], newest: u16) {
    let mut all: Vec<Entry> = bucket.to_vec();
    for entry in others.iter().filter(|entry| entry.is_alive(newest)) {
        match all
            .iter_mut()
            .find(|known| known.tag == entry.tag && known.seen != 0)
        {
            Some(known) => *known = known.joined(entry),
            None => all.push(*entry),
        }
    }
    all.sort_by_key(|entry| {
        let rank = (entry.is_alive(newest), entry.count(), entry.seen, entry.tag);
        std::cmp::Reverse(rank)
    });
    bucket.copy_from_slice(&all[..WAYS]);
}

/// Where a wording may stand: a leaf, and the places in it.
fn places(wording: u64) -> (usize, Range<usize>) {
    let first = mixed(wording) as usize % BUCKETS * WAYS;
    let place = first % LEAF;
    (first / LEAF, place..place + WAYS)
}

fn tag(wording: u64) -> u32 {
    (mixed(wording) >> 32) as u32
}

/// Spreads what differs in few bits over all of them (the finaliser of SplitMix64; Steele, Lea and
/// Flood 2014).
fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(bytes.len() as u64, |hash, byte| {
        mixed(hash ^ u64::from(*byte)).wrapping_add(1)
    })
}

/// Sixteen bits of a hash, never 0.
fn folded(hash: u64) -> u16 {
    ((hash >> 48) as u16).max(1)
}

/// Days since 1970, never 0, up to the year 2149.
fn day(at: Timestamp) -> u16 {
    let days = at.timestamp().div_euclid(86_400);
    u16::try_from(days.max(1)).unwrap_or(u16::MAX)
}
