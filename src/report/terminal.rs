//! What `check` prints for people.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    Document, Entry, Mark, VerdictCounts, colour::Style, excerpt::Excerpt, explain, manner::Manner,
    wording, wrapped::hung,
};
use crate::model::{Reason, Verdict};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

/// Wider than any excerpt with its gutter, so that it is never cut a second time.
const RENDER_COLUMNS: usize = 400;

/// What stands before the lines of a document.
const INDENT: &str = "  ";

/// Columns of text around a finding in a list.
const FLAGGED_COLUMNS: usize = 60;

/// Findings of one rule shown in one document; the others are counted.
const FINDINGS_PER_RULE_MAX: usize = 5;

/// One document: its headline, its findings under the words they mean, and why it was not judged.
/// `name` is what the user called it: a path or a URL.
pub fn document(document: &Document<'_>, name: &str, manner: &Manner<'_>) -> String {
    let mut out = headline(document, &normalize_untrusted_str(name), manner);
    for trace in document.provenance {
        let (note, rule) = (normalize_untrusted_str(&trace.note), &trace.rule);
        out += &line(&format!("the page itself says: {note} [{rule}]"), manner);
    }
    out.push_str(&findings(document, manner));
    out
}

/// One document without its findings, which are counted.
pub fn brief(document: &Document<'_>, name: &str, manner: &Manner<'_>) -> String {
    let name = normalize_untrusted_str(name);
    let mut out = headline(document, &name, manner);
    let _ = match document.marks.len() {
        0 => Ok(()),
        1 => writeln!(out, "  1 finding, shown by: benggala check {name}"),
        n => writeln!(out, "  {n} findings, shown by: benggala check {name}"),
    };
    out
}

/// A line of a document, or as many as it takes.
fn line(text: &str, manner: &Manner<'_>) -> String {
    hung(INDENT, text, manner.columns) + "\n"
}

/// A flagged article in a few lines, for a list that scrolls by: who, what, and for each rule the
/// first words that it points at.
pub fn flagged(entry: &Entry<'_>, style: Style) -> String {
    let document = &entry.document;
    let title = normalize_untrusted_str(document.heading());
    let mut out = format!(
        "{}  {}  {}\n",
        style.alarm("flagged"),
        style.strong(entry.source),
        title
    );
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for mark in &document.marks {
        *seen.entry(mark.rule).or_default() += 1;
    }
    let width = seen.keys().map(|rule| rule.len()).max().unwrap_or(0);
    for (rule, count) in seen {
        let Some(first) = document.marks.iter().find(|mark| mark.rule == rule) else {
            continue;
        };
        let Some(excerpt) = Excerpt::of(document.body, first, FLAGGED_COLUMNS) else {
            continue;
        };
        let (before, words, after) = (&excerpt.before, &excerpt.words, &excerpt.after);
        let words = style.alarm(&normalize_untrusted_str(words));
        let (before, after) = (
            normalize_untrusted_str(before),
            normalize_untrusted_str(after),
        );
        let more = if count > 1 {
            format!("  (and {} more)", count - 1)
        } else {
            String::new()
        };
        let _ = writeln!(out, "  {rule:width$}  {before}{words}{after}{more}");
    }
    if document.marks.is_empty() {
        // The words say nothing: what spoke was the style or the page itself.
        for evidence in document.evidence {
            let _ = writeln!(out, "  {}", explain::name(evidence, document.scores));
        }
    }
    out
}

/// The line after several documents: `3 flagged, 1 passed, 1 not judged`.
pub fn summary(tally: &VerdictCounts, style: Style) -> String {
    let failed = (tally.failed > 0).then(|| format!(", {} could not be read", tally.failed));
    style.strong(&format!(
        "{} flagged, {} passed, {} not judged{}",
        tally.flagged,
        tally.passed,
        tally.abstained,
        failed.unwrap_or_default(),
    )) + "\n"
}

