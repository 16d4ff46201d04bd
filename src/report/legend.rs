//! What the rules are: the text of `rules` and `explain`, and the titles of findings.

use std::fmt::Write as _;

use super::{colour::Style, tongue::Tongue, wrapped::hung};

/// A text that shows a rule at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExampleView<'a> {
    /// The primary subtag of its language.
    pub lang: &'a str,
    /// The text, with what is flagged in `[[ ]]`.
    pub text: &'a str,
}

/// How plainly a rule can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GradeView<'a> {
    /// Its name within the rule.
    pub name: &'a str,
    /// What marks it, in one clause; empty where the rule has no other.
    pub when: &'a str,
    /// Texts in which it was seen to fire.
    pub fires: TextsView,
}

/// Numbers of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextsView {
    /// Written in their language.
    pub native: u32,
    /// Translated by people.
    pub human: u32,
    /// Translated by machines.
    pub machine: u32,
}

/// What readers are told about a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleView<'a> {
    /// Kebab-case; names the defect.
    pub rule: &'a str,
    /// What it belongs to: `translation`, `boilerplate`, …
    pub family: &'a str,
    /// One clause: what is wrong where it fires.
    pub summary: &'a str,
    /// Why that gives a text away.
    pub why: &'a str,
    /// What it says of a finding: sentences with gaps, and what of ours is put into these.
    pub notes: &'a [&'a str],
    /// What it flags.
    pub flags: Vec<ExampleView<'a>>,
    /// The nearest innocent texts.
    pub passes: Vec<ExampleView<'a>>,
    /// How plainly it can be broken and how often it is, heaviest first.
    pub grades: Vec<GradeView<'a>>,
    /// Texts that were searched for it.
    pub searched: TextsView,
    /// What one should know of these texts.
    pub note: Option<&'static str>,
}

/// The note of a finding of `rule` as readers of another language find it; as it is where the rule is no
/// more or says something else by now.
pub fn note(rules: &[RuleView<'_>], rule: &str, note: &str, tongue: &Tongue) -> String {
    let about = rules.iter().find(|about| about.rule == rule);
    tongue.retell(about.map_or(&[], |about| about.notes), note)
}

/// The table that `benggala rules` prints, by family, in so many columns.
pub fn rules_table(rules: &[RuleView<'_>], columns: usize, style: Style) -> String {
    let width = rules.iter().map(|rule| rule.rule.len()).max().unwrap_or(0);
    let mut families: Vec<&str> = Vec::new();
    for rule in rules {
        if !families.contains(&rule.family) {
            families.push(rule.family);
        }
    }

    let mut out = String::new();
    for (i, family) in families.into_iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let _ = writeln!(out, "{}", style.strong(family));
        for rule in rules.iter().filter(|rule| rule.family == family) {
            let name = format!("  {:width$}  ", rule.rule);
            let _ = writeln!(out, "{}", hung(&name, rule.summary, columns));
        }
    }
    if !rules.is_empty() {
        out.push_str("\nMore about one of them: benggala explain RULE\n");
    }
    out
}

/// What `benggala explain RULE` prints, in so many columns.
pub fn explain(rule: &RuleView<'_>, columns: usize, style: Style) -> String {
    let mut out = format!(
        "{} ({})\n{}\n\n{}\n",
        style.strong(rule.rule),
        rule.family,
        hung("", rule.summary, columns),
        hung("", rule.why.trim(), columns),
    );
    examples(&mut out, "It flags", &rule.flags, columns, style);
    examples(&mut out, "It passes", &rule.passes, columns, style);
    if !rule.grades.is_empty() {
        grades(&mut out, rule, columns, style);
    }
    out
}

fn grades(out: &mut String, rule: &RuleView<'_>, columns: usize, style: Style) {
    let name = rule.grades.iter().map(|grade| grade.name.len()).max();
    let width = name.unwrap_or(0).max("of".len());
    let _ = writeln!(
        out,
        "\n{}\n  {:width$} {:>8} {:>9} {:>9}",
        style.strong("Texts in which it fires, by who wrote or translated them"),
        "",
        "natives",
        "people",
        "machines",
    );
    let row = |name, texts: TextsView, when: &str| {
        let figures = format!(
            "  {name:width$} {:>8} {:>9} {:>9}  ",
            texts.native, texts.human, texts.machine
        );
        format!("{}\n", hung(&figures, when, columns).trim_end())
    };
    for grade in &rule.grades {
        out.push_str(&row(grade.name, grade.fires, grade.when));
    }
    out.push_str(&row("of", rule.searched, ""));
    if let Some(note) = rule.note {
        let _ = writeln!(out, "{}", hung("", note, columns));
    }
}

fn examples(
    out: &mut String,
    title: &str,
    examples: &[ExampleView<'_>],
    columns: usize,
    style: Style,
) {
    if examples.is_empty() {
        return;
    }
    let _ = write!(out, "\n{}\n", style.strong(title));
    for example in examples {
        let lang = format!("  {} ", example.lang);
        let mut paragraphs = example.text.trim().split("\n\n");
        let first = paragraphs.next().unwrap_or_default();
        let _ = writeln!(out, "{}", hung(&lang, &mark(first, style), columns));
        let under = " ".repeat(lang.len());
        for paragraph in paragraphs {
            let _ = writeln!(out, "\n{}", hung(&under, &mark(paragraph, style), columns));
        }
    }
}

/// Shows the `[[marked]]` words of an example in colour, or as they are.
fn mark(example: &str, style: Style) -> String {
    let Style::Colour = style else {
        return example.to_string();
    };
    let mut out = String::new();
    let mut rest = example;
    while let Some((before, marked)) = rest.split_once("[[") {
        let (words, after) = marked.split_once("]]").unwrap_or((marked, ""));
        out.push_str(before);
        out.push_str(&style.alarm(words));
        rest = after;
    }
    out + rest
}
