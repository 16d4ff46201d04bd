//! `benggala export`: what was collected and concluded.

use std::{collections::BTreeMap, io::Write, path::PathBuf, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    model::{Policy, Timestamp},
    report::{lessons, opml, parquet, table, warc},
    store::{self, ArticleQuery, ArticleRow, Observer, Store},
    web::views,
};

use super::{
    failure::{Failure, Outcome},
    output::{out, out_of_bytes},
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
    /// Only this verdict: pass, flag or abstain
    #[arg(long, value_parser = ["pass", "flag", "abstain"])]
    verdict: Option<String>,
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
    let config = load_config(config)?;
    runtime()?.block_on(async {
        let store = store::open_snapshot(&config.store.url, Observer::default()).await?;
        if args.format == Format::Opml {
            return write_sources(store.as_ref()).await;
        }
        let mut query = ArticleQuery {
            verdict: args.verdict.clone(),
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
        sink.end()?;
        store.close().await?;
        Ok(Outcome::Clean)
    })
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

/// Where articles are written to, and what is only known after the last of them.
struct Sink {
    format: Format,
    out: Box<dyn Write>,
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
                    self.cases.entry(rule.to_string()).or_default().push(case);
                }
            }
            Format::Training => {
                if let Some(line) = lessons::labelled_text(&entry, policy.flag_at) {
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

    fn end(mut self) -> Result<(), Failure> {
        // As in `tests/marked`, where each rule has a file.
        for (rule, cases) in self.cases {
            writeln!(self.out, "# {rule}\n\n{}\n", cases.join("\n"))?;
        }
        if let Some(table) = self.table {
            self.out.write_all(&table.end()?)?;
        }
        self.out.flush()?;
        Ok(())
    }
}
