//! Bodies and metadata against those made by hand.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    inspect::Inspection,
    measure::{Gold, Names, PageScore, SetScore, metadata},
    model::{Article, Reason},
};

/// The group of a page that is a row of the table, such as its language.
pub type Grouping = fn(&Gold) -> Option<&str>;

/// What another extractor made of one page.
#[derive(Debug, Deserialize)]
pub struct Prediction {
    id: String,
    #[serde(alias = "text")]
    body: Option<String>,
    #[serde(flatten)]
    metadata: metadata::FoundMetadata,
}

/// How one page came out.
#[derive(Debug)]
pub struct PageResult<'g> {
    gold: &'g Gold,
    score: PageScore,
    metadata: metadata::Score,
    /// Why the page was not judged; `None` for what others extracted.
    abstained: Option<Reason>,
    took: Duration,
}

impl<'g> PageResult<'g> {
    fn new(gold: &'g Gold, body: &str, found: &metadata::FoundMetadata) -> PageResult<'g> {
        PageResult {
            gold,
            score: PageScore::of(gold, body),
            metadata: metadata::Score::of(gold, found),
            abstained: None,
            took: Duration::ZERO,
        }
    }

    /// What we made of a page, in `took` of one thread.
    pub fn inspected(gold: &'g Gold, inspection: &Inspection, took: Duration) -> PageResult<'g> {
        let article = &inspection.article;
        PageResult {
            abstained: inspection.assessment.verdict.reason(),
            took,
            ..PageResult::new(gold, &article.body, &metadata_of(article))
        }
    }
}

fn metadata_of(article: &Article) -> metadata::FoundMetadata {
    metadata::FoundMetadata {
        title: article.title.clone(),
        byline: article.byline.clone().map(Names::Line),
        date: article.published.map(|date| date.to_string()),
    }
}

/// What another extractor made of the pages. One that it left out is an empty one.
pub fn predicted<'g>(gold: &'g [Gold], predictions: &[Prediction]) -> Vec<PageResult<'g>> {
    let by_id: HashMap<&str, &Prediction> = predictions
        .iter()
        .map(|prediction| (prediction.id.as_str(), prediction))
        .collect();
    let nothing = metadata::FoundMetadata::default();
    let result = |gold: &'g Gold| {
        let prediction = by_id.get(gold.id.as_str());
        let body = prediction.and_then(|prediction| prediction.body.as_deref());
        let found = prediction.map_or(&nothing, |prediction| &prediction.metadata);
        PageResult::new(gold, body.unwrap_or_default(), found)
    };
    gold.iter().map(result).collect()
}

/// How a group of pages came out.
#[derive(Debug, Serialize)]
pub struct GroupScore {
    /// Their bodies.
    #[serde(flatten)]
    pub body: SetScore,
    /// Their titles, authors and dates.
    #[serde(flatten)]
    pub metadata: metadata::Shares,
}

