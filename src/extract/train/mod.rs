//! Teaches the block classifier from labelled pages. Pages of one domain always stay together:
//! no page is judged by a model that saw another page of its site.

mod names;
mod wording;

use rand::{SeedableRng, rngs::StdRng};
use scraper::Html;

use self::wording::Wording;
use super::{
    body, classify,
    features::{self, Sheet},
    fill, hints_of,
    keys::{self, Table},
    labels, look, push, with_tree,
};
use crate::{
    evaluate::{self, Gold, PageScore},
    learn::trees::{self, Examples, Forest, Growth},
    model::{Article, BlockKind, NoArticle, Page, ParseLimits, SiteRules},
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
    fn body(&self, judged: &[f32]) -> String {
        if self.no_article {
            return String::new();
        }
        let Some(kept) = classify::decide(&self.sheet, judged) else {
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
}

impl Course {
    /// Deals the lessons into `folds` and learns names and words for each from the others.
    pub fn new(mut lessons: Vec<Lesson>, folds: usize, seed: u64) -> Course {
        for lesson in &mut lessons {
            let key = keys::extend(keys::START, &lesson.domain);
            lesson.fold = (key ^ (key >> 15)) as usize % folds.max(1);
        }
        let names = names::tally(&lessons, folds);
        let wording = Wording::read(&lessons);
        let words = |without| wording.weights(&lessons, without, seed);
        let all: Vec<_> = (0..folds)
            .map(|fold| (names::log_odds(&names, Some(fold)), words(Some(fold))))
            .collect();
        let (whole_names, whole_words) = (names::log_odds(&names, None), words(None));
        for (fold, (names, words)) in all.iter().enumerate() {
            let (names, words) = (Table::new(names), Table::new(words));
            for lesson in lessons.iter_mut().filter(|lesson| lesson.fold == fold) {
                lesson.sheet.learn(&names, &words);
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

    /// How each lesson comes out under the forest that did not see it, with its body.
    pub fn examine(&self, forests: &[Forest]) -> Vec<(PageScore, String)> {
        let examine = |lesson: &Lesson| {
            let sheet = &lesson.sheet;
            let judged = forests[lesson.fold].probabilities(&sheet.rows, sheet.width);
            let body = lesson.body(&judged);
            (evaluate::page(&lesson.gold, &body), body)
        };
        self.lessons.iter().map(examine).collect()
    }

    /// The model in its stored form. `None` if it cannot be written, which postcard never says of
    /// plain numbers.
    pub fn model(&self, forest: Forest) -> Option<Vec<u8>> {
        postcard::to_stdvec(&classify::Stored {
            names: self.names.clone(),
            words: self.words.clone(),
            forest,
        })
        .ok()
    }
}

/// How the forest grows; found by cross-validation.
const GROWTH: Growth = Growth {
    rounds: 160,
    leaves: 64,
    rate: 0.08,
    weight_min: 6.0,
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
