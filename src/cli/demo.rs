//! `benggala demo`: a newsroom of our own and the daemon watching it.

use std::{
    io::Write,
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use crate::{
    config::{Config, FetchConfig, ScheduleConfig},
    daemon::service::{Service, StartError, new_metrics},
    demo::Newsroom,
    model::{StoreUrl, Verdict},
    report::{colour::Style, sources, terminal},
    store::{ArticleQuery, ArticleRow},
    web::views,
};

use super::{
    failure::{Failure, Outcome},
    given::{duration, like},
    log::{LogFormat, start_log},
    output::{out, tell},
    signals::{Signals, Told},
    threads::runtime,
};

/// How often the store is asked for what is new.
const LOOK_EVERY: Duration = Duration::from_millis(250);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// End by itself after this time, as 60s
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,
    /// Where the review page is; a free port if this one is taken
    #[arg(long, default_value = "127.0.0.1:9630", value_name = "ADDRESS",
          value_parser = like::<SocketAddr>("127.0.0.1:9630"))]
    listen: SocketAddr,
}

pub(super) fn demo(args: &Args) -> Result<Outcome, Failure> {
    let name = format!("benggala-demo-{:016x}", rand::random::<u64>());
    let folder = std::env::temp_dir().join(name);
    // Fails if it is there: nobody else may have made it.
    std::fs::create_dir(&folder).map_err(|error| {
        Failure::message(format!(
            "cannot make the folder {}: {error}",
            folder.display()
        ))
    })?;
    let shown = runtime()?.block_on(show(args, &folder));
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        tell(format!(
            "benggala: {} is left behind: {error}",
            folder.display()
        ));
    }
    shown
}

async fn show(args: &Args, folder: &std::path::Path) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let metrics = new_metrics()?;
    let _last_lines = start_log(LogFormat::Text, "error", &metrics)?;
    let mut signals = Signals::new()?;
    let newsroom = Newsroom::open(move || begun.elapsed())
        .await
        .map_err(|error| {
            Failure::message(format!("cannot open the newsroom on loopback: {error}"))
        })?;
    let config = demo_config(args, &newsroom, folder.join("demo.db"));
    let service = match Service::start(config.clone(), metrics.clone()).await {
        Err(StartError::Listen { .. }) => {
            let mut config = config;
            config.serve.listen.set_port(0);
            Service::start(config, metrics).await?
        }
        started => started?,
    };
    greet(&newsroom, &service, args)?;
    let mut last = 0;
    let end = args.time.map(|time| begun + time);
    loop {
        tokio::select! {
            signal = signals.next() => if matches!(signal, Told::Stop) { break },
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        last = print_new(&service, last).await?;
        if end.is_some_and(|end| Instant::now() >= end) {
            break;
        }
    }
    summarise(&service, begun.elapsed()).await?;
    service.stop_now();
    service.close().await?;
    newsroom.close().await;
    Ok(Outcome::Clean)
}

fn demo_config(args: &Args, newsroom: &Newsroom, database: PathBuf) -> Config {
    let mut config = Config::default();
    config.fetch = FetchConfig {
        requests_per_second: 5.0,
        allow_private: vec![ipnet::IpNet::from(std::net::IpAddr::from([127, 0, 0, 1]))],
        timeout: Duration::from_secs(3),
        idle_timeout: Duration::from_secs(2),
        ..config.fetch
    };
    config.schedule = ScheduleConfig {
        every: Duration::from_secs(2),
        // Again at four times that age: just after the one correction that there is.
        recheck: Duration::from_secs(10),
        retry_first: Duration::from_secs(2),
        retry_max: Duration::from_secs(8),
        attempts_max: 3,
        ..config.schedule
    };
    config.store.url = StoreUrl::Sqlite(database);
    config.serve.listen = args.listen.into();
    config.sources = newsroom.sources();
    config
}

fn greet(newsroom: &Newsroom, service: &Service, args: &Args) -> Result<(), Failure> {
    let mut out = out();
    writeln!(out, "A newsroom on loopback, and benggala watching it:\n")?;
    for source in newsroom.sources() {
        writeln!(
            out,
            "  {:<16} {:<8} {}",
            source.name,
            source.kind.as_str(),
            source.url
        )?;
    }
    writeln!(out, "\n  review page      http://{}/", service.address)?;
    writeln!(
        out,
        "  metrics          http://{}/metrics\n",
        service.address
    )?;
    match args.time {
        Some(time) => writeln!(
            out,
            "It ends by itself after {}. Flagged so far:\n",
            humantime::format_duration(time)
        )?,
        None => writeln!(out, "Ctrl-C ends it. Flagged so far:\n")?,
    }
    Ok(())
}

/// Prints what was flagged since row `last` and tells the new last row.
async fn print_new(service: &Service, last: i64) -> Result<i64, Failure> {
    let query = ArticleQuery {
        limit: 200,
        ..ArticleQuery::default()
    };
    let rows = service.store.articles(&query).await?;
    let mut out = out();
    for row in rows
        .iter()
        .rev()
        .filter(|row| row.id > last && row.verdict == Verdict::Flag)
    {
        write!(
            out,
            "{}",
            terminal::flagged(&views::entry(row), Style::Colour)
        )?;
    }
    out.flush()?;
    Ok(rows.first().map_or(last, |row| row.id.max(last)))
}

async fn summarise(service: &Service, took: Duration) -> Result<(), Failure> {
    let query = ArticleQuery {
        limit: 200,
        ..ArticleQuery::default()
    };
    let rows: Vec<ArticleRow> = service.store.articles(&query).await?;
    let sources = service.store.sources().await?;
    let mut out = out();
    writeln!(out, "\nAfter {} s:\n", took.as_secs())?;
    writeln!(
        out,
        "  {:<16} {:>8} {:>8} {:>8} {:>11}   mainly machine translation?",
        "source", "articles", "flagged", "passed", "not judged"
    )?;
    let now = chrono::Utc::now();
    for source in &sources {
        let articles = source.passed + source.flagged + source.abstained;
        let standing = service.store.standing(&source.name).await?.summary();
        let translation = standing.translation.as_ref();
        let translation = translation.map_or("-".to_string(), |known| sources::line(known, now));
        writeln!(
            out,
            "  {:<16} {:>8} {:>8} {:>8} {:>11}   {translation}",
            source.name, articles, source.flagged, source.passed, source.abstained
        )?;
    }
    let flagged = rows
        .iter()
        .filter(|row| row.verdict == Verdict::Flag)
        .count();
    writeln!(
        out,
        "\n{} articles read, {flagged} flagged. Next: benggala run https://your.site",
        rows.len()
    )?;
    Ok(())
}
