//! From the store's rows to the views of the reports.

use serde_json::Value;

use crate::{
    model::SourceStanding,
    report::{Document, Entry, Mark, SourceView, Tally},
    score,
    store::{ArticleRow, SourceRow, Store, StoreError},
};

/// The view of a stored article.
pub fn entry(row: &ArticleRow) -> Entry<'_> {
    let marks = row.findings.iter().map(|finding| Mark {
        rule: &finding.rule,
        span: finding.span.clone(),
        note: &finding.note,
        left_out: finding.left_out.as_deref(),
    });
    let document = Document {
        id: Value::from(row.id),
        url: Some(row.url.as_str()),
        title: row.title.as_deref(),
        byline: row.byline.as_deref(),
        published: row.published,
        lang: row.lang.as_ref().map(|lang| lang.as_str()),
        body: &row.body,
        verdict: row.verdict,
        scores: row.scores,
        marks: marks.collect(),
        provenance: &row.provenance,
    };
    Entry {
        id: row.id,
        source: &row.source,
        fetched_at: row.fetched_at,
        document,
        rules: row.rules,
        reviews: &row.reviews,
    }
}

/// The view of a stored source.
pub(super) fn source((row, standing): &(SourceRow, SourceStanding)) -> SourceView<'_> {
    SourceView {
        name: &row.name,
        url: &row.url,
        kind: row.kind,
        enabled: row.enabled,
        standing: standing.clone(),
        last_success: row.last_success,
        last_article: row.last_article,
        next_at: row.next_at,
        failures: row.failures,
        error: row.error.as_deref(),
        boilerplate: row.boilerplate,
        template_lines: row.template_lines,
    }
}

/// One page of the sources by name, with how they stand, and whether there are more.
pub(super) async fn sources_page(
    store: &dyn Store,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<(SourceRow, SourceStanding)>, bool), StoreError> {
    let mut rows = store.sources().await?;
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows.retain(|row| after.is_none_or(|after| row.name.as_str() > after));
    let more = rows.len() > limit;
    rows.truncate(limit);

    let mut page = Vec::with_capacity(rows.len());
    for row in rows {
        let history = store.verdicts(&row.name).await?;
        page.push((row, score::standing(history.into_iter())));
    }
    Ok((page, more))
}

/// Articles by verdict, of one source or of all.
pub(super) fn tally(rows: &[SourceRow], source: Option<&str>) -> Tally {
    rows.iter()
        .filter(|row| source.is_none_or(|name| row.name == name))
        .fold(Tally::default(), |tally, row| Tally {
            flagged: tally.flagged + row.flagged,
            passed: tally.passed + row.passed,
            abstained: tally.abstained + row.abstained,
            failed: 0,
        })
}
