//! From which probability on blocks are kept.

use super::Lesson;
use crate::extract::classify::{self, Floors};

/// What a page without a foreign line is worth beside its F1.
const CLEAN_WORTH: f64 = 0.04;

/// The floors under which pages with a gold body come out best, measured in bytes of blocks.
pub(super) fn best(lessons: &[Lesson], judged: &[Vec<f32>]) -> Floors {
    let grid = (6..17).flat_map(|short| (4..13).map(move |long| (short, long)));
    let floors = grid.map(|(short, long)| Floors {
        short: short as f32 * 0.05,
        long: long as f32 * 0.05,
    });
    let worth = |floors: &Floors| {
        let pages = lessons.iter().zip(judged);
        pages
            .filter(|(lesson, _)| lesson.gold.body.is_some())
            .map(|(lesson, judged)| {
                let kept = classify::decide(&lesson.sheet, judged, floors);
                worth_of(lesson, &kept.unwrap_or_else(|| lesson.sheet.proposal()))
            })
            .sum::<f64>()
    };
    let worths = floors.map(|floors| (worth(&floors), floors));
    worths.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(
        Floors {
            short: 0.5,
            long: 0.5,
        },
        |(_, floors)| floors,
    )
}

fn worth_of(lesson: &Lesson, kept: &[usize]) -> f64 {
    let bytes = |at: usize| f64::from(lesson.sheet.bytes[at]);
    let known = |at: &usize| lesson.weights[*at] > 0.0;
    let (mut found, mut foreign, mut clean) = (0.0, 0.0, CLEAN_WORTH);
    for &at in kept.iter().filter(|at| known(at)) {
        if lesson.labels[at] > 0.5 {
            found += bytes(at);
        } else {
            foreign += bytes(at);
            clean = 0.0;
        }
    }
    let all: f64 = (0..lesson.labels.len())
        .filter(|at| known(at) && lesson.labels[*at] > 0.5)
        .map(bytes)
        .sum();
    2.0 * found / (found + foreign + all).max(1.0) + clean
}
