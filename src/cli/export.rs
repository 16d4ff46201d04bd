//! `benggala export`: what was collected and concluded.

use std::{collections::BTreeMap, io::Write, path::PathBuf, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    model::{Policy, Timestamp},
    report::{lessons, opml, table, warc},
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
        let store = store::open_to_read(&config.store.url, Observer::default()).await?;
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
        let mut out: Box<dyn Write> = match args.format {
            Format::Warc => Box::new(out_of_bytes()),
            _ => Box::new(out()),
        };
        match args.format {
            Format::Csv => write!(out, "{}\r\n", table::CSV_HEADER)?,
            Format::Warc => out.write_all(&warc::info(Utc::now())?)?,
            _ => {}
        }
        let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        loop {
            let rows = store.articles(&query).await?;
            for row in &rows {
                if args.format == Format::Marked {
                    let entry = views::entry(row);
                    for (rule, case) in lessons::marked_cases(&entry) {
                        cases.entry(rule.to_string()).or_default().push(case);
                    }
                    continue;
                }
                write_row(&mut out, args.format, &store, row, &config.score).await?;
            }
            match rows.last() {
                Some(last) if rows.len() == ROWS_AT_A_TIME => query.before = Some(last.id),
                _ => break,
            }
        }
        // As in `tests/marked`, where each rule has a file.
        for (rule, cases) in cases {
            writeln!(out, "# {rule}\n\n{}\n", cases.join("\n"))?;
        }
        out.flush()?;
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

async fn write_row(
    out: &mut impl Write,
    format: Format,
    store: &Arc<dyn Store>,
    row: &ArticleRow,
    policy: &Policy,
) -> Result<(), Failure> {
    match format {
        Format::Ndjson => writeln!(out, "{}", table::ndjson_row(&views::entry(row)))?,
        Format::Csv => write!(out, "{}\r\n", table::csv_row(&views::entry(row)))?,
        Format::Marked | Format::Opml => {}
        Format::Training => {
            let entry = views::entry(row);
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
