//! Teaches the block classifier from labelled pages. Pages of one domain always stay together:
//! no page is judged by a model that saw another page of its site.

mod labels;
mod names;
mod wording;

use rand::{SeedableRng, rngs::StdRng};

use self::wording::Wording;
use super::{
    article::{fill, push},
    body::{
        self, classify,
        features::{self, Details, Sheet},
        keys::{self, Table},
    },
    page::{Opened, hints_of, look, open},
    template::{self, Said},
};
use crate::{
    learn::trees::{self, Examples, Growth, Rows},
    measure::{Gold, PageScore},
    model::{Article, BlockKind, NoArticle, Page, ParseLimits, SiteRules},
};

pub use super::body::classify::Judges;

/// A labelled page, ready to learn from.
pub struct Lesson {
    /// What it should give.
    pub gold: Gold,
    /// The registrable domain that it came from.
    domain: String,
    fold: usize,
    sheet: Sheet,
    /// All about all candidates.
    details: Details,
    texts: Vec<(String, BlockKind)>,
    /// To tell paragraphs that are said twice.
    prints: Vec<Option<u64>>,
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
        open(page, rules, limits, |opened| {
            Ok(Lesson::read(page, gold, opened))
        })
    }

    fn read(page: &Page, gold: &Gold, opened: &Opened<'_>) -> Lesson {
        let seen = look(page, opened);
        let hints = hints_of(&seen);
        let proposal = body::choose(&seen.cut, &hints);
        let features = features::Page::new(&seen.cut, &hints, &proposal);
        let sheet = features.sheet(&proposal);
        let all: Vec<usize> = (0..sheet.candidates.len()).collect();
        let details = features.details(&sheet, &all);
        let texts: Vec<(String, BlockKind)> = sheet
            .candidates
            .iter()
            .map(|&index| {
                let block = &seen.cut.blocks[index];
                (seen.cut.text_of(block).to_string(), block.kind)
            })
            .collect();
        let print = |&index: &usize| {
            let block = &seen.cut.blocks[index];
            template::fingerprint(seen.cut.text_of(block), block)
        };
        let prints = sheet.candidates.iter().map(print).collect();
        let lines: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        let marks = labels::of(gold, &lines, &sheet.proposed);
        let host = page.final_url.host_str().unwrap_or_default();
        let mut ruled = Article::default();
        fill(&mut ruled, &seen.cut, &proposal.blocks);
        let no_article = seen.reason(opened.text, &proposal, page).is_some();
        Lesson {
            gold: gold.clone(),
            domain: psl::domain_str(host).unwrap_or(host).to_string(),
            fold: 0,
            sheet,
            details,
            texts,
            prints,
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
        let (mut article, mut said) = (Article::default(), Said::default());
        for at in kept {
            let (text, kind) = &self.texts[at];
            if said.is_new(text.len(), self.prints[at]) {
                push(&mut article, text, *kind, 0);
            }
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
        let standing = forest(STANDING, |lesson| &lesson.sheet.standing, 0);
        let details = forest(DETAILS, |lesson| &lesson.details.rows, STANDING.rounds);
        Judges { standing, details }
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
        postcard::to_stdvec(&classify::Stored {
            names: self.names.clone(),
            words: self.words.clone(),
            judges,
        })
        .ok()
    }
}

/// How the forests grow; found by cross-validation.
const STANDING: Growth = Growth {
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
pub const TREES: usize = STANDING.rounds + DETAILS.rounds;
