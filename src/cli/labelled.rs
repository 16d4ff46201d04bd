//! Labelled sets: folders with pages and what they should give, or with texts and who wrote them.

use std::{
    collections::BTreeMap,
    fmt::Display,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    failure::Failure,
    input::{self, Document, inspect_document},
};
use crate::{
    evaluate::{
        lines::{records, sha256},
        rules::MarkedTranslation,
        texts::{Record, Split, by_language},
    },
    inspect::{Inspection, Rules},
    measure::Gold,
    model::Lang,
    site::SiteMemory,
};

/// Bytes of one file of texts, unpacked: a limit on what a broken archive may claim.
const FILE_MAX: u64 = 2 << 30;

/// Which texts of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Part {
    /// Texts to learn from
    Train,
    /// Texts of other source documents
    Valid,
    /// Both
    All,
}

impl Part {
    pub(super) fn split(self) -> Option<Split> {
        match self {
            Part::Train => Some(Split::Train),
            Part::Valid => Some(Split::Valid),
            Part::All => None,
        }
    }
}

/// Labelled pages.
pub(super) struct PageSet {
    /// The last part of the folder's name.
    pub(super) name: String,
    /// The whole of it.
    pub(super) folder: PathBuf,
    pub(super) gold: Vec<Gold>,
    /// SHA-256 of the labels.
    pub(super) sha256: String,
}

impl PageSet {
    /// The labels of a folder with gold.jsonl and `<id>.html`.
    pub(super) fn read(folder: &Path) -> Result<PageSet, Failure> {
        let path = folder.join("gold.jsonl");
        let text = text(&path)?;
        let name = folder.file_name().unwrap_or_default();
        Ok(PageSet {
            name: name.to_string_lossy().into_owned(),
            folder: folder.to_path_buf(),
            gold: records_of(&path, &text)?,
            sha256: sha256([text.as_str()]),
        })
    }

    pub(super) fn path(&self, gold: &Gold) -> PathBuf {
        self.folder.join(format!("{}.html", gold.id))
    }

    pub(super) fn page(&self, gold: &Gold) -> Result<Bytes, Failure> {
        let path = self.path(gold);
        input::read_file(&path).map_err(|error| cannot("read", &path, &error))
    }

    /// What we make of a page, and how long that takes.
    pub(super) fn inspect(
        &self,
        gold: &Gold,
        rules: &Rules,
    ) -> Result<(Inspection, Duration), Failure> {
        let document = Document::Html(self.page(gold)?);
        let (url, lang) = (url(gold), gold.lang.as_deref().and_then(Lang::new));
        let memory = &SiteMemory::EMPTY;
        let begun = Instant::now();
        let inspection = inspect_document(document, url.as_ref(), lang.as_ref(), memory, rules);
        Ok((inspection, begun.elapsed()))
    }
}

/// Where a labelled page came from.
pub(super) fn url(gold: &Gold) -> Option<Url> {
    Url::parse(gold.url.as_deref()?).ok()
}

/// Labelled texts: those of every `*.jsonl` and `*.jsonl.gz` of some folders, one a line.
pub(super) struct TextSet {
    pub(super) by_language: BTreeMap<Lang, Vec<Record>>,
    /// SHA-256 of the files, unpacked and one after another.
    pub(super) sha256: String,
}

impl TextSet {
    /// The texts of all `folders`, in their order.
    pub(super) fn read(folders: &[impl AsRef<Path>]) -> Result<TextSet, Failure> {
        let files: Vec<(PathBuf, String)> = folders
            .iter()
            .map(|folder| files(folder.as_ref()))
            .collect::<Result<Vec<_>, _>>()?
            .concat();
        let by_language = by_language(records_of_files(&files)?);
        Ok(TextSet {
            by_language: by_language.map_err(|error| Failure::message(error.to_string()))?,
            sha256: sha256(files.iter().map(|(_, text)| text.as_str())),
        })
    }
}

/// The translations of a folder in which people marked what is wrong.
pub(super) fn marked(folder: &Path) -> Result<Vec<MarkedTranslation>, Failure> {
    records_of_files(&files(folder)?)
}

/// What the lines of a file hold.
pub(super) fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    records_of(path, &text(path)?)
}

/// The same, with the SHA-256 of the file.
pub(super) fn hashed_lines<T: DeserializeOwned>(path: &Path) -> Result<(Vec<T>, String), Failure> {
    let text = text(path)?;
    Ok((records_of(path, &text)?, sha256([text.as_str()])))
}

fn records_of<T: DeserializeOwned>(path: &Path, text: &str) -> Result<Vec<T>, Failure> {
    records(text).map_err(|error| Failure::message(format!("{}:{error}", path.display())))
}

fn records_of_files<T: DeserializeOwned>(files: &[(PathBuf, String)]) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    for (path, text) in files {
        all.extend(records_of(path, text)?);
    }
    Ok(all)
}

/// The text of a file.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| cannot("read", path, &error))
}

/// Writes a whole file.
pub(super) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| cannot("write", path, &error))
}

/// That a file cannot be read or written.
pub(super) fn cannot(what: &str, path: &Path, why: &dyn Display) -> Failure {
    Failure::message(format!("cannot {what} {}: {why}", path.display()))
}

/// The files of a folder by name, and their texts.
fn files(folder: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| cannot("read", folder, &error))?;
        paths.push(entry.path());
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".jsonl") && !name.ends_with(".jsonl.gz") {
            continue;
        }
        let text = unpacked(&path).map_err(|error| cannot("read", &path, &error))?;
        files.push((path, text));
    }
    if files.is_empty() {
        let why = "it holds no .jsonl or .jsonl.gz file";
        return Err(cannot("read", folder, &why));
    }
    Ok(files)
}

fn unpacked(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        let unpacked = MultiGzDecoder::new(file);
        unpacked.take(FILE_MAX).read_to_string(&mut text)?;
    } else {
        file.take(FILE_MAX).read_to_string(&mut text)?;
    }
    Ok(text)
}
