//! `benggala check`: judge once and point at the words.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use url::Url;

use crate::{
    charset,
    config::Config,
    consult::Endpoint,
    fetch::{Fetcher, Network, Request},
    inspect::{Inspection, Rules, abstain, explanation, inspect, legend},
    model::{Article, FetchOutcome, Lang, Link, PageKind, Policy, Reason},
    report::{
        Document as View, VerdictCounts,
        colour::Style,
        explain,
        json::{self, Fields},
        legend::RuleView,
        manner::Manner,
        terminal,
    },
    site::SiteMemory,
};

use super::{
    consulting,
    failure::{Failure, Outcome},
    input::{self, Document, inspect_document, rules_of},
    output::{columns, out, tell},
    progress::counting,
    settings::{AllowPrivate, load_config},
    site::{advice, host_of},
    threads::runtime,
};

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Annotated text
    Text,
    /// One line of JSON a document
    Json,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A URL, an .html or .txt file, a folder of them, or - for standard input
    #[arg(required = true, value_name = "TARGET")]
    targets: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Show how each verdict adds up from its evidence
    #[arg(long, conflicts_with = "format")]
    explain: bool,
    /// The language of the texts, as `id` [default: as the page says or the text shows]
    #[arg(long, value_parser = parse_lang)]
    lang: Option<Lang>,
    /// Ask the configured language model too: headline and text of each document are sent to it
    #[arg(long)]
    opinion: bool,
    #[command(flatten)]
    allow: AllowPrivate,
}

pub(super) fn parse_lang(tag: &str) -> Result<Lang, String> {
    Lang::new(tag)
        .ok_or_else(|| "not a language tag; write for example `id` or `en-GB`".to_string())
}

/// One checked document.
struct Checked {
    name: String,
    inspection: Inspection,
}

pub(super) fn check(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let mut config = load_config(config)?;
    config.fetch.allow_private.extend(&args.allow.allow_private);
    let rules = rules_of(&config);
    let endpoint = match args.opinion {
        true => Some(consulting::endpoint(&config.opinion)?),
        false => None,
    };
    let bar = counting("documents");
    let mut printer = Printer {
        args,
        policy: &rules.policy,
        legend: legend(),
        tally: VerdictCounts::default(),
    };
    for target in &args.targets {
        let mut report = |checked: Result<Checked, String>| {
            let checked =
                checked.and_then(|checked| with_opinion(checked, endpoint.as_ref(), &rules.policy));
            bar.suspend(|| printer.print(checked))?;
            bar.inc(1);
            Ok::<(), io::Error>(())
        };
        match target.as_str() {
            "-" => report(check_stdin(args, &rules))?,
            url if is_url(url) => report(check_url(url, args, &config, &rules))?,
            text => {
                let path = Path::new(text);
                match host_of(text).filter(|_| !path.exists()) {
                    Some(url) => report(check_url(url.as_str(), args, &config, &rules))?,
                    None => check_path(path, args, &rules, &mut report)?,
                }
            }
        }
    }
    bar.finish_and_clear();
    printer.finish()
}

fn with_opinion(
    mut checked: Checked,
    endpoint: Option<&Endpoint>,
    policy: &Policy,
) -> Result<Checked, String> {
    if let Some(endpoint) = endpoint {
        consulting::hear(endpoint, &checked.name, &mut checked.inspection, policy)
            .map_err(|failure| failure.to_string())?;
    }
    Ok(checked)
}

fn is_url(target: &str) -> bool {
    target.starts_with("http://") || target.starts_with("https://")
}

fn check_stdin(args: &Args, rules: &Rules) -> Result<Checked, String> {
    let bytes = input::read_all(io::stdin().lock())
        .map_err(|error| format!("cannot read standard input: {error}"))?;
    let document = match looks_like_html(&bytes) {
        true => Document::Html(bytes),
        false => Document::Text(charset::decode(&bytes, "").into_owned()),
    };
    let inspection = inspect_document(
        document,
        None,
        args.lang.as_ref(),
        &SiteMemory::EMPTY,
        rules,
    );
    Ok(Checked {
        name: "standard input".to_string(),
        inspection,
    })
}

