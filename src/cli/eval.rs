//! `benggala eval`: the accuracy of what is built in, on labelled data.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    inspect::Rules,
    measure::{Gold, Names, PageScore, SetScore, metadata},
    model::{Article, Lang, Reason},
    site::SiteMemory,
};

use super::{
    Failure, Outcome, eval_residue, eval_rules, eval_translation, floors,
    input::{self, Document, inspect_document, rules_of},
    load_config, out,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Bodies against bodies made by hand: DIR holds gold.jsonl and <id>.html
    Extraction(ExtractionArgs),
    /// Lines of the page that are found in bodies: rightly in ours, wrongly in those made by hand
    Residue(eval_residue::Args),
    /// How often each rule fires on texts by natives, human translators and machines
    Rules(eval_rules::Args),
    /// The style score on texts by natives, human translators and machines
    Translation(eval_translation::Args),
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Format {
    /// A table
    Text,
    /// One JSON object
    Json,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum By {
    /// The language of the page
    Lang,
    /// The part of the set
    Source,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExtractionArgs {
    /// The folder with the labelled pages
    #[arg(long = "set", value_name = "DIR")]
    folder: PathBuf,
    /// Score these instead of our own: JSON Lines with id, body, title, byline, date
    #[arg(long, value_name = "FILE", conflicts_with = "floors")]
    predictions: Option<PathBuf>,
    /// One row a group
    #[arg(long, value_enum)]
    by: Option<By>,
    /// List the pages that came out worst
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Fail when a figure is below its floor in this file, or the set is another one
    #[arg(long, value_name = "FILE")]
    floors: Option<PathBuf>,
}

/// What an extractor made of one page.
#[derive(Deserialize)]
struct Prediction {
    id: String,
    #[serde(alias = "text")]
    body: Option<String>,
    #[serde(flatten)]
    metadata: metadata::Found,
}

/// One page's outcome.
struct Row {
    gold: Gold,
    score: PageScore,
    metadata: metadata::Score,
    /// Why the page was not judged; `None` for what others extracted.
    abstained: Option<Reason>,
    took: Duration,
}

impl Row {
    fn new(gold: &Gold, body: &str, found: &metadata::Found) -> Self {
        Self {
            gold: gold.clone(),
            score: PageScore::of(gold, body),
            metadata: metadata::Score::of(gold, found),
            abstained: None,
            took: Duration::ZERO,
        }
    }
}

/// How a group of pages came out.
#[derive(Serialize)]
pub(super) struct Group {
    #[serde(flatten)]
    pub(super) body: SetScore,
    #[serde(flatten)]
    pub(super) metadata: metadata::Shares,
}

impl Group {
    fn of(rows: &[&Row]) -> Self {
        Self {
            body: SetScore::of(&rows.iter().map(|row| &row.score).collect::<Vec<_>>()),
            metadata: metadata::Shares::of(
                &rows.iter().map(|row| &row.metadata).collect::<Vec<_>>(),
            ),
        }
    }
}

/// What is printed.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) set: String,
    pub(super) gold_sha256: String,
    pub(super) all: Group,
    groups: BTreeMap<String, Group>,
    /// Pages that were not judged, by the reason: all of them hold an article.
    abstained: BTreeMap<&'static str, usize>,
    /// Milliseconds of extraction and scoring, of one thread; 0 for what others extracted.
    p50_ms: f64,
    pub(super) p99_ms: f64,
    max_ms: f64,
    worst: Vec<(String, f64)>,
}

pub(super) fn eval(command: &Command, config: Option<&Path>) -> Result<Outcome, Failure> {
    match command {
        Command::Extraction(args) => extraction(args, config),
        Command::Residue(args) => eval_residue::eval(args, config),
        Command::Rules(args) => eval_rules::eval(args),
        Command::Translation(args) => eval_translation::eval(args),
    }
}

fn extraction(args: &ExtractionArgs, config: Option<&Path>) -> Result<Outcome, Failure> {
    let (config, _) = load_config(config)?;
    let (gold, hash) = read_gold(&args.folder)?;
    let rows = match &args.predictions {
        Some(file) => take_predictions(&gold, file)?,
        None => inspect_all(&gold, &args.folder, &rules_of(&config))?,
    };
    let report = report_of(args, &rows, hash);
    match args.format {
        Format::Json => writeln!(out(), "{}", serde_json::json!(report))?,
        Format::Text => print_table(&report)?,
    }
    match &args.floors {
        Some(file) => floors::hold(file, &report),
        None => Ok(Outcome::Clean),
    }
}

/// The labels of a folder, and the SHA-256 of their file.
pub(super) fn read_gold(folder: &Path) -> Result<(Vec<Gold>, String), Failure> {
    let (gold, text) = read_lines(&folder.join("gold.jsonl"))?;
    let hash = Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok((gold, hash))
}

/// The records of a file of JSON Lines, and its text.
fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<(Vec<T>, String), Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::message(format!("cannot read {}: {error}", path.display())))?;
    let records = text
        .lines()
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| {
                Failure::message(format!("{}:{}: {error}", path.display(), index + 1))
            })
        })
        .collect::<Result<Vec<T>, Failure>>()?;
    Ok((records, text))
}

