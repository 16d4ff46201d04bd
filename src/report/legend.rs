//! What the rules are: the text of `rules` and `explain`, and the titles of findings.

use std::fmt::Write as _;

use super::colour::Style;

/// A text that shows a rule at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExampleView<'a> {
    /// The primary subtag of its language.
    pub lang: &'a str,
    /// The text, with what is flagged in `[[ ]]`.
    pub text: &'a str,
}

/// Share of news articles in which a rule was seen to fire, in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatesView {
    /// Written in their language.
    pub native: f32,
    /// Translated by people.
    pub human: f32,
    /// Translated by machines.
    pub machine: f32,
    /// What one should know of these articles.
    pub note: Option<&'static str>,
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
    /// What it flags.
    pub flags: Vec<ExampleView<'a>>,
    /// The nearest innocent texts.
    pub passes: Vec<ExampleView<'a>>,
    /// How often it fires, where that was measured.
    pub rates: Option<RatesView>,
}

/// The table that `benggala rules` prints, by family.
pub fn rules_table(rules: &[RuleView<'_>], style: Style) -> String {
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
            let _ = writeln!(out, "  {:width$}  {}", rule.rule, rule.summary);
        }
    }
    if !rules.is_empty() {
        out.push_str("\nMore about one of them: benggala explain RULE\n");
    }
    out
}

/// What `benggala explain RULE` prints.
pub fn explain(rule: &RuleView<'_>, style: Style) -> String {
    let mut out = format!(
        "{} ({})\n{}\n\n{}\n",
        style.strong(rule.rule),
        rule.family,
        rule.summary,
        rule.why.trim(),
    );
    examples(&mut out, "It flags", &rule.flags, style);
    examples(&mut out, "It passes", &rule.passes, style);
    if let Some(rates) = rule.rates {
        let _ = write!(
            out,
            "\n{}\n  written in their language  {} %\n  translated by people       {} %\n  \
             translated by machines     {} %\n",
            style.strong("Articles in which it fires"),
            rates.native,
            rates.human,
            rates.machine,
        );
        if let Some(note) = rates.note {
            let _ = writeln!(out, "{note}");
        }
    }
    out
}

fn examples(out: &mut String, title: &str, examples: &[ExampleView<'_>], style: Style) {
    if examples.is_empty() {
        return;
    }
    let _ = write!(out, "\n{}\n", style.strong(title));
    for example in examples {
        let text = indent(&mark(example.text, style));
        let _ = writeln!(out, "  {} {}", example.lang, text.trim_start());
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

fn indent(text: &str) -> String {
    let lines = text.trim().lines().map(|line| match line.trim() {
        "" => String::new(),
        line => format!("     {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}
