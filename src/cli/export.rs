//! `benggala export`: what was collected and concluded.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, IsTerminal as _, Write},
    path::PathBuf,
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};

use crate::{
    config::Config,
    model::{Policy, Timestamp, Verdict},
    report::{lessons, opml, parquet, table, warc, wording},
    store::{self, ArticleQuery, ArticleRow, Observer, Store, StoreError},
    web::views,
};

use super::{
    failure::{Failure, Outcome},
    named::no_source,
    output::{out, out_of_bytes, tell},
    settings::load_config,
    threads::runtime,
};

/// Rows that are read from the store at a time.
const ROWS_AT_A_TIME: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
    /// A table with the texts, for data frames and databases: Apache Parquet, packed
    Parquet,
    /// The pages as fetched, as far as they are still kept: WARC 1.1, gzipped
    Warc,
    /// Decisions as test cases of rules, by rule: each a line of language and text, with what was
    /// confirmed in [[ ]]
    Marked,
    /// What is watched, as a subscription list: OPML 2.0
    Opml,
    /// Decisions as a labelled set, JSON Lines that `eval translation` and `train translation` read
    Training,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to write
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Format,
    /// Only this verdict: pass, flag or abstain, or what pages call them: passed, flagged or not-judged
    #[arg(long, value_parser = verdict)]
    verdict: Option<&'static str>,
    /// Only this source
    #[arg(long)]
    source: Option<String>,
    /// Fetched at or after, as 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_parser = parse_time)]
    since: Option<Timestamp>,
    /// Fetched before
    #[arg(long, value_parser = parse_time)]
    until: Option<Timestamp>,
}

fn verdict(text: &str) -> Result<&'static str, String> {
    let unknown = || "there are pass, flag and abstain".to_string();
    Verdict::name_of(text).ok_or_else(unknown)
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    let day = || {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()?
            .and_hms_opt(0, 0, 0)
    };
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .ok()
        .or_else(|| day().map(|time| time.and_utc()))
        .ok_or_else(|| "write 2026-01-31 or 2026-01-31T12:00:00Z".to_string())
}

pub(super) fn export(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    can_be_had(args)?;
    let config = load_config(config)?;
    runtime()?.block_on(async {
        let store = store::open_snapshot(&config.store.url, Observer::default()).await?;
        if args.format == Format::Opml {
            return write_sources(store.as_ref()).await;
        }
        if let Some(wanted) = &args.source {
            is_known(wanted, &config, store.as_ref()).await?;
        }
        let mut query = ArticleQuery {
            verdict: args.verdict.map(str::to_string),
            source: args.source.clone(),
            since: args.since,
            until: args.until,
            limit: ROWS_AT_A_TIME,
            ..ArticleQuery::default()
        };
        let mut sink = Sink::begin(args.format)?;
        loop {
            let rows = store.articles(&query).await?;
            for row in &rows {
                sink.write(&store, row, &config.score).await?;
            }
            match rows.last() {
                Some(last) if rows.len() == ROWS_AT_A_TIME => query.before = Some(last.id),
                _ => break,
            }
        }
        let written = sink.end()?;
        if let Some(why) = why_nothing(&written, store.as_ref()).await? {
            tell(why);
        }
        store.close().await?;
        Ok(Outcome::Clean)
    })
}

/// What is asked for can be there, and can be written to where it goes.
fn can_be_had(args: &Args) -> Result<(), Failure> {
    if let (Some(since), Some(until)) = (args.since, args.until)
        && since >= until
    {
        return Err(Failure::message(format!(
            "nothing is since {} and before {}: --since must be the earlier of both",
            shown(since),
            shown(until)
        )));
    }
    let format = match args.format {
        Format::Parquet => "parquet",
        Format::Warc => "warc",
        Format::Ndjson | Format::Csv | Format::Marked | Format::Opml | Format::Training => {
            return Ok(());
        }
    };
    match io::stdout().is_terminal() {
        true => Err(Failure::message(format!(
            "{format} is no text for a terminal; send it to a file: benggala export --format {format} > FILE"
        ))),
        false => Ok(()),
    }
}

