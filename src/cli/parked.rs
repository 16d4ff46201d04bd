//! `benggala store parked`, `store unpark`: what was set aside, and its return. Where a daemon has the
//! store, that daemon is asked.

use std::io::Write;

use chrono::Utc;
use reqwest::Method;

use crate::{
    config::Config,
    report::wording::counted,
    store::{self, Observer, OpenError},
};

use super::{
    daemon::{Daemon, Refusal},
    failure::{Failure, Outcome},
    output::{out, tell},
    threads::runtime,
};

/// URLs that are read from the store at a time.
const ROWS_AT_A_TIME: usize = 200;

/// One line a URL: address, source, why, and what is known of it.
pub(super) fn list(config: &Config) -> Result<Outcome, Failure> {
    runtime()?.block_on(async {
        let store = store::open_to_read(&config.store.url, Observer::default()).await?;
        let mut out = out();
        let (mut after, mut count) = (None, 0);
        loop {
            let rows = store.parked(after.as_deref(), ROWS_AT_A_TIME).await?;
            for row in &rows {
                let error = row.error.as_deref().unwrap_or_default();
                writeln!(out, "{}\t{}\t{}\t{error}", row.url, row.source, row.reason)?;
            }
            count += rows.len() as u64;
            match rows.last() {
                Some(last) if rows.len() == ROWS_AT_A_TIME => after = Some(last.url.clone()),
                _ => break,
            }
        }
        store.close().await?;
        tell(format!("{} set aside", counted(count, "URL")));
        Ok(Outcome::Clean)
    })
}

/// One URL, or all of them.
pub(super) fn unpark(config: &Config, url: Option<&str>) -> Result<Outcome, Failure> {
    let taken_up = runtime()?.block_on(async {
        match store::open(&config.store.url, Observer::default()).await {
            Ok(store) => {
                let mut taken_up = 0;
                loop {
                    match store.unpark(url, Utc::now()).await? {
                        0 => break,
                        more => taken_up += more,
                    }
                }
                store.close().await?;
                Ok(taken_up)
            }
            Err(OpenError::Locked(store)) => ask(config, url, &store).await,
            Err(error) => Err(error.into()),
        }
    })?;
    match (taken_up, url) {
        (0, Some(url)) => Err(Failure::message(format!(
            "{url} is not set aside; `benggala store parked` lists what is"
        ))),
        _ => {
            tell(format!("asked for again: {}", counted(taken_up, "URL")));
            Ok(Outcome::Clean)
        }
    }
}

async fn ask(config: &Config, url: Option<&str>, store: &str) -> Result<u64, Failure> {
    let daemon = Daemon::new(&config.serve)?;
    let which: Vec<(&str, &str)> = url.map(|url| ("url", url)).into_iter().collect();
    let request = daemon.request(Method::DELETE, &["api", "v1", "parked"], &which);
    let said = daemon.ask(request).await;
    let said = said.map_err(|refusal: Refusal| daemon.failure(store, refusal))?;
    Ok(said["taken_up"].as_u64().unwrap_or_default())
}
