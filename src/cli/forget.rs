//! `benggala forget`: a source that is no longer configured, and all that was collected of it.

use std::{io::Write, path::PathBuf};

use crate::{model::Source, store};

use super::{
    failure::{Failure, Outcome},
    output::{out, tell},
    settings::load_config,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Its name, as the sources page shows it
    source: String,
    /// Only say what would be taken out
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn forget(args: &Args, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(files)?;
    let name = &args.source;
    let is_named = |source: &Source| source.name == *name;
    if config.sources.iter().any(is_named) {
        return Err(Failure::message(format!(
            "`{name}` is still configured; take its [[source]] out first"
        )));
    }
    let forgotten = store::forget_source(&config.store.url, name, args.dry_run)?;
    let Some(forgotten) = forgotten else {
        return Err(Failure::message(format!(
            "the store knows no source `{name}`"
        )));
    };
    let mut out = out();
    writeln!(out, "{} articles", forgotten.articles)?;
    writeln!(out, "{} reviews of them", forgotten.reviews)?;
    writeln!(out, "{} addresses", forgotten.urls)?;
    tell(match args.dry_run {
        true => format!("`{name}` would be forgotten; nothing was changed"),
        false => format!("`{name}` is forgotten; `benggala store compact` gives the space back"),
    });
    Ok(Outcome::Clean)
}
