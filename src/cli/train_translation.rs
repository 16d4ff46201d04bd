//! `benggala train translation`: labelled texts in, one style model a language out.

use std::{fs, io::Write, path::PathBuf};

use crate::style::{self, Example, Label};

use super::{
    Failure, Outcome, out, tell,
    translation_set::{self, Record, Split},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder with the labelled texts
    #[arg(long = "set", value_name = "DIR")]
    folder: PathBuf,
    /// Where the models go, as xx.bin
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The same seed on the same texts gives the same models
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Which texts to learn from
    #[arg(long, value_enum, default_value = "train")]
    split: Split,
}

pub(super) fn train(args: &Args) -> Result<Outcome, Failure> {
    let set = translation_set::read(&args.folder)?;
    let cannot_write = |path: &PathBuf, error: std::io::Error| {
        Failure::message(format!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(&args.out).map_err(|error| cannot_write(&args.out, error))?;
    for (lang, records) in &set {
        let examples: Vec<Example<'_>> = records
            .iter()
            .filter(|record| record.is_in(args.split))
            .filter_map(example)
            .collect();
        match style::train(&examples, args.seed) {
            Ok(model) => {
                let path = args.out.join(format!("{lang}.bin"));
                fs::write(&path, &model).map_err(|error| cannot_write(&path, error))?;
                writeln!(out(), "{lang} {} texts", examples.len())?;
            }
            Err(why) => tell(format!("benggala: no model for {lang}: {why}")),
        }
    }
    Ok(Outcome::Clean)
}

/// What a text teaches. Translations of other things than news would teach their domain. Natives of
/// every kind are welcome: the more of them are known, the fewer are taken for translations.
pub(super) fn example(record: &Record) -> Option<Example<'_>> {
    let teaches = record.is_news() || record.label() == Label::Native;
    teaches.then(|| Example {
        doc: &record.doc,
        label: record.label(),
        text: &record.text,
    })
}
