//! Rows for `export`: CSV (RFC 4180) for spreadsheets, newline-delimited JSON for programs.

use super::{ClusterView, Entry, json};

/// The first line of the CSV, without the line's end.
pub const CSV_HEADER: &str = "id,source,url,title,byline,published,fetched_at,lang,verdict,reason,\
overall,machine_translation,residue,style,translation,boilerplate,findings,rules,provenance,reviews,characters,\
cluster,cluster_articles,cluster_sources,first_source,first_seen,other_addresses";

/// One article as a line of CSV, without the line's end (which is CR LF in RFC 4180). Values are
/// written as they are: a spreadsheet that runs formulas should import the columns as text.
pub fn csv_row(entry: &Entry<'_>) -> String {
    let document = &entry.document;
    let scores = document.scores;
    let style = scores.style.map(|style| json::round(style).to_string());
    // Twice: `translation` is its old name.
    let style = style.unwrap_or_default();
    let published = document.published.map(|date| date.to_string());
    let counting = || {
        document
            .marks
            .iter()
            .filter(|mark| mark.dismissed_by.is_none())
    };
    let mut rules: Vec<&str> = counting().map(|mark| mark.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let traces: Vec<&str> = document
        .provenance
        .iter()
        .map(|p| p.rule.as_str())
        .collect();
    let holding = entry
        .reviews
        .iter()
        .filter(|r| r.ended.is_none() && r.finding.is_none());
    let decisions: Vec<&str> = holding.map(|r| r.decision.as_str()).collect();
    let of_cluster = |cell: &dyn Fn(&ClusterView<'_>) -> String| {
        entry.cluster.as_ref().map(cell).unwrap_or_default()
    };
    let cells = [
        entry.id.to_string(),
        entry.source.to_string(),
        document.url.unwrap_or_default().to_string(),
        document.title.unwrap_or_default().to_string(),
        document.byline.unwrap_or_default().to_string(),
        published.unwrap_or_default(),
        entry.fetched_at.to_rfc3339(),
        document.lang.unwrap_or_default().to_string(),
        document.verdict.as_str().to_string(),
        document
            .verdict
            .reason()
            .map_or("", |r| r.as_str())
            .to_string(),
        json::round(scores.overall).to_string(),
        json::round(scores.machine_translation).to_string(),
        json::round(scores.residue).to_string(),
        style.clone(),
        style,
        json::round(scores.boilerplate).to_string(),
        counting().count().to_string(),
        rules.join(" "),
        traces.join(" "),
        decisions.join(" "),
        document.body.chars().count().to_string(),
        of_cluster(&|cluster| cluster.id.to_string()),
        of_cluster(&|cluster| cluster.articles.to_string()),
        of_cluster(&|cluster| cluster.sources.to_string()),
        of_cluster(&|cluster| cluster.first_source.to_string()),
        of_cluster(&|cluster| cluster.first_at.to_rfc3339()),
        entry.aliases.to_string(),
    ];
    cells.map(|cell| quoted(&cell)).join(",")
}

/// One article as a line of JSON, without the line's end.
pub fn ndjson_row(entry: &Entry<'_>) -> String {
    json::entry_line(entry)
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_string()
    }
}
