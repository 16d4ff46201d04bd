//! In: texts of which it is known whose each line is. Out: the model, and how it does on sites that
//! it did not see.
//!
//! All that comes from one domain stays together: no line is judged by a model that saw another page
//! of its site.

use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

use super::{
    features::{self, LINES_MAX, Line, LineWords},
    keys::LogOdds,
    model::{Floors, StoredModel},
    wording::{WordedLine, Wording, fold_of},
};
use crate::learn::trees::{self, Examples, Forest, Growth};

/// A line whose owner is known, or not.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledLine {
    /// Its text.
    pub text: String,
    /// The share of its bytes that stand in links; `None` where nobody knows.
    pub links: Option<f32>,
    /// Whether it belongs to the page and not to the article; `None` where no label tells.
    pub of_page: Option<bool>,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// All that a page shows.
    Page,
    /// An article as people cut it out of its page.
    Article,
    /// An article of a collection of texts.
    Collected,
    /// A body that an extractor made who had not seen the site. Nothing is learned from it.
    Body,
}

/// A text to learn from.
#[derive(Debug, Clone)]
pub struct LabelledText {
    /// The registrable domain that it came from, or what stands for one.
    pub domain: String,
    /// What it is.
    pub kind: Kind,
    /// Its lines.
    pub lines: Vec<LabelledLine>,
}

/// How much of a page a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Cut {
    /// The whole text.
    Whole,
    /// The article and some lines before and behind it.
    Around,
    /// From the first line of the article to its last.
    Amid,
    /// A few lines.
    Few,
}

/// A part of a text as the model may meet it.
#[derive(Debug, Clone)]
struct Passage {
    cut: Cut,
    lines: Range<usize>,
    /// Whether its links are told.
    linked: bool,
}

/// A text in its fold.
struct Lesson {
    text: LabelledText,
    fold: usize,
    words: Vec<LineWords>,
    passages: Vec<Passage>,
}

/// All texts, dealt into folds by domain.
pub struct Course {
    lessons: Vec<Lesson>,
    folds: usize,
    seed: u64,
    /// The weights of words from all folds but one.
    unseen: Vec<LogOdds>,
    words: Vec<(u32, i8)>,
}

/// Keys of words that are stored, at most.
const WORDS_MAX: usize = 16_000;
/// What an error on the wording of a line costs.
const COST: f32 = 0.3;

/// How the forest grows (explored with LightGBM; not yet tuned here).
const GROWTH: Growth = Growth {
    rounds: 150,
    leaves: 32,
    depth: 10,
    rate: 0.08,
    weight_min: 6.0,
    l2: 2.0,
    features: 0.4,
};

/// Trees of a forest.
pub const TREES: usize = GROWTH.rounds;

/// What a line of a whole page counts, where one of a shorter passage counts 1: most of a page is
/// far from its article.
const WHOLE_WEIGHT: f32 = 0.5;

/// Lines before and behind an article, one of them by chance.
const BEFORE: [usize; 6] = [0, 0, 2, 5, 10, 20];
const BEHIND: [usize; 7] = [0, 0, 2, 5, 10, 20, 40];
/// Lines of a passage of few.
const FEW: Range<usize> = 3..12;

/// One line of articles in so many reaches each floor.
const WEAK_ONE_IN: usize = 500;
const STRONG_ONE_IN: usize = 2_000;

impl Course {
    /// Deals the texts into `folds` and learns words for each from the others.
    pub fn new(texts: Vec<LabelledText>, folds: usize, seed: u64) -> Course {
        let mut random = StdRng::seed_from_u64(seed);
        let lessons: Vec<Lesson> = texts
            .into_iter()
            .map(|text| Lesson::new(text, folds, &mut random))
            .collect();
        let wording = Wording::read(worded(&lessons));
        let weights = |without| wording.weights(without, WORDS_MAX, seed);
        let unseen = (0..folds)
            .map(|fold| LogOdds::new(&weights(Some(fold))))
            .collect();
        let words = weights(None);
        Course {
            lessons,
            folds,
            seed,
            unseen,
            words,
        }
    }