fn headline(document: &Document<'_>, name: &str, manner: &Manner<'_>) -> String {
    let style = manner.style;
    let verdict = style.verdict(document.verdict, document.scores);
    let mut out = format!("{verdict}  {}\n", style.strong(name));
    if let Some(title) = document.title {
        out += &line(&normalize_untrusted_str(title), manner);
    }
    let lang = document.lang.unwrap_or("unknown");
    match document.verdict {
        Verdict::Abstain(reason) => {
            out += &line(&format!("language {lang}"), manner);
            out += &abstained(document, reason, manner);
        }
        Verdict::Pass | Verdict::Flag => {
            let scores = wording::scores(document, Some(manner.policy.flag_at));
            out += &line(&format!("{scores}, language {lang}"), manner);
        }
    }
    out
}

fn abstained(document: &Document<'_>, reason: Reason, manner: &Manner<'_>) -> String {
    let what = wording::reason(reason).what;
    let advice = wording::advice(document, reason, manner.policy);
    line(&format!("{what} [{}]", reason.as_str()), manner) + &line(&advice, manner)
}

fn findings(document: &Document<'_>, manner: &Manner<'_>) -> String {
    let mut out = match document.marks.len() as u64 {
        0 => String::new(),
        n => format!(
            "  {}, with the number of the paragraph in the margin\n",
            wording::counted(n, "finding")
        ),
    };
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for mark in &document.marks {
        let count = seen.entry(mark.rule).or_default();
        *count += 1;
        if *count > FINDINGS_PER_RULE_MAX {
            continue;
        }
        if let Some(shown) = finding(mark, document, manner) {
            out.push('\n');
            out.push_str(&shown);
        }
    }
    for (rule, count) in seen {
        if let Some(more @ 1..) = count.checked_sub(FINDINGS_PER_RULE_MAX) {
            let _ = write!(out, "\n… and {more} more of {rule}\n");
        }
    }
    if let Some(mark) = document.marks.first() {
        let rule = mark.rule;
        let _ = write!(out, "\nWhy a rule is there: benggala explain {rule}\n");
    }
    out
}

/// The words with the rule above and the note below them, in the columns that there are.
fn finding(mark: &Mark<'_>, document: &Document<'_>, manner: &Manner<'_>) -> Option<String> {
    let (label, level) = match document.verdict {
        Verdict::Flag => ("warning", Level::WARNING),
        Verdict::Pass | Verdict::Abstain(_) => ("note", Level::NOTE),
    };
    let paragraphs = document.body.matches("\n\n").count() + 1;
    // The number of a paragraph, and what parts it from the text.
    let gutter = paragraphs.to_string().len() + " | ".len();
    let excerpt = Excerpt::of(document.body, mark, manner.columns.saturating_sub(gutter))?;
    let Excerpt {
        before,
        words,
        after,
        paragraph,
    } = excerpt;
    let start = before.len();
    let snippet = Snippet::source(format!("{before}{words}{after}"))
        .line_start(paragraph)
        .annotation(AnnotationKind::Primary.span(start..start + words.len()));
    let renderer = match manner.style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    let group = Group::with_level(level).element(snippet);
    let shown = renderer.term_width(RENDER_COLUMNS).render(&[group]);
    let about = manner.legend.iter().find(|rule| rule.rule == mark.rule);
    let name = format!("{label}[{}]", mark.rule);
    let note = normalize_untrusted_str(mark.note);
    let title = hung(
        &format!("{name}: "),
        about.map_or(&note, |about| about.summary),
        manner.columns,
    );
    let title = title.replacen(&name, &manner.style.alarm(&name), 1);
    let note = about.map(|_| {
        let margin = paragraph.to_string().len();
        let under = format!("{:margin$} = ", "");
        hung(&under, &note, manner.columns) + "\n"
    });
    Some(format!("{title}\n{shown}\n{}", note.unwrap_or_default()))
}