impl GroupScore {
    fn of(pages: &[&PageResult<'_>]) -> GroupScore {
        GroupScore {
            body: SetScore::of(&pages.iter().map(|page| &page.score).collect::<Vec<_>>()),
            metadata: metadata::Shares::of(
                &pages.iter().map(|page| &page.metadata).collect::<Vec<_>>(),
            ),
        }
    }
}

/// How a set came out.
#[derive(Debug, Serialize)]
pub struct ExtractionReport {
    /// The name of the set.
    pub set: String,
    /// SHA-256 of its labels.
    pub gold_sha256: String,
    /// All its pages.
    pub all: GroupScore,
    groups: BTreeMap<String, GroupScore>,
    /// Pages that were not judged, by the reason: all of them hold an article.
    abstained: BTreeMap<&'static str, usize>,
    /// Milliseconds of extraction and scoring, of one thread; 0 for what others extracted.
    p50_ms: f64,
    /// What one page in a hundred takes longer than.
    pub p99_ms: f64,
    max_ms: f64,
    worst: Vec<(String, f64)>,
}

impl ExtractionReport {
    /// The report on the pages of a set, with a row for each group and the `worst` pages.
    pub fn new(
        set: String,
        gold_sha256: String,
        pages: &[PageResult<'_>],
        grouping: Option<Grouping>,
        worst: usize,
    ) -> ExtractionReport {
        let mut abstained = BTreeMap::new();
        for reason in pages.iter().filter_map(|page| page.abstained) {
            *abstained.entry(reason.as_str()).or_default() += 1;
        }
        let [p50_ms, p99_ms, max_ms] = times(pages);
        ExtractionReport {
            set,
            gold_sha256,
            all: GroupScore::of(&pages.iter().collect::<Vec<_>>()),
            groups: grouping.map_or_else(BTreeMap::new, |grouping| groups(pages, grouping)),
            abstained,
            p50_ms,
            p99_ms,
            max_ms,
            worst: worst_of(pages, worst),
        }
    }
}

fn groups(pages: &[PageResult<'_>], grouping: Grouping) -> BTreeMap<String, GroupScore> {
    let mut groups: BTreeMap<String, Vec<&PageResult<'_>>> = BTreeMap::new();
    for page in pages {
        let group = grouping(page.gold).unwrap_or_default();
        groups.entry(group.to_string()).or_default().push(page);
    }
    let score = |(name, pages): (String, Vec<_>)| (name, GroupScore::of(&pages));
    groups.into_iter().map(score).collect()
}

/// Median, 99th percentile and maximum of what pages took, in milliseconds.
fn times(pages: &[PageResult<'_>]) -> [f64; 3] {
    let millis = |page: &PageResult<'_>| page.took.as_secs_f64() * 1000.0;
    let mut times: Vec<f64> = pages.iter().map(millis).collect();
    times.sort_unstable_by(f64::total_cmp);
    [0.5, 0.99, 1.0].map(|share| {
        let at = (share * (times.len().max(1) - 1) as f64) as usize;
        times.get(at).copied().unwrap_or(0.0)
    })
}

fn worst_of(pages: &[PageResult<'_>], count: usize) -> Vec<(String, f64)> {
    let scored = |page: &PageResult<'_>| Some((page.gold.id.clone(), page.score.f1()?));
    let mut worst: Vec<(String, f64)> = pages.iter().filter_map(scored).collect();
    worst.sort_by(|a, b| a.1.total_cmp(&b.1));
    worst.truncate(count);
    worst
}

impl fmt::Display for ExtractionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || {
            let groups = self.groups.iter().map(|(name, group)| (&name[..], group));
            std::iter::once(("all", &self.all)).chain(groups)
        };
        body_head(f, &self.set)?;
        for (name, group) in rows() {
            body_row(f, name, &group.body)?;
        }
        writeln!(
            f,
            "{:<16} {:>6} {:>6} {:>10} {:>7} {:>10} {:>6} {:>6}",
            "metadata", "titled", "titles", "with names", "authors", "authors F1", "dated", "dates"
        )?;
        for (name, group) in rows() {
            metadata_row(f, name, &group.metadata)?;
        }
        let not_judged: usize = self.abstained.values().sum();
        let share = 100.0 * not_judged as f64 / self.all.body.pages.max(1) as f64;
        write!(f, "not judged: {share:.2} % of the pages")?;
        for (why, n) in &self.abstained {
            write!(f, ", {n} {why}")?;
        }
        writeln!(
            f,
            "\nextraction and scoring: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms a page",
            self.p50_ms, self.p99_ms, self.max_ms
        )?;
        for (id, f1) in &self.worst {
            writeln!(f, "  {id} {f1:.3}")?;
        }
        Ok(())
    }
}

fn body_head(out: &mut impl fmt::Write, name: &str) -> fmt::Result {
    writeln!(
        out,
        "{name:<16} {:>6} {:>6} {:>10} {:>7} {:>7} {:>7} {:>9}",
        "pages", "empty", "precision", "recall", "F1", "clean", "snippets"
    )
}

fn body_row(out: &mut impl fmt::Write, name: &str, score: &SetScore) -> fmt::Result {
    writeln!(
        out,
        "{name:<16} {:>6} {:>6} {:>10.4} {:>7.4} {:>7.4} {:>7.3} {:>9.4}",
        score.pages,
        score.empty,
        score.precision,
        score.recall,
        score.f1,
        score.clean,
        score.snippets_f1
    )
}

fn metadata_row(out: &mut impl fmt::Write, name: &str, shares: &metadata::Shares) -> fmt::Result {
    writeln!(
        out,
        "{name:<16} {:>6} {:>6.3} {:>10} {:>7.3} {:>10.3} {:>6} {:>6.3}",
        shares.titled,
        shares.titles,
        shares.authored,
        shares.authors,
        shares.authors_f1,
        shares.dated,
        shares.dates
    )
}

/// Scores of bodies only, as a table: all pages, then by part and by language.
#[derive(Debug)]
pub struct BodyTable<'a> {
    /// Its name.
    pub name: &'a str,
    /// The pages.
    pub pages: Vec<(&'a Gold, &'a PageScore)>,
}

/// Columns of a row's name; parts of a set with longer ones are left out.
const PART_COLUMNS: usize = 16;

impl fmt::Display for BodyTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        body_head(f, self.name)?;
        let mut groups: BTreeMap<(u8, &str), Vec<&PageScore>> = BTreeMap::new();
        for (gold, score) in &self.pages {
            let part = gold.source.as_deref();
            let part = part.filter(|part| part.len() <= PART_COLUMNS);
            let names = [(0, Some("all")), (1, part), (2, gold.lang.as_deref())];
            for (order, name) in names {
                if let Some(name) = name {
                    groups.entry((order, name)).or_default().push(score);
                }
            }
        }
        for ((_, name), scores) in groups {
            body_row(f, name, &SetScore::of(&scores))?;
        }
        Ok(())
    }
}
