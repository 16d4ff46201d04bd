//! `benggala batch`: JSON Lines in, JSON Lines out, in order, in bounded memory.
//!
//! One thread reads, N inspect, the calling thread writes. For each line the reader queues the
//! receiving end of a channel of one; the writer waits on them in turn, so the order holds whoever
//! finishes first, and the length of that queue bounds what is in memory.

mod line;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use bytes::Bytes;
use chrono::Utc;
use url::Url;

use crate::{
    config::nearest,
    inspect::{Inspection, Rules},
    model::{Lang, Reason},
    report::{
        Document as View,
        json::{self, Fields},
        wording,
    },
    site::{self, SiteMemory, Sites},
    usage::Usage,
};

use self::line::{KEYS, Line, NoDocument};
use super::{
    failure::{Failure, Outcome},
    given::like,
    input::{self, Document, inspect_document, rules_of},
    output::tell,
    progress::counting,
    settings::load_config,
};

/// Lines in memory for each thread.
const LINES_PER_THREAD: usize = 4;

/// Keys that nothing reads and that are told of, at most.
const UNREAD_MAX: usize = 20;

/// Sites that are remembered, at most: 96 MiB of the fullest.
const SITES_MAX: usize = 2_048;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Threads that inspect [default: one a core]
    #[arg(long, value_name = "N", value_parser = like::<NonZeroUsize>("4, and no less than 1"))]
    threads: Option<NonZeroUsize>,
    /// Learn the template of each site from its pages and leave it out of those that follow, and
    /// learn what several hosts write, which is then no longer marked; one thread, so that what
    /// comes out depends on the order of the lines alone. What several hosts write is kept in FILE
    /// from run to run, if one is named
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "threads")]
    learn: Option<Option<PathBuf>>,
    /// Only these fields, as id,verdict,scores
    #[arg(long, value_name = "LIST", value_parser = Fields::parse)]
    fields: Option<Fields>,
}

struct Job {
    number: u64,
    line: io::Result<String>,
    answer: SyncSender<String>,
}

/// What every thread needs.
struct Work {
    rules: Rules,
    fields: Fields,
    /// What this run has learned; `None` unless it is asked to.
    learned: Option<Mutex<Learned>>,
    told: Told,
}

/// What is told when all lines are answered.
#[derive(Default)]
struct Told {
    /// Documents in another language than their lines say.
    in_other_languages: AtomicU64,
    /// Lines that could not be judged.
    bad: AtomicU64,
    /// Keys that nothing reads, and in how many lines each is.
    unread: Mutex<BTreeMap<String, u64>>,
}

impl Told {
    fn unread(&self, keys: Vec<String>) {
        if keys.is_empty() {
            return;
        }
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            if unread.len() < UNREAD_MAX || unread.contains_key(&key) {
                *unread.entry(key).or_default() += 1;
            }
        }
    }

    /// Says on standard error what a program that reads the answers may not look for.
    fn tell(self) {
        let warn = |what: String| tell(format!("benggala: warning: {what}"));
        let contradicted = self.in_other_languages.into_inner();
        if contradicted > 0 {
            let documents = wording::counted(contradicted, "document");
            warn(format!(
                "{documents} in another language than `lang` says: not judged"
            ));
        }
        let bad = self.bad.into_inner();
        if bad > 0 {
            let lines = wording::counted(bad, "line");
            warn(format!(
                "{lines} could not be judged: their answers have an `error` that says why"
            ));
        }
        let unread = self
            .unread
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for (key, lines) in unread {
            let lines = wording::counted(lines, "line");
            let meant = nearest(&key, KEYS).map(|meant| format!("; did you mean `{meant}`?"));
            warn(format!(
                "nothing reads the key `{key}` of {lines}{}",
                meant.unwrap_or_default()
            ));
        }
    }
}

/// What the lines so far have shown.
struct Learned {
    sites: Sites,
    usage: Usage,
}