/// The rows of what another extractor wrote down. A page that it left out is an empty one.
fn take_predictions(gold: &[Gold], file: &Path) -> Result<Vec<Row>, Failure> {
    let (predictions, _) = read_lines::<Prediction>(file)?;
    let by_id: HashMap<&str, &Prediction> = predictions
        .iter()
        .map(|prediction| (prediction.id.as_str(), prediction))
        .collect();
    let nothing = metadata::Found::default();
    let rows = gold.iter().map(|gold| {
        let prediction = by_id.get(gold.id.as_str());
        let body = prediction.and_then(|prediction| prediction.body.as_deref());
        let found = prediction.map_or(&nothing, |prediction| &prediction.metadata);
        Row::new(gold, body.unwrap_or_default(), found)
    });
    Ok(rows.collect())
}

/// Inspects every page, on as many threads as there are cores.
fn inspect_all(gold: &[Gold], folder: &Path, rules: &Rules) -> Result<Vec<Row>, Failure> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut rows = Vec::new();
        while let Some(gold) = gold.get(next.fetch_add(1, Ordering::Relaxed)) {
            rows.push(inspect_one(gold, folder, rules)?);
        }
        Ok::<Vec<Row>, Failure>(rows)
    };
    let mut rows = Vec::new();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let done = worker
                .join()
                .map_err(|_| Failure::message("an evaluation thread failed"))?;
            rows.extend(done?);
        }
        Ok::<(), Failure>(())
    })?;
    rows.sort_by(|a, b| a.gold.id.cmp(&b.gold.id));
    Ok(rows)
}

fn inspect_one(gold: &Gold, folder: &Path, rules: &Rules) -> Result<Row, Failure> {
    let path = folder.join(format!("{}.html", gold.id));
    let page = input::read_file(&path)
        .map_err(|error| Failure::message(format!("cannot read {}: {error}", path.display())))?;
    let url = gold.url.as_deref().and_then(|url| Url::parse(url).ok());
    let lang = gold.lang.as_deref().and_then(Lang::new);
    let begun = Instant::now();
    let inspection = inspect_document(
        Document::Html(page),
        url.as_ref(),
        lang.as_ref(),
        &SiteMemory::EMPTY,
        rules,
    );
    let took = begun.elapsed();
    let article = &inspection.article;
    Ok(Row {
        abstained: inspection.assessment.verdict.reason(),
        took,
        ..Row::new(gold, &article.body, &metadata_of(article))
    })
}

fn metadata_of(article: &Article) -> metadata::Found {
    metadata::Found {
        title: article.title.clone(),
        byline: article.byline.clone().map(Names::Line),
        date: article.published.map(|time| time.to_rfc3339()),
    }
}