/// Standard input has no name to tell it by: markup begins with `<`.
fn looks_like_html(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

fn check_path(
    path: &Path,
    args: &Args,
    rules: &Rules,
    report: &mut dyn FnMut(Result<Checked, String>) -> io::Result<()>,
) -> io::Result<()> {
    if !path.is_dir() {
        return report(check_file(path, args, rules));
    }
    match input::files_below(path) {
        Err(error) => report(Err(format!(
            "cannot read the folder {}: {error}",
            path.display()
        ))),
        Ok(files) if files.is_empty() => report(Err(format!(
            "{} holds no .html or .txt file",
            path.display()
        ))),
        Ok(files) => files
            .iter()
            .try_for_each(|file| report(check_file(file, args, rules))),
    }
}

fn check_file(path: &Path, args: &Args, rules: &Rules) -> Result<Checked, String> {
    let bytes = input::read_file(path)
        .map_err(|error| format!("cannot read {}: {error}{}", path.display(), hint(path)))?;
    let document = match input::is_text(path) {
        true => Document::Text(charset::decode(&bytes, "").into_owned()),
        false => Document::Html(bytes),
    };
    let inspection = inspect_document(
        document,
        None,
        args.lang.as_ref(),
        &SiteMemory::EMPTY,
        rules,
    );
    Ok(Checked {
        name: path.display().to_string(),
        inspection,
    })
}

/// What may be meant by the name of a file that is not there.
fn hint(path: &Path) -> &'static str {
    let name = path.to_string_lossy();
    match !path.exists() && !name.starts_with(['.', '/']) {
        true => "; a site is written as https://news.example",
        false => "",
    }
}

fn check_url(text: &str, args: &Args, config: &Config, rules: &Rules) -> Result<Checked, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}` is no URL: {error}"))?;
    let fetcher = Fetcher::new(&config.fetch, Network::of(&config.sources))
        .map_err(|error| error.to_string())?;
    let request = Request {
        url: url.clone(),
        kind: PageKind::Article,
        etag: None,
        last_modified: None,
    };
    let exchange = runtime()
        .map_err(|failure| failure.to_string())?
        .block_on(fetcher.fetch(&request));
    if exchange.outcome == FetchOutcome::Challenge {
        let article = Article {
            url: Some(url),
            ..Article::default()
        };
        let inspection = Inspection {
            article,
            assessment: abstain(Reason::Challenge),
            heard: None,
        };
        return Ok(Checked {
            name: text.to_string(),
            inspection,
        });
    }
    let link = Link {
        url,
        source: String::new(),
        kind: PageKind::Article,
        published: None,
    };
    let advice = advice(&exchange);
    let page = exchange
        .into_page(link, chrono::Utc::now())
        .map_err(|why| format!("cannot fetch {text}: {why}{advice}"))?;
    let site = Config::rules_for(None, page.final_url.host_str());
    let inspection = inspect(&page, &site, args.lang.as_ref(), rules);
    Ok(Checked {
        name: text.to_string(),
        inspection,
    })
}

/// Prints what was checked and counts it.
struct Printer<'a> {
    args: &'a Args,
    policy: &'a Policy,
    legend: Vec<RuleView<'static>>,
    tally: VerdictCounts,
}

impl Printer<'_> {
    fn print(&mut self, checked: Result<Checked, String>) -> io::Result<()> {
        let checked = match checked {
            Ok(checked) => checked,
            Err(why) => {
                self.tally.failed += 1;
                tell(format!("benggala: {why}"));
                return Ok(());
            }
        };
        let Inspection {
            article,
            assessment,
            ..
        } = &checked.inspection;
        self.tally.add(assessment.verdict);
        if assessment.verdict.reason() == Some(Reason::OtherLanguage) {
            warn_of_language(
                &checked.name,
                self.args.lang.as_ref(),
                article.lang.as_ref(),
            );
        }
        let view = View::new(checked.name.as_str().into(), article, assessment);
        let manner = Manner {
            legend: &self.legend,
            policy: self.policy,
            columns: columns(),
            // Colours are always written; `anstream` takes them out where they are not wanted.
            style: Style::Colour,
        };
        let mut out = out();
        match self.args.format {
            Format::Json => writeln!(out, "{}", json::line(&view, &Fields::all())),
            Format::Text => {
                let text = terminal::document(&view, &checked.name, &manner);
                writeln!(out, "{}", text.trim_end())?;
                if self.args.explain {
                    let explanation = explanation(&checked.inspection, self.policy);
                    let table = explain::table(&explanation, &manner);
                    writeln!(out, "{table}")?;
                }
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<Outcome, Failure> {
        if matches!(self.args.format, Format::Text) && self.tally.total() > 1 {
            write!(out(), "\n{}", terminal::summary(&self.tally, Style::Colour))?;
        }
        Ok(match self.tally {
            VerdictCounts { failed: 1.., .. } => Outcome::Incomplete,
            VerdictCounts { flagged: 1.., .. } => Outcome::Flagged,
            _ => Outcome::Clean,
        })
    }
}

/// Whoever names a language wrongly once does so for a whole folder.
fn warn_of_language(name: &str, said: Option<&Lang>, told: Option<&Lang>) {
    let [said, told] = [said, told].map(|lang| lang.map_or("another", Lang::as_str));
    tell(format!(
        "benggala: warning: {name} is in `{told}`, not in `{said}` as --lang says: not judged"
    ));
}
