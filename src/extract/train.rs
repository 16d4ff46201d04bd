//! Teaches the block classifier from labelled pages. Pages of one domain always stay together:
//! no page is judged by a model that saw another page of its site.

use std::collections::{BTreeMap, HashMap, HashSet};

use rand::{SeedableRng, rngs::StdRng};
use scraper::Html;

use super::{
    body,
    classify::{self, Floors},
    features::{self, Sheet},
    fill, hints_of,
    keys::{self, Table},
    labels, look, push, with_tree,
};
use crate::{
    evaluate::{self, Gold, PageScore},
    model::{Article, BlockKind, NoArticle, Page, ParseLimits, SiteRules},
    trees::{self, Examples, Forest, Growth},
};

/// A labelled page, ready to learn from.
pub struct Lesson {
    /// What it should give.
    pub gold: Gold,
    /// The registrable domain that it came from.
    domain: String,
    fold: usize,
    sheet: Sheet,
    texts: Vec<(String, BlockKind)>,
    /// The body that the rules alone make.
    proposal: String,
    labels: Vec<f32>,
    weights: Vec<f32>,
    /// The rules find no article in it.
    no_article: bool,
}

impl Lesson {
    /// Reads a page as extraction does. `Err` where it is none to learn from.
    pub fn new(
        page: &Page,
        gold: &Gold,
        rules: &SiteRules,
        limits: &ParseLimits,
    ) -> Result<Lesson, NoArticle> {
        with_tree(page, rules, limits, |text, tree, json_ld| {
            Ok(Lesson::read(page, gold, text, tree, json_ld))
        })
    }

    fn read(page: &Page, gold: &Gold, text: &str, tree: &Html, json_ld: &[&str]) -> Lesson {
        let seen = look(page, text, tree, json_ld);
        let hints = hints_of(&seen);
        let proposal = body::choose(&seen.cut, &hints);
        let sheet = features::read(&seen.cut, &hints, &proposal);
        let texts: Vec<(String, BlockKind)> = sheet
            .candidates
            .iter()
            .map(|&index| {
                let block = &seen.cut.blocks[index];
                (seen.cut.text_of(block).to_string(), block.kind)
            })
            .collect();
        let lines: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        let marks = labels::of(gold, &lines, &sheet.proposed);
        let host = page.final_url.host_str().unwrap_or_default();
        let mut ruled = Article::default();
        fill(&mut ruled, &seen.cut, &proposal.blocks);
        let no_article = seen.reason(text, &proposal, page).is_some();
        Lesson {
            gold: gold.clone(),
            domain: psl::domain_str(host).unwrap_or(host).to_string(),
            fold: 0,
            sheet,
            texts,
            proposal: ruled.body,
            labels: marks.iter().map(|mark| mark.label).collect(),
            weights: marks.iter().map(|mark| mark.weight).collect(),
            no_article,
        }
    }

    /// The body that extraction makes of these judgements.
    fn body(&self, judged: &[f32], floors: &Floors) -> String {
        if self.no_article {
            return String::new();
        }
        let Some(kept) = classify::decide(&self.sheet, judged, floors) else {
            return self.proposal.clone();
        };
        let mut article = Article::default();
        for at in kept {
            let (text, kind) = &self.texts[at];
            push(&mut article, text, *kind, 0);
        }
        article.body
    }
}

/// All lessons, dealt into folds by domain.
pub struct Course {
    lessons: Vec<Lesson>,
    folds: usize,
    seed: u64,
    names: Vec<(u32, i8)>,
    words: Vec<(u32, i8)>,
    floors: Floors,
}

/// How often a key stands in the body, in domains.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    yes: f32,
    no: f32,
    domains: f32,
}

type Tallies = HashMap<u32, Tally>;

/// Names and words that are stored, at most, and the domains that must have one.
const NAMES_MAX: usize = 6_000;
const WORDS_MAX: usize = 5_000;
const DOMAINS_MIN: f32 = 3.0;
const WORD_DOMAINS_MIN: f32 = 4.0;

impl Course {
    /// Deals the lessons into `folds` and learns names and words for each from the others.
    pub fn new(mut lessons: Vec<Lesson>, folds: usize, seed: u64) -> Course {
        for lesson in &mut lessons {
            let key = keys::extend(keys::START, &lesson.domain);
            lesson.fold = (key ^ (key >> 15)) as usize % folds.max(1);
        }
        let names = tally(&lessons, folds, names_of);
        let words = tally(&lessons, folds, words_of);
        let stored =
            |tallies: &[Tallies], without, domains, max| log_odds(tallies, without, domains, max);
        for fold in 0..folds {
            let without = Some(fold);
            let names = Table::new(&stored(&names, without, DOMAINS_MIN, NAMES_MAX));
            let words = Table::new(&stored(&words, without, WORD_DOMAINS_MIN, WORDS_MAX));
            for lesson in lessons.iter_mut().filter(|lesson| lesson.fold == fold) {
                lesson.sheet.learn(&names, &words);
            }
        }
        Course {
            names: stored(&names, None, DOMAINS_MIN, NAMES_MAX),
            words: stored(&words, None, WORD_DOMAINS_MIN, WORDS_MAX),
            lessons,
            folds,
            seed,
            floors: Floors {
                short: 0.5,
                long: 0.5,
            },
        }
    }

    /// The lessons.
    pub fn lessons(&self) -> &[Lesson] {
        &self.lessons
    }

