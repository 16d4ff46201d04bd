//! Pages broken in every way that a seeded generator finds: bytes flipped, ends cut off, tags
//! shuffled, slices doubled. Whatever is left, extraction ends with an answer.

use std::{fs, path::Path};

use rand::{RngExt, SeedableRng, rngs::SmallRng};

/// Bytes of a mutated page at most: doubling a slice again and again must end.
const PAGE_BYTES_MAX: usize = 256 << 10;

/// Our own pages, in the order of their names.
pub(crate) fn fixtures() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut pages: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("page.html"))
        .collect();
    pages.sort();
    pages.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The page that `seed` makes of one of `pages`; always the same one.
pub(crate) fn mutated(pages: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut page = pages[random.random_range(0..pages.len())].clone();
    for _ in 0..random.random_range(1..8) {
        if page.is_empty() {
            break;
        }
        mutate(&mut page, pages, &mut random);
    }
    page.truncate(PAGE_BYTES_MAX);
    page
}

fn mutate(page: &mut Vec<u8>, pages: &[Vec<u8>], random: &mut SmallRng) {
    let (start, end) = slice_of(page.len(), random);
    match random.random_range(0..7) {
        0 => {
            for _ in 0..random.random_range(1..40) {
                let at = random.random_range(0..page.len());
                page[at] = random.random();
            }
        }
        1 => page.truncate(start),
        2 => drop(page.drain(start..end)),
        3 => {
            let slice = page[start..end].repeat(random.random_range(1..6));
            page.splice(start..start, slice);
        }
        4 => shuffle_tags(page, random),
        5 => {
            let other = &pages[random.random_range(0..pages.len())];
            let (from, to) = slice_of(other.len(), random);
            page.splice(start..end, other[from..to].iter().copied());
        }
        _ => {
            const MARKS: &[u8] = b"<>&\"'=/!-;\0 ";
            let mark = MARKS[random.random_range(0..MARKS.len())];
            for _ in 0..random.random_range(1..30) {
                page.insert(random.random_range(0..page.len()), mark);
            }
        }
    }
}

fn slice_of(length: usize, random: &mut SmallRng) -> (usize, usize) {
    let start = random.random_range(0..length);
    let end = (start + random.random_range(1..4_000)).min(length);
    (start, end)
}

/// Cuts the page before each tag and puts a stretch of the pieces in another order.
fn shuffle_tags(page: &mut Vec<u8>, random: &mut SmallRng) {
    let mut pieces: Vec<Vec<u8>> = page
        .split_inclusive(|byte| *byte == b'>')
        .map(<[u8]>::to_vec)
        .collect();
    for _ in 0..random.random_range(1..50) {
        let (a, b) = (
            random.random_range(0..pieces.len()),
            random.random_range(0..pieces.len()),
        );
        pieces.swap(a, b);
    }
    *page = pieces.concat();
}
