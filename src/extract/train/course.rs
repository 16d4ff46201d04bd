//! Lessons dealt into folds, and the models that are learned from all folds but one.

use rand::{SeedableRng, rngs::StdRng};

use super::{lesson::Lesson, names};
use crate::{
    extract::body::classify::{self, Judges},
    learn::trees::{self, Examples, Growth, Rows},
    lines::{
        keys::LogOdds,
        wording::{WordedLine, Wording, fold_of},
    },
    measure::PageScore,
};

/// All lessons, dealt into folds by domain.
pub struct Course {
    lessons: Vec<Lesson>,
    folds: usize,
    seed: u64,
    names: Vec<(u32, i8)>,
    words: Vec<(u32, i8)>,
}

impl Course {
    /// Deals the lessons into `folds` and learns names and words for each from the others.
    pub fn new(mut lessons: Vec<Lesson>, folds: usize, seed: u64) -> Course {
        for lesson in &mut lessons {
            lesson.fold = fold_of(&lesson.domain, folds);
        }
        let names = names::tally(&lessons, folds);
        let wording = Wording::read(worded(&lessons));
        let words = |without| wording.weights(without, WORDS_MAX, seed);
        let all: Vec<_> = (0..folds)
            .map(|fold| (names::log_odds(&names, Some(fold)), words(Some(fold))))
            .collect();
        let (whole_names, whole_words) = (names::log_odds(&names, None), words(None));
        for (fold, (names, words)) in all.iter().enumerate() {
            let (names, words) = (LogOdds::new(names), LogOdds::new(words));
            for lesson in lessons.iter_mut().filter(|lesson| lesson.fold == fold) {
                lesson.details.learn(&names, &words);
            }
        }
        Course {
            names: whole_names,
            words: whole_words,
            lessons,
            folds,
            seed,
        }
    }

    /// The lessons.
    pub fn lessons(&self) -> &[Lesson] {
        &self.lessons
    }

    /// The judges from all lessons but those of one fold. `progress` is called with how many trees
    /// there are, of [`TREES`].
    pub fn judges(&self, without: Option<usize>, mut progress: impl FnMut(usize)) -> Judges {
        let fold = without.unwrap_or(self.folds) as u64;
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(fold);
        let mut random = StdRng::seed_from_u64(seed);
        let mut forest = |growth: Growth, rows: fn(&Lesson) -> &Rows, before: usize| {
            let examples = self.examples(without, rows);
            let progress = |trees| progress(before + trees);
            trees::train(&examples, &growth, &mut random, progress)
        };
        let positions = forest(POSITIONS, |lesson| &lesson.sheet.positions, 0);
        let details = forest(DETAILS, |lesson| &lesson.details.rows, POSITIONS.rounds);
        Judges { positions, details }
    }

    fn examples(&self, without: Option<usize>, rows: fn(&Lesson) -> &Rows) -> Examples {
        let mut examples = Examples::default();
        let others = |lesson: &&Lesson| Some(lesson.fold) != without;
        for lesson in self.lessons.iter().filter(others) {
            for (at, (label, weight)) in lesson.labels.iter().zip(&lesson.weights).enumerate() {
                if *weight > 0.0 {
                    examples.push(rows(lesson).row(at), *label, *weight);
                }
            }
        }
        examples
    }

    /// How each lesson comes out under the judges that did not see it, with its body.
    pub fn examine(&self, judges: &[Judges]) -> Vec<(PageScore, String)> {
        let examine = |lesson: &Lesson| {
            let of_some = |some: &[usize]| {
                let mut rows = Rows::default();
                for &at in some {
                    rows.write(|row| row.extend_from_slice(lesson.details.rows.row(at)));
                }
                rows
            };
            let judged = judges[lesson.fold].probabilities(&lesson.sheet, of_some);
            let body = judged.map_or_else(String::new, |judged| lesson.body(&judged));
            (PageScore::of(&lesson.gold, &body), body)
        };
        self.lessons.iter().map(examine).collect()
    }

    /// The model in its stored form. `None` if it cannot be written, which postcard never says of
    /// plain numbers.
    pub fn model(&self, judges: Judges) -> Option<Vec<u8>> {
        postcard::to_stdvec(&classify::StoredModel {
            names: self.names.clone(),
            words: self.words.clone(),
            judges,
        })
        .ok()
    }
}

/// Keys of words that are stored, at most.
const WORDS_MAX: usize = 24_000;

/// What an error on the wording of a block costs, by its weight as an example; an optimum flat from
/// .1 to 1. A long block counts no more than [`WEIGHT_MAX`].
const COST: f32 = 0.3;
const WEIGHT_MAX: f32 = 1.5;

/// The wording of all labelled blocks.
fn worded(lessons: &[Lesson]) -> Vec<WordedLine<'_>> {
    let blocks = lessons
        .iter()
        .flat_map(|lesson| (0..lesson.labels.len()).map(move |at| (lesson, at)));
    blocks
        .filter(|(lesson, at)| lesson.weights[*at] > 0.0)
        .map(|(lesson, at)| WordedLine {
            domain: &lesson.domain,
            fold: lesson.fold,
            keys: lesson.details.words(at),
            yes: lesson.labels[at] > 0.5,
            cost: COST * lesson.weights[at].min(WEIGHT_MAX),
        })
        .collect()
}

/// How the forests grow; found by cross-validation.
const POSITIONS: Growth = Growth {
    rounds: 20,
    leaves: 31,
    depth: 8,
    rate: 0.3,
    weight_min: 6.0,
    l2: 2.0,
    features: 0.5,
};
const DETAILS: Growth = Growth {
    rounds: 160,
    leaves: 64,
    depth: 10,
    rate: 0.08,
    weight_min: 6.0,
    l2: 2.0,
    features: 0.4,
};

/// Trees of both.
pub const TREES: usize = POSITIONS.rounds + DETAILS.rounds;
