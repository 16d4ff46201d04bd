//! Labelled texts for `train translation` and `eval translation`: every `*.jsonl` and `*.jsonl.gz`
//! of a folder, one text a line.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{model::Lang, style::Label};

use super::Failure;

/// Bytes of one file, unpacked: a limit on what a broken archive may claim.
const FILE_MAX: u64 = 2 << 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum Split {
    /// Texts to learn from
    Train,
    /// Texts of other source documents
    Valid,
    /// Both
    #[serde(skip)]
    All,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LabelName {
    Native,
    HumanTranslation,
    Mt,
}

/// One line of a file.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    lang: String,
    label: LabelName,
    /// The engine, for machine translations.
    #[serde(default)]
    pub(super) system: Option<String>,
    /// The collection it comes from.
    #[serde(default)]
    pub(super) source: Option<String>,
    #[serde(default)]
    domain: Option<String>,
    pub(super) doc: String,
    pub(super) text: String,
    split: Split,
}

impl Record {
    pub(super) fn label(&self) -> Label {
        match self.label {
            LabelName::Native => Label::Native,
            LabelName::HumanTranslation => Label::Human,
            LabelName::Mt => Label::Machine,
        }
    }

    /// Whether it is news, which all labels must be to be compared: else the domain gives the
    /// label away.
    pub(super) fn is_news(&self) -> bool {
        self.domain.as_deref().is_none_or(|domain| domain == "news")
    }

    pub(super) fn is_in(&self, split: Split) -> bool {
        split == Split::All || self.split == split
    }
}

/// The texts of a folder by language, in the order of files and lines.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<Lang, Vec<Record>>, Failure> {
    let mut set: BTreeMap<Lang, Vec<Record>> = BTreeMap::new();
    for record in lines::<Record>(folder)? {
        let lang = Lang::new(&record.lang).ok_or_else(|| {
            let (doc, lang) = (&record.doc, &record.lang);
            Failure::message(format!("document {doc}: `{lang}` is no language"))
        })?;
        set.entry(lang).or_default().push(record);
    }
    Ok(set)
}

/// What the lines of a folder's files hold, in their order.
pub(super) fn lines<T: DeserializeOwned>(folder: &Path) -> Result<Vec<T>, Failure> {
    let mut read = Vec::new();
    for (path, text) in files(folder)? {
        for (index, line) in text.lines().enumerate() {
            let value = serde_json::from_str(line).map_err(|error| {
                Failure::message(format!("{}:{}: {error}", path.display(), index + 1))
            })?;
            read.push(value);
        }
    }
    Ok(read)
}

/// SHA-256 of a folder's files, unpacked and one after another.
pub(super) fn sha256(folder: &Path) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    for (_, text) in files(folder)? {
        hash.update(text.as_bytes());
    }
    let bytes = hash.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The files of a folder by name, and their texts.
fn files(folder: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let cannot = |path: &Path, why: &dyn std::fmt::Display| {
        Failure::message(format!("cannot read {}: {why}", path.display()))
    };
    let entries = fs::read_dir(folder).map_err(|error| cannot(folder, &error))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| cannot(folder, &error))?.path());
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".jsonl") && !name.ends_with(".jsonl.gz") {
            continue;
        }
        let text = read_text(&path).map_err(|error| cannot(&path, &error))?;
        files.push((path, text));
    }
    if files.is_empty() {
        return Err(cannot(folder, &"it holds no .jsonl or .jsonl.gz file"));
    }
    Ok(files)
}

fn read_text(path: &Path) -> std::io::Result<String> {
    let file = fs::File::open(path)?;
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        MultiGzDecoder::new(file)
            .take(FILE_MAX)
            .read_to_string(&mut text)?;
    } else {
        file.take(FILE_MAX).read_to_string(&mut text)?;
    }
    Ok(text)
}
