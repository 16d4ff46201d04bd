//! `benggala store`: the store as a whole.

use std::{io::Write, path::PathBuf};

use bytesize::ByteSize;

use crate::{
    model::StoreUrl,
    report::wording::counted,
    store::{self, Schemas},
};

use super::{
    copy,
    failure::{Failure, Outcome},
    output::{out, tell},
    parked,
    settings::load_config,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Read all of it and name what cannot be read or was set aside; beside a running daemon
    Check,
    /// Copy it as it is now to a new file; beside a running daemon
    Backup {
        /// The copy: a store that `[store] url` may name
        #[arg(value_name = "FILE")]
        to: PathBuf,
    },
    /// Give back the space that nothing needs any more; while nobody has it
    Compact,
    /// Bring the schema up to date, as the next run would; beside workers on PostgreSQL, else while nobody
    /// has it
    Migrate {
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Copy a store to an empty one of either kind, while nobody writes to them: an interrupted copy goes
    /// on, and both are compared in the end
    Copy {
        /// As in `[store] url`: sqlite:PATH or postgres://…; ${NAME} is read from the environment
        from: String,
        /// Where to; a database that is empty, or a file that is not there
        to: String,
    },
    /// List the URLs that are set aside: address, source, why; beside a running daemon
    Parked,
    /// Ask again for URLs that were set aside; a running daemon is told to
    #[command(override_usage = "benggala store unpark <URL>\n       benggala store unpark --all")]
    Unpark {
        /// The address, as `store parked` lists it
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        url: Option<String>,
        /// All of them
        #[arg(long)]
        all: bool,
    },
}

pub(super) fn store(command: &Command, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = || load_config(files);
    match command {
        Command::Check => return check(&config()?.store.url),
        Command::Parked => return parked::list(&config()?),
        Command::Unpark { url, .. } => return parked::unpark(&config()?, url.as_deref()),
        Command::Copy { from, to } => return copy::copy(from, to),
        Command::Migrate { dry_run } => {
            let url = config()?.store.url;
            let schemas = store::migrate(&url, *dry_run)?;
            tell(migrated(&url, schemas, *dry_run));
        }
        Command::Backup { to } => {
            let bytes = ByteSize(store::backup(&config()?.store.url, to)?);
            tell(format!("{}: {bytes}", to.display()));
        }
        Command::Compact => {
            let url = config()?.store.url;
            let (before, after) = store::compact(&url)?;
            let (before, after) = (ByteSize(before), ByteSize(after));
            tell(format!("{url}: {before} before, {after} now"));
        }
    }
    Ok(Outcome::Clean)
}

fn migrated(url: &StoreUrl, schemas: Schemas, is_for_show: bool) -> String {
    let Schemas { found, known } = schemas;
    match is_for_show {
        _ if found == known => format!("{url}: schema {found} is up to date"),
        true => format!("{url}: schema {found} would become {known}; nothing was changed"),
        false => format!("{url}: schema {found} is {known} now"),
    }
}

/// What is set aside is no damage, but worth a look.
fn check(url: &StoreUrl) -> Result<Outcome, Failure> {
    let damage = store::check(url)?;
    let mut out = out();
    for fault in &damage.faults {
        writeln!(out, "{fault}")?;
    }
    if damage.more > 0 {
        writeln!(out, "{} more", damage.more)?;
    }
    for (url, why) in &damage.parked {
        writeln!(out, "set aside: {url}: {why}")?;
    }
    let faults = damage.faults.len() + damage.more;
    tell(format!(
        "{url}: {} and {} read: {}; {} set aside",
        counted(damage.articles, "article"),
        counted(damage.urls, "URL"),
        counted(faults as u64, "fault"),
        counted(damage.parked.len() as u64, "URL"),
    ));
    Ok(match faults {
        0 => Outcome::Clean,
        _ => Outcome::Flagged,
    })
}