    /// The forest from all texts but those of one fold. `progress` is called with how many trees
    /// there are, of [`TREES`].
    pub fn forest(&self, without: Option<usize>, progress: impl FnMut(usize)) -> Forest {
        let mut examples = Examples::default();
        let others = self
            .lessons
            .iter()
            .filter(|lesson| Some(lesson.fold) != without && lesson.text.kind != Kind::Body);
        for lesson in others {
            for passage in &lesson.passages {
                self.teach(lesson, passage, &mut examples);
            }
        }
        let fold = without.unwrap_or(self.folds) as u64;
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(fold);
        let mut random = StdRng::seed_from_u64(seed);
        trees::train(&examples, &GROWTH, &mut random, progress)
    }

    fn teach(&self, lesson: &Lesson, passage: &Passage, examples: &mut Examples) {
        let weight = match passage.cut {
            Cut::Whole if lesson.text.kind == Kind::Page => WHOLE_WEIGHT,
            _ => 1.0,
        };
        let rows = lesson.rows(passage, &self.unseen[lesson.fold]);
        let lines = &lesson.text.lines[passage.lines.clone()];
        for (at, line) in lines.iter().enumerate() {
            if let Some(of_page) = line.of_page {
                examples.push(rows.row(at), f32::from(u8::from(of_page)), weight);
            }
        }
    }

    /// How each line comes out under the forest that did not see its site.
    pub fn examine(&self, forests: &[Forest]) -> Examination {
        let mut examined = Examination::default();
        for lesson in &self.lessons {
            for passage in lesson.passages.iter().filter(|p| p.cut != Cut::Few) {
                let tell = match lesson.text.kind {
                    Kind::Page => [Some(true), Some(false)],
                    _ => [Some(false), None],
                };
                for linked in tell.into_iter().flatten() {
                    let passage = Passage {
                        linked,
                        ..passage.clone()
                    };
                    let rows = lesson.rows(&passage, &self.unseen[lesson.fold]);
                    let odds = forests[lesson.fold].full_odds(&rows);
                    examined.add(lesson, &passage, &odds);
                }
            }
        }
        examined
    }

    /// The model in its stored form. `None` if it cannot be written, which postcard never says of
    /// plain numbers.
    pub fn model(&self, forest: Forest, plain: Floors, linked: Floors) -> Option<Vec<u8>> {
        let words = self.words.clone();
        postcard::to_stdvec(&StoredModel {
            words,
            forest,
            plain,
            linked,
        })
        .ok()
    }
}

impl Lesson {
    fn new(mut text: LabelledText, folds: usize, random: &mut impl Rng) -> Lesson {
        text.lines.truncate(LINES_MAX);
        let words = text.lines.iter().map(|line| LineWords::of(&line.text));
        Lesson {
            fold: fold_of(&text.domain, folds),
            words: words.collect(),
            passages: passages(&text, random),
            text,
        }
    }

    fn rows(&self, passage: &Passage, weights: &LogOdds) -> trees::Rows {
        let lines: Vec<Line<'_>> = self.text.lines[passage.lines.clone()]
            .iter()
            .map(|line| Line {
                text: &line.text,
                links: line.links.filter(|_| passage.linked),
            })
            .collect();
        features::rows(
            &lines,
            0..lines.len(),
            &self.words[passage.lines.clone()],
            weights,
        )
    }
}

/// The passages of a text. What is extracted, collected or pasted may be more or less of a page, with
/// or without its links.
fn passages(text: &LabelledText, random: &mut impl Rng) -> Vec<Passage> {
    let all = text.lines.len();
    let mut cuts = vec![(Cut::Whole, 0..all)];
    let of_article = |line: &LabelledLine| line.of_page == Some(false);
    let first = text.lines.iter().position(of_article);
    let last = text.lines.iter().rposition(of_article);
    let is_page = text.kind == Kind::Page;
    if let Some((first, last)) = first.zip(last).filter(|_| is_page) {
        let before = BEFORE[random.random_range(0..BEFORE.len())];
        let behind = BEHIND[random.random_range(0..BEHIND.len())];
        let from = first.saturating_sub(before);
        cuts.push((Cut::Around, from..(last + 1 + behind).min(all)));
        cuts.push((Cut::Amid, first..last + 1));
        let from = random.random_range(first..last + 1);
        let end = (from + random.random_range(FEW)).min(all);
        cuts.push((Cut::Few, from..end));
    }
    cuts.into_iter()
        .map(|(cut, lines)| Passage {
            cut,
            lines,
            linked: is_page && random.random_bool(0.5),
        })
        .collect()
}

