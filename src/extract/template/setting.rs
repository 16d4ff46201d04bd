//! In what kind of place lines stand.

use std::collections::HashMap;

use crate::{
    extract::{
        blocks::{Cut, phrases},
        body::Body,
    },
    lang::{FNV_SEED, fnv},
    model::BlockKind,
    site::Setting,
};

/// A paragraph from this length on may be the background of a story, in bytes.
const PROSE_BYTES_MIN: usize = 160;

/// In what kind of place a block stands: the class of its element, and the name and class of the
/// one around it. Numbers in classes count things and do not tell one kind from another.
fn place_of(cut: &Cut<'_>, index: usize) -> u64 {
    let own = &cut.containers[cut.blocks[index].container];
    let around = &cut.containers[own.parent];
    let parts = [
        own.element.attr("class").unwrap_or_default(),
        around.element.name(),
        around.element.attr("class").unwrap_or_default(),
    ];
    parts.iter().fold(FNV_SEED, |hash, part| {
        let bytes = part.bytes().filter(|b| !b.is_ascii_digit());
        bytes
            .chain([b' '])
            .fold(hash, |hash, byte| fnv(hash, &[byte]))
    })
}

/// The kind of place that holds most of the body.
pub(super) fn usual_place(cut: &Cut<'_>, body: &Body) -> Option<u64> {
    let mut bytes: HashMap<u64, usize> = HashMap::new();
    for &index in &body.blocks {
        *bytes.entry(place_of(cut, index)).or_default() += cut.blocks[index].len();
    }
    let most = bytes
        .into_iter()
        .max_by_key(|&(place, bytes)| (bytes, place));
    most.map(|(place, _)| place)
}

/// How a block is set: the site's memory keeps what it knows of a line apart by that.
pub(super) fn setting(cut: &Cut<'_>, index: usize, usual: Option<u64>) -> Setting {
    let block = &cut.blocks[index];
    let is_prose = block.kind != BlockKind::Heading
        && block.len() >= PROSE_BYTES_MIN
        && block.link_share() < 0.5
        && phrases::ends_sentence(cut.text_of(block));
    match usual == Some(place_of(cut, index)) {
        _ if is_prose => Setting::Prose,
        true => Setting::InText,
        false => Setting::Apart,
    }
}