impl Work {
    /// Inspects a document with what its site has shown so far, and learns from it.
    fn inspect(&self, document: Document, url: Option<&Url>, lang: Option<&Lang>) -> Inspection {
        let site = url.and_then(site::name);
        let (Some(learned), Some(site)) = (&self.learned, site) else {
            return inspect_document(document, url, lang, &SiteMemory::EMPTY, &self.rules);
        };
        let mut learned = learned.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = learned.sites.get(site).unwrap_or_default();
        let rules = Rules {
            usage: learned.usage.clone(),
            ..self.rules.clone()
        };
        let inspection = inspect_document(document, url, lang, &memory, &rules);
        if let Some(sighting) = &inspection.article.sighting {
            learned.sites.learn(site, sighting);
        }
        if let Some(heard) = &inspection.heard {
            learned.usage.learn(heard, site, Utc::now());
        }
        inspection
    }
}

pub(super) fn batch(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(config)?;
    let threads = match args.learn {
        Some(_) => 1,
        None => args
            .threads
            .or_else(|| thread::available_parallelism().ok())
            .map_or(1, NonZeroUsize::get),
    };
    let file = args.learn.as_ref().and_then(Option::as_deref);
    let learned = match &args.learn {
        None => None,
        Some(_) => Some(Learned {
            sites: Sites::new(SITES_MAX),
            usage: file.map_or_else(|| Ok(Usage::default()), read_usage)?,
        }),
    };
    let work = Work {
        rules: rules_of(&config),
        fields: args.fields.clone().unwrap_or_else(Fields::all),
        learned: learned.map(Mutex::new),
        told: Told::default(),
    };
    let (jobs, queue) = sync_channel::<Job>(threads);
    let (order, answers) = sync_channel::<Receiver<String>>(threads * LINES_PER_THREAD);
    let queue = Arc::new(Mutex::new(queue));
    let read = thread::scope(|scope| {
        // Moved in: the queues close when the reader is done, and the others end.
        let reader = scope.spawn(move || read_lines(&jobs, &order));
        for _ in 0..threads {
            scope.spawn(|| answer_jobs(&queue, &work));
        }
        // Taken by value: when writing fails, the reader finds its queue closed and ends too.
        write_answers(answers)?;
        Ok::<_, io::Error>(reader.join())
    })?;
    let learned = work.learned.map(Mutex::into_inner);
    if let (Some(file), Some(learned)) = (file, learned) {
        let learned = learned.unwrap_or_else(PoisonError::into_inner);
        write_usage(file, &learned.usage)?;
    }
    work.told.tell();
    match read {
        Ok(Ok(())) => Ok(Outcome::Clean),
        Ok(Err(error)) => Err(Failure::message(format!(
            "cannot read standard input: {error}; it takes documents, as in benggala batch < FILE"
        ))),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// What an earlier run wrote; nothing where there is no file yet.
fn read_usage(path: &Path) -> Result<Usage, Failure> {
    let told = |why: String| Failure::message(format!("{}: {why}", path.display()));
    match input::read_file(path) {
        Ok(bytes) => Usage::from_bytes(&bytes)
            .ok_or_else(|| told("not written by `batch --learn` of this release".to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Usage::default()),
        Err(error) => Err(told(error.to_string())),
    }
}

/// In one step: a run that is broken off leaves the old file.
fn write_usage(path: &Path, usage: &Usage) -> Result<(), Failure> {
    let told = |error: io::Error| Failure::message(format!("{}: {error}", path.display()));
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, usage.to_bytes()).map_err(told)?;
    fs::rename(&beside, path).map_err(told)
}

/// Queues all lines; a line that is none has its answer as well. Fails where there is no more to be read.
fn read_lines(jobs: &SyncSender<Job>, order: &SyncSender<Receiver<String>>) -> io::Result<()> {
    let mut input = io::stdin().lock();
    for number in 1.. {
        let line = match read_line(&mut input) {
            Ok(None) => break,
            Ok(Some(line)) => match without_mark(number, &line) {
                line if line.trim().is_empty() => continue,
                line => Ok(line.to_string()),
            },
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(error),
            Err(error) => return Err(error),
        };
        let (answer, receiver) = sync_channel(1);
        if order.send(receiver).is_err()
            || jobs
                .send(Job {
                    number,
                    line,
                    answer,
                })
                .is_err()
        {
            break;
        }
    }
    Ok(())
}

/// A line without the byte order mark that some programs begin a file with.
fn without_mark(number: u64, line: &str) -> &str {
    match number {
        1 => line.strip_prefix('\u{feff}').unwrap_or(line),
        _ => line,
    }
}

/// One line without its end, within the limit; what is longer is skipped to its end and reported.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = io::Read::take(&mut *input, input::INPUT_MAX).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    if !bytes.ends_with(b"\n") && read as u64 == input::INPUT_MAX {
        input.skip_until(b'\n')?;
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the line is longer than 64 MiB",
        ));
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the line is not UTF-8"))
}