/// The lines of all pages, each once a page.
fn worded(lessons: &[Lesson]) -> Vec<WordedLine<'_>> {
    let pages = lessons
        .iter()
        .filter(|lesson| lesson.text.kind == Kind::Page);
    pages
        .flat_map(|lesson| {
            let mut seen = HashSet::new();
            let lines = lesson.text.lines.iter().zip(&lesson.words);
            lines.filter_map(move |(line, words)| {
                let yes = line.of_page?;
                seen.insert(line.text.as_str()).then_some(WordedLine {
                    domain: &lesson.text.domain,
                    fold: lesson.fold,
                    keys: &words.keys,
                    yes,
                    cost: COST,
                })
            })
        })
        .collect()
}

/// Odds of lines of one kind of passage, by whose they are.
#[derive(Debug, Default, Clone)]
struct Odds {
    of_page: Vec<f32>,
    of_article: Vec<f32>,
}

/// How lines came out.
#[derive(Debug, Default)]
pub struct Examination {
    odds: BTreeMap<(Kind, Cut, bool), Odds>,
}

/// How one kind of passage comes out at a floor.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What it is.
    pub name: String,
    /// Lines of pages and of articles in it.
    pub lines: (usize, usize),
    /// The share of the page's lines that reach the floor.
    pub recall: f64,
    /// Lines of articles that do, in a thousand.
    pub false_per_1000: f64,
}

impl Examination {
    fn add(&mut self, lesson: &Lesson, passage: &Passage, odds: &[f32]) {
        let key = (lesson.text.kind, passage.cut, passage.linked);
        let sums = self.odds.entry(key).or_default();
        let lines = &lesson.text.lines[passage.lines.clone()];
        for (line, odds) in lines.iter().zip(odds) {
            match line.of_page {
                Some(true) => sums.of_page.push(*odds),
                Some(false) => sums.of_article.push(*odds),
                None => {}
            }
        }
    }

    /// The floors that so few lines of articles reach, in every kind of passage that tells its links
    /// or not.
    pub fn floors(&self, linked: bool) -> Floors {
        let alike = self.odds.iter().filter(|(key, _)| key.2 == linked);
        let sorted: Vec<Vec<f32>> = alike
            .map(|(_, odds)| {
                let mut odds = odds.of_article.clone();
                odds.sort_by(|a, b| b.total_cmp(a));
                odds
            })
            .collect();
        let floor = |one_in: usize| {
            let floors = sorted
                .iter()
                .filter_map(|odds| odds.get(odds.len() / one_in));
            floors.copied().fold(f32::MIN, f32::max)
        };
        Floors {
            weak: floor(WEAK_ONE_IN),
            strong: floor(STRONG_ONE_IN),
        }
    }

    /// How each kind of passage that tells its links or not comes out at a floor.
    pub fn outcomes(&self, linked: bool, floor: f32) -> Vec<Outcome> {
        let reach = |odds: &[f32]| {
            let above = odds.iter().filter(|odds| **odds >= floor).count();
            above as f64 / odds.len().max(1) as f64
        };
        let alike = self.odds.iter().filter(|(key, _)| key.2 == linked);
        let kinds = alike.map(|((kind, cut, linked), odds)| Outcome {
            name: name(*kind, *cut, *linked),
            lines: (odds.of_page.len(), odds.of_article.len()),
            recall: reach(&odds.of_page),
            false_per_1000: 1e3 * reach(&odds.of_article),
        });
        kinds.collect()
    }
}

fn name(kind: Kind, cut: Cut, linked: bool) -> String {
    let what = match (kind, cut) {
        (Kind::Page, Cut::Whole) => "the whole page",
        (Kind::Page, Cut::Around) => "the article and lines about it",
        (Kind::Page, _) => "from its first line to its last",
        (Kind::Article, _) => "articles as people cut them out",
        (Kind::Collected, _) => "collected texts",
        (Kind::Body, _) => "bodies of an extractor",
    };
    format!("{what}{}", if linked { ", with links" } else { "" })
}