    /// The forest from all lessons but those of one fold.
    pub fn forest(&self, without: Option<usize>, progress: impl FnMut(usize)) -> Forest {
        let mut examples = Examples::default();
        for lesson in self
            .lessons
            .iter()
            .filter(|lesson| Some(lesson.fold) != without)
        {
            examples.width = examples.width.max(lesson.sheet.width);
            add(&mut examples, lesson);
        }
        let fold = without.unwrap_or(self.folds) as u64;
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(fold);
        trees::train(
            &examples,
            &GROWTH,
            &mut StdRng::seed_from_u64(seed),
            progress,
        )
    }

    /// How each lesson comes out under the forest that did not see it, with its body. The floors
    /// are chosen first, by the same judgements.
    pub fn examine(&mut self, forests: &[Forest]) -> Vec<(PageScore, String)> {
        let judged: Vec<Vec<f32>> = self
            .lessons
            .iter()
            .map(|lesson| {
                let sheet = &lesson.sheet;
                forests[lesson.fold].probabilities(&sheet.rows, sheet.width)
            })
            .collect();
        self.floors = best_floors(&self.lessons, &judged);
        self.lessons
            .iter()
            .zip(&judged)
            .map(|(lesson, judged)| {
                let body = lesson.body(judged, &self.floors);
                (evaluate::page(&lesson.gold, &body), body)
            })
            .collect()
    }

    /// The model in its stored form. `None` if it cannot be written, which postcard never says of
    /// plain numbers.
    pub fn model(&self, forest: Forest) -> Option<Vec<u8>> {
        postcard::to_stdvec(&classify::Stored {
            names: self.names.clone(),
            words: self.words.clone(),
            forest,
            floors: self.floors,
        })
        .ok()
    }
}

/// How the forest grows; found by cross-validation.
const GROWTH: Growth = Growth {
    rounds: 160,
    leaves: 24,
    rate: 0.08,
    weight_min: 4.0,
    l2: 2.0,
    features: 0.4,
};

fn add(examples: &mut Examples, lesson: &Lesson) {
    for (at, (label, weight)) in lesson.labels.iter().zip(&lesson.weights).enumerate() {
        if *weight > 0.0 {
            examples.push(lesson.sheet.row(at), *label, *weight);
        }
    }
}

/// The keys of a lesson's names, with the bytes below them in and out of the body.
fn names_of(lesson: &Lesson, sums: &mut BTreeMap<u32, [f32; 2]>) {
    for at in 0..lesson.labels.len() {
        let weight = (lesson.sheet.bytes[at].min(400.0) + 20.0) * lesson.weights[at].min(1.0);
        let mut seen = HashSet::new();
        for key in lesson.sheet.names(at).flatten() {
            if seen.insert(*key) {
                let sums = sums.entry(*key).or_default();
                sums[0] += weight * lesson.labels[at];
                sums[1] += weight * (1.0 - lesson.labels[at]);
            }
        }
    }
}

/// The same of the words of short lines.
fn words_of(lesson: &Lesson, sums: &mut BTreeMap<u32, [f32; 2]>) {
    for at in (0..lesson.labels.len()).filter(|&at| lesson.weights[at] > 0.0) {
        let words: HashSet<u32> = lesson.sheet.words(at).iter().copied().collect();
        for key in words {
            let sums = sums.entry(key).or_default();
            sums[0] += lesson.labels[at];
            sums[1] += 1.0 - lesson.labels[at];
        }
    }
}

/// Tallies by fold: each domain has one vote on each key.
fn tally(
    lessons: &[Lesson],
    folds: usize,
    of: fn(&Lesson, &mut BTreeMap<u32, [f32; 2]>),
) -> Vec<Tallies> {
    let mut by_domain: BTreeMap<(usize, &str), BTreeMap<u32, [f32; 2]>> = BTreeMap::new();
    for lesson in lessons {
        let sums = by_domain.entry((lesson.fold, &lesson.domain)).or_default();
        of(lesson, sums);
    }
    let mut tallies = vec![Tallies::new(); folds];
    for ((fold, _), sums) in by_domain {
        for (key, [yes, no]) in sums {
            if yes + no > 0.0 {
                let tally = tallies[fold].entry(key).or_default();
                tally.yes += yes / (yes + no);
                tally.no += no / (yes + no);
                tally.domains += 1.0;
            }
        }
    }
    tallies
}

/// The keys that say most, from all folds but one, in order.
fn log_odds(
    tallies: &[Tallies],
    without: Option<usize>,
    domains: f32,
    max: usize,
) -> Vec<(u32, i8)> {
    let mut all: BTreeMap<u32, Tally> = BTreeMap::new();
    for (_, fold) in tallies
        .iter()
        .enumerate()
        .filter(|(at, _)| Some(*at) != without)
    {
        for (key, tally) in fold {
            let sum = all.entry(*key).or_default();
            sum.yes += tally.yes;
            sum.no += tally.no;
            sum.domains += tally.domains;
        }
    }
    let mut said: Vec<(f32, u32, f32)> = all
        .into_iter()
        .filter(|(_, tally)| tally.domains >= domains)
        .map(|(key, tally)| {
            let odds = ((tally.yes + 0.8) / (tally.no + 0.8)).ln();
            (odds.abs() * tally.domains.sqrt(), key, odds)
        })
        .collect();
    said.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    said.truncate(max);
    let mut stored: Vec<(u32, i8)> = said
        .into_iter()
        .map(|(_, key, odds)| (key, Table::steps(odds)))
        .collect();
    stored.sort_unstable();
    stored
}

/// What a page without a foreign line is worth beside its F1.
const CLEAN_WORTH: f64 = 0.04;

/// The floors under which pages with a gold body come out best, measured in bytes of blocks.
fn best_floors(lessons: &[Lesson], judged: &[Vec<f32>]) -> Floors {
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