/// As it may be typed.
fn shown(time: Timestamp) -> String {
    match time.time() == NaiveTime::MIN {
        true => time.date_naive().to_string(),
        false => time.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}

/// A source that was taken out of the configuration has its articles still.
async fn is_known(wanted: &str, config: &Config, store: &dyn Store) -> Result<(), Failure> {
    let stored = store.sources().await?;
    let stored = stored.iter().map(|source| source.name.as_str());
    let configured = config.sources.iter().map(|source| source.name.as_str());
    let known: BTreeSet<&str> = stored.chain(configured).collect();
    match known.contains(wanted) {
        true => Ok(()),
        false => Err(no_source(wanted, known.into_iter())),
    }
}

/// Who finds an empty file must not take it for a finding.
async fn why_nothing(written: &Written, store: &dyn Store) -> Result<Option<String>, StoreError> {
    let Written { read, lessons } = *written;
    if read == 0 {
        let held = store.tally(&ArticleQuery::default()).await?;
        let held = held.map_or(0, |counts| counts.total());
        return Ok(Some(format!("0 articles match; the store holds {held}")));
    }
    let articles = wording::counted(read, "article");
    Ok((lessons == Some(0)).then(|| {
        format!(
            "no decision says anything of {articles}: decide on the review page, then export again"
        )
    }))
}

/// The sources that are watched, by name.
async fn write_sources(store: &dyn Store) -> Result<Outcome, Failure> {
    let sources = store.sources().await?;
    let watched = sources.iter().filter(|source| source.enabled);
    let list = opml::list(watched.map(|s| (s.name.as_str(), s.kind, &s.url)))?;
    let mut out = out();
    out.write_all(list.as_bytes())?;
    out.flush()?;
    store.close().await?;
    Ok(Outcome::Clean)
}

/// What came out.
struct Written {
    /// Articles that match.
    read: u64,
    /// What decisions gave, where these are written.
    lessons: Option<u64>,
}

/// Where articles are written to, and what is only known after the last of them.
struct Sink {
    format: Format,
    out: Box<dyn Write>,
    /// Articles so far.
    read: u64,
    /// Lines of [`Format::Training`], cases of [`Format::Marked`].
    lessons: u64,
    /// Of [`Format::Marked`], by rule.
    cases: BTreeMap<String, Vec<String>>,
    /// Of [`Format::Parquet`].
    table: Option<parquet::Writer>,
}

impl Sink {
    fn begin(format: Format) -> Result<Sink, Failure> {
        let mut sink = Sink {
            format,
            out: match format {
                Format::Warc | Format::Parquet => Box::new(out_of_bytes()),
                _ => Box::new(out()),
            },
            read: 0,
            lessons: 0,
            cases: BTreeMap::new(),
            table: None,
        };
        match format {
            Format::Csv => write!(sink.out, "{}\r\n", table::csv_header())?,
            Format::Warc => sink.out.write_all(&warc::info(Utc::now())?)?,
            Format::Parquet => {
                let (table, first) = parquet::Writer::new(table::columns());
                sink.out.write_all(&first)?;
                sink.table = Some(table);
            }
            Format::Ndjson | Format::Marked | Format::Opml | Format::Training => {}
        }
        Ok(sink)
    }

    async fn write(
        &mut self,
        store: &Arc<dyn Store>,
        row: &ArticleRow,
        policy: &Policy,
    ) -> Result<(), Failure> {
        self.read += 1;
        let out = &mut self.out;
        let entry = views::entry(row);
        match self.format {
            Format::Ndjson => writeln!(out, "{}", table::ndjson_row(&entry))?,
            Format::Csv => write!(out, "{}\r\n", table::csv_row(&entry))?,
            Format::Parquet => {
                if let Some(table) = &mut self.table {
                    out.write_all(&table.row(&table::cells(&entry))?)?;
                }
            }
            Format::Opml => {}
            Format::Marked => {
                for (rule, case) in lessons::marked_cases(&entry) {
                    self.lessons += 1;
                    self.cases.entry(rule.to_string()).or_default().push(case);
                }
            }
            Format::Training => {
                if let Some(line) = lessons::labelled_text(&entry, policy.flag_at) {
                    self.lessons += 1;
                    writeln!(out, "{line}")?;
                }
            }
            Format::Warc => {
                if let Some(page) = store.page(row.id).await? {
                    out.write_all(&warc::response(&page)?)?;
                }
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Written, Failure> {
        // As in `tests/marked`, where each rule has a file.
        for (rule, cases) in self.cases {
            writeln!(self.out, "# {rule}\n\n{}\n", cases.join("\n"))?;
        }
        if let Some(table) = self.table {
            self.out.write_all(&table.end()?)?;
        }
        self.out.flush()?;
        let teaches = matches!(self.format, Format::Marked | Format::Training);
        Ok(Written {
            read: self.read,
            lessons: teaches.then_some(self.lessons),
        })
    }
}