fn report_of(args: &ExtractionArgs, rows: &[Row], gold_sha256: String) -> Report {
    let mut groups: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let group = match args.by {
            None => continue,
            Some(By::Lang) => row.gold.lang.clone(),
            Some(By::Source) => row.gold.source.clone(),
        };
        groups
            .entry(group.unwrap_or_default())
            .or_default()
            .push(row);
    }
    let mut times: Vec<f64> = rows
        .iter()
        .map(|row| row.took.as_secs_f64() * 1000.0)
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        times
            .get((share * (times.len().max(1) - 1) as f64) as usize)
            .copied()
            .unwrap_or(0.0)
    };
    let mut worst: Vec<(String, f64)> = rows
        .iter()
        .filter_map(|row| Some((row.gold.id.clone(), row.score.f1()?)))
        .collect();
    worst.sort_by(|a, b| a.1.total_cmp(&b.1));
    worst.truncate(args.worst);
    let mut abstained = BTreeMap::new();
    for reason in rows.iter().filter_map(|row| row.abstained) {
        *abstained.entry(reason.as_str()).or_default() += 1;
    }
    let name = args.folder.file_name().unwrap_or_default();
    Report {
        set: name.to_string_lossy().into_owned(),
        gold_sha256,
        all: Group::of(&rows.iter().collect::<Vec<_>>()),
        groups: groups
            .into_iter()
            .map(|(name, rows)| (name, Group::of(&rows)))
            .collect(),
        abstained,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        max_ms: at(1.0),
        worst,
    }
}

fn print_head(name: &str) -> Result<(), Failure> {
    writeln!(
        out(),
        "{name:<16} {:>6} {:>6} {:>10} {:>7} {:>7} {:>7} {:>9}",
        "pages",
        "empty",
        "precision",
        "recall",
        "F1",
        "clean",
        "snippets"
    )?;
    Ok(())
}

fn print_row(name: &str, score: &SetScore) -> Result<(), Failure> {
    writeln!(
        out(),
        "{name:<16} {:>6} {:>6} {:>10.4} {:>7.4} {:>7.4} {:>7.3} {:>9.4}",
        score.pages,
        score.empty,
        score.precision,
        score.recall,
        score.f1,
        score.clean,
        score.snippets_f1
    )?;
    Ok(())
}

fn print_table(report: &Report) -> Result<(), Failure> {
    let rows = || {
        let groups = report.groups.iter().map(|(name, group)| (&name[..], group));
        std::iter::once(("all", &report.all)).chain(groups)
    };
    print_head(&report.set)?;
    for (name, Group { body, .. }) in rows() {
        print_row(name, body)?;
    }
    let mut out = out();
    writeln!(
        out,
        "{:<16} {:>6} {:>6} {:>10} {:>7} {:>10} {:>6} {:>6}",
        "metadata", "titled", "titles", "with names", "authors", "authors F1", "dated", "dates"
    )?;
    for (
        name,
        Group {
            metadata: score, ..
        },
    ) in rows()
    {
        writeln!(
            out,
            "{name:<16} {:>6} {:>6.3} {:>10} {:>7.3} {:>10.3} {:>6} {:>6.3}",
            score.titled,
            score.titles,
            score.authored,
            score.authors,
            score.authors_f1,
            score.dated,
            score.dates
        )?;
    }
    let not_judged: usize = report.abstained.values().sum();
    let reasons = report
        .abstained
        .iter()
        .map(|(why, n)| format!(", {n} {why}"));
    writeln!(
        out,
        "not judged: {:.2} % of the pages{}",
        100.0 * not_judged as f64 / report.all.body.pages.max(1) as f64,
        reasons.collect::<String>()
    )?;
    writeln!(
        out,
        "extraction and scoring: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms a page",
        report.p50_ms, report.p99_ms, report.max_ms
    )?;
    for (id, f1) in &report.worst {
        writeln!(out, "  {id} {f1:.3}")?;
    }
    Ok(())
}

/// The same table of scores from elsewhere: all pages, then by part and by language.
pub(super) fn print_scores(name: &str, rows: &[(&Gold, &PageScore)]) -> Result<(), Failure> {
    print_head(name)?;
    let mut groups: BTreeMap<(u8, &str), Vec<&PageScore>> = BTreeMap::new();
    for (gold, score) in rows {
        groups.entry((0, "all")).or_default().push(score);
        let part = gold.source.as_deref().filter(|part| part.len() <= 16);
        let parts = [(1, part), (2, gold.lang.as_deref())];
        for (order, name) in parts
            .iter()
            .filter_map(|(order, name)| Some((*order, (*name)?)))
        {
            groups.entry((order, name)).or_default().push(score);
        }
    }
    for ((_, name), scores) in groups {
        print_row(name, &SetScore::of(&scores))?;
    }
    Ok(())
}
