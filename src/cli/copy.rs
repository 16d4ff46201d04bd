//! `benggala store copy`: from one store to another, of either kind.

use indicatif::ProgressBar;

use crate::{
    config,
    model::StoreUrl,
    store::{self, CopyProgress},
};

use super::{
    failure::{Failure, Outcome},
    output::tell,
    progress::counting,
    settings::secret,
};

pub(super) fn copy(from: &str, to: &str) -> Result<Outcome, Failure> {
    let (source, target) = (url("FROM", from)?, url("TO", to)?);
    let bar = counting("rows");
    let copied = store::copy(&source, &target, &mut |progress| show(&bar, progress))?;
    bar.finish_and_clear();
    let before = match copied.before {
        0 => String::new(),
        before => format!(", {before} of them by a copy that was interrupted"),
    };
    tell(format!(
        "{source} is at {target} now: {} rows{before}; both were compared",
        copied.rows
    ));
    Ok(Outcome::Clean)
}

fn url(name: &str, text: &str) -> Result<StoreUrl, Failure> {
    let read = config::store_url(text, &secret);
    read.map_err(|why| Failure::message(format!("{name}: {why}")))
}

/// How far it is, in the table that it is at.
fn show(bar: &ProgressBar, progress: CopyProgress) {
    let what = match progress.is_checked {
        true => "compared",
        false => "copied",
    };
    let CopyProgress {
        table, rows, of, ..
    } = progress;
    bar.set_message(format!("of {of} rows of {table} {what}"));
    bar.set_position(rows);
}
