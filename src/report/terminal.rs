//! What `check` prints for people.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    Document, Entry, Mark, VerdictCounts, colour::Style, excerpt::Excerpt, explain,
    legend::RuleView, wording,
};
use crate::model::{Reason, Verdict};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, normalize_untrusted_str};

/// Columns of a source line around the words of a finding.
const EXCERPT_COLUMNS: usize = 100;

/// Wider than any excerpt with its gutter and label, so that it is never cut a second time.
const RENDER_COLUMNS: usize = 400;

/// Columns of text around a finding in a list.
const FLAGGED_COLUMNS: usize = 60;

/// Findings of one rule shown in one document; the others are counted.
const FINDINGS_PER_RULE_MAX: usize = 5;

/// One document: its headline, its findings under the words they mean, and why it was not judged.
/// `name` is what the user called it: a path or a URL. `legend` says what each rule is about, `flag_at`
/// from which score an article is flagged.
pub fn document(
    document: &Document<'_>,
    name: &str,
    legend: &[RuleView<'_>],
    flag_at: f32,
    style: Style,
) -> String {
    let name = normalize_untrusted_str(name);
    let mut out = headline(document, &name, flag_at, style);
    if let Some(reason) = document.verdict.reason() {
        out.push_str(&abstained(reason));
    }
    for trace in document.provenance {
        let (note, rule) = (normalize_untrusted_str(&trace.note), &trace.rule);
        let _ = writeln!(out, "  the page itself says: {note} [{rule}]");
    }
    out.push_str(&findings(document, legend, style));
    out
}

/// One document without its findings, which are counted.
pub fn brief(document: &Document<'_>, name: &str, flag_at: f32, style: Style) -> String {
    let mut out = headline(document, &normalize_untrusted_str(name), flag_at, style);
    if let Some(reason) = document.verdict.reason() {
        out.push_str(&abstained(reason));
    }
    let _ = match document.marks.len() {
        0 => Ok(()),
        1 => writeln!(out, "  1 finding: `benggala check` shows it"),
        n => writeln!(out, "  {n} findings: `benggala check` shows them"),
    };
    out
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

fn headline(document: &Document<'_>, name: &str, flag_at: f32, style: Style) -> String {
    let verdict = style.verdict(document.verdict, document.scores);
    let mut out = format!("{verdict}  {}\n", style.strong(name));
    if let Some(title) = document.title {
        let _ = writeln!(out, "  {}", normalize_untrusted_str(title));
    }
    let lang = document.lang.unwrap_or("unknown");
    match document.verdict {
        Verdict::Abstain(_) => {
            let _ = writeln!(out, "  language {lang}");
        }
        Verdict::Pass | Verdict::Flag => {
            let scores = wording::scores(document.scores, Some(flag_at));
            let _ = writeln!(out, "  {scores}, language {lang}");
        }
    }
    out
}

fn abstained(reason: Reason) -> String {
    let wording::Wording { what, advice } = wording::reason(reason);
    format!("  {what} [{}]\n  {advice}\n", reason.as_str())
}

fn findings(document: &Document<'_>, legend: &[RuleView<'_>], style: Style) -> String {
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
        if let Some(excerpt) = Excerpt::of(document.body, mark, EXCERPT_COLUMNS) {
            let summary = legend
                .iter()
                .find(|rule| rule.rule == mark.rule)
                .map(|rule| rule.summary);
            out.push('\n');
            out.push_str(&finding(mark, &excerpt, summary, document.verdict, style));
        }
    }
    for (rule, count) in seen {
        if let Some(more @ 1..) = count.checked_sub(FINDINGS_PER_RULE_MAX) {
            let _ = write!(out, "\n… and {more} more of {rule}\n");
        }
    }
    out
}

/// The words with the rule above and the note below them.
fn finding(
    mark: &Mark<'_>,
    excerpt: &Excerpt,
    summary: Option<&str>,
    verdict: Verdict,
    style: Style,
) -> String {
    let level = match verdict {
        Verdict::Flag => Level::WARNING,
        Verdict::Pass | Verdict::Abstain(_) => Level::NOTE,
    };
    let Excerpt {
        before,
        words,
        after,
        paragraph,
    } = excerpt;
    let start = before.len();
    // The library makes titles and sources safe for terminals, but not labels.
    let note = normalize_untrusted_str(mark.note);
    let snippet = Snippet::source(format!("{before}{words}{after}"))
        .line_start(*paragraph)
        .annotation(
            AnnotationKind::Primary
                .span(start..start + words.len())
                .label(summary.map(|_| note.as_str())),
        );
    let group = level
        .primary_title(summary.unwrap_or(mark.note))
        .id(mark.rule)
        .element(snippet);
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    renderer.term_width(RENDER_COLUMNS).render(&[group]) + "\n"
}
