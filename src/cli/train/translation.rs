//! `benggala train translation`: labelled texts in, one style model a language out.

use std::{fs, io::Write, path::PathBuf};

use crate::{
    cli::{
        failure::{Failure, Outcome},
        labelled::{Part, TextSet, cannot, write},
        output::{out, tell},
    },
    evaluate::texts::Record,
    style::{self, LabelledText},
};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A folder with labelled texts; may be given several times
    #[arg(long = "set", value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Where the models go, as xx.bin
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The same seed on the same texts gives the same models
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Which texts to learn from
    #[arg(long, value_enum, default_value = "train")]
    split: Part,
}

pub(super) fn train(args: &Args) -> Result<Outcome, Failure> {
    let set = TextSet::read(&args.folders)?;
    fs::create_dir_all(&args.out).map_err(|error| cannot("write", &args.out, &error))?;
    let split = args.split.split();
    for (lang, records) in &set.by_language {
        let kept = records.iter().filter(|record| record.is_in(split));
        let examples: Vec<LabelledText<'_>> = kept.filter_map(Record::example).collect();
        match style::train(&examples, args.seed) {
            Ok(model) => {
                write(&args.out.join(format!("{lang}.bin")), &model)?;
                writeln!(out(), "{lang} {} texts", examples.len())?;
            }
            Err(why) => tell(format!("benggala: no model for {lang}: {why}")),
        }
    }
    Ok(Outcome::Clean)
}
