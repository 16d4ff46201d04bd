//! Files, folders, standard input and pages, as inspections.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use chrono::Utc;
use url::Url;

use crate::{
    config::Config,
    extract::Site,
    inspect::{Inspection, Rules, inspect, inspect_text},
    lang::Lexicon,
    model::{Headers, Lang, Link, Page, PageKind},
    site::SiteMemory,
};

/// Files of a folder that are read; others are passed over.
const EXTENSIONS: &[&str] = &["html", "htm", "xhtml", "txt"];

/// Bytes of one file or of standard input at most: as much as a page may have.
pub(super) const INPUT_MAX: u64 = 64 << 20;

/// What a page without an address is called while it is inspected.
const NOWHERE: &str = "about:blank";

/// The rules a configuration makes.
pub(super) fn rules_of(config: &Config) -> Rules {
    Rules {
        lexicon: Lexicon::built_in(),
        policy: config.score.clone(),
        limits: config.extract,
        adviser: config.opinion.adviser(),
        usage: crate::usage::Usage::default(),
    }
}

/// Something to inspect.
pub(super) enum Document {
    /// Bytes of an HTML page.
    Html(Bytes),
    /// A body that is extracted already.
    Text(String),
}

/// Inspects a document that did not come over HTTP, with what is known of its site.
pub(super) fn inspect_document(
    document: Document,
    url: Option<&Url>,
    lang: Option<&Lang>,
    memory: &SiteMemory,
    rules: &Rules,
) -> Inspection {
    let mut inspection = match document {
        Document::Text(text) => inspect_text(&text, lang, rules),
        Document::Html(body) => {
            let page = local_page(body, url);
            let site = Config::rules_for(None, page.final_url.host_str());
            let site = Site {
                rules: &site,
                memory,
            };
            inspect(&page, site, lang, rules)
        }
    };
    if inspection
        .article
        .url
        .as_ref()
        .is_some_and(|url| !url.scheme().starts_with("http"))
    {
        inspection.article.url = None;
    }
    inspection
}

/// A page as if it had been fetched.
pub(super) fn local_page(body: Bytes, url: Option<&Url>) -> Page {
    let url = url.cloned().or_else(|| Url::parse(NOWHERE).ok());
    let Some(url) = url else {
        unreachable!("a constant that is a URL")
    };
    Page {
        link: Link {
            url: url.clone(),
            source: String::new(),
            kind: PageKind::Article,
            published: None,
        },
        final_url: url,
        fetched_at: Utc::now(),
        status: 200,
        headers: Headers::default(),
        body,
    }
}

/// Whether a file's name says that it holds plain text.
pub(super) fn is_text(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("txt"))
}

/// Reads a whole file within the limit.
pub(super) fn read_file(path: &Path) -> io::Result<Bytes> {
    let file = fs::File::open(path)?;
    if file.metadata()?.len() > INPUT_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "larger than 64 MiB",
        ));
    }
    read_all(file)
}

/// Reads a stream within the limit.
pub(super) fn read_all(stream: impl Read) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    stream.take(INPUT_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > INPUT_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "larger than 64 MiB",
        ));
    }
    Ok(Bytes::from(bytes))
}

/// The pages and texts below a folder, by name. Links to folders are not followed, so there are no
/// loops.
pub(super) fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&path)?);
        } else if path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|found| {
                EXTENSIONS
                    .iter()
                    .any(|known| found.eq_ignore_ascii_case(known))
            })
        {
            files.push(path);
        }
    }
    Ok(files)
}