fn answer_jobs(queue: &Mutex<Receiver<Job>>, work: &Work) {
    loop {
        let job = match queue.lock() {
            Ok(queue) => queue.recv(),
            Err(poisoned) => poisoned.into_inner().recv(),
        };
        let Ok(job) = job else { return };
        let answer = answer(job.number, job.line, work);
        if job.answer.send(answer).is_err() {
            return;
        }
    }
}

fn write_answers(answers: Receiver<Receiver<String>>) -> io::Result<()> {
    let bar = counting("documents");
    let mut out = io::BufWriter::new(io::stdout().lock());
    for answer in answers {
        let Ok(answer) = answer.recv() else { break };
        writeln!(out, "{answer}")?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    out.flush()
}

/// One answer line, for a good line as for a bad one.
fn answer(number: u64, line: io::Result<String>, work: &Work) -> String {
    let read = line.map_err(|error| NoDocument {
        id: None,
        why: error.to_string(),
    });
    let answered = read
        .and_then(|line| Line::parse(&line))
        .and_then(|mut line| {
            work.told.unread(std::mem::take(&mut line.unread));
            let id = line.id.clone();
            inspect_line(line, work).map_err(|why| NoDocument { id, why })
        });
    answered.unwrap_or_else(|NoDocument { id, why }| {
        work.told.bad.fetch_add(1, Ordering::Relaxed);
        json::error_line(id.as_ref(), number, &why)
    })
}

/// Tables write an empty cell where nothing is known.
fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

fn inspect_line(line: Line, work: &Work) -> Result<String, String> {
    let url = given(line.url.as_deref())
        .map(|url| Url::parse(url).map_err(|error| format!("`url`: {error}")))
        .transpose()?;
    let lang = given(line.lang.as_deref())
        .map(|tag| Lang::new(tag).ok_or_else(|| format!("`lang`: `{tag}` is no language tag")))
        .transpose()?;
    let document = match (line.html, line.file, line.text) {
        (Some(html), None, None) => Document::Html(Bytes::from(html)),
        (None, Some(file), None) => Document::Html(
            input::read_file(&file)
                .map_err(|error| format!("`file`: {}: {error}", file.display()))?,
        ),
        (None, None, Some(text)) => Document::Text(text),
        _ => return Err("give exactly one of `html`, `file` and `text`".to_string()),
    };
    let mut inspection = work.inspect(document, url.as_ref(), lang.as_ref());
    if inspection.assessment.verdict.reason() == Some(Reason::OtherLanguage) {
        work.told.in_other_languages.fetch_add(1, Ordering::Relaxed);
    }
    // The caller's address is the one by which it knows the document.
    if url.is_some() {
        inspection.article.url = url;
    }
    let id = line.id.unwrap_or_default();
    let view = View::new(id, &inspection.article, &inspection.assessment);
    Ok(json::line(&view, &work.fields))
}
