//! From the store's rows to the views of the reports.

use serde_json::Value;
use url::Url;

use crate::{
    model::SourceStanding,
    report::{
        ClusterView, CopyView, Document, Entry, Mark, SourceView, TrailView, VersionView,
        changes::changes,
        html::{ParkedView, PollView},
        legend,
        tongue::Tongue,
    },
    store::{ArticleRow, ParkedRow, PollRow, SourceRow, Store, StoreError, Trail, VersionRow},
};

use super::AppState;

/// The view of a stored article.
pub fn entry(row: &ArticleRow) -> Entry<'_> {
    let marks = row.findings.iter().map(|finding| Mark {
        rule: &finding.rule,
        grade: &finding.grade,
        span: finding.span.clone(),
        note: &finding.note,
        left_out: finding.left_out.as_deref(),
        dismissed_by: finding.dismissed_by.as_deref(),
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
        evidence: &row.evidence,
    };
    Entry {
        id: row.id,
        source: &row.source,
        fetched_at: row.fetched_at,
        document,
        rules: row.rules,
        reviews: &row.reviews,
        shelf: row.shelf,
        cluster: row.cluster.as_ref().map(|cluster| ClusterView {
            id: cluster.id,
            articles: cluster.articles,
            sources: cluster.sources,
            first: cluster.first,
            first_source: &cluster.first_source,
            first_at: cluster.first_at,
        }),
        aliases: row.aliases,
    }
}

/// Has what rules say of the findings told in the language of the reader.
pub(super) fn tell(rows: &mut [ArticleRow], state: &AppState, tongue: &Tongue) {
    for finding in rows.iter_mut().flat_map(|row| &mut row.findings) {
        finding.note = legend::note(&state.rules, &finding.rule, &finding.note, tongue);
    }
}

/// The view of what is set aside.
pub(super) fn parked(row: &ParkedRow) -> ParkedView<'_> {
    ParkedView {
        url: &row.url,
        source: &row.source,
        is_lost: row.reason == "lost",
        error: row.error.as_deref(),
        at: row.fetched_at,
    }
}

/// The view of where else an article stood and how it changed.
pub(super) fn trail<'a>(row: &'a ArticleRow, trail: &'a Trail) -> TrailView<'a> {
    let copies = trail.copies.iter().map(|copy| CopyView {
        id: copy.article,
        url: copy.url.as_str(),
        source: &copy.source,
        title: copy.title.as_deref(),
        fetched_at: copy.fetched_at,
    });
    let said = |version: &'a VersionRow| (version.title.as_deref(), version.body.as_str());
    let after = trail.versions.iter().skip(1).map(said);
    let after = after.chain([(row.title.as_deref(), row.body.as_str())]);
    let mut from = row.fetched_at;
    let versions = trail.versions.iter().zip(after).map(|(version, after)| {
        let whole = |(title, body): (Option<&str>, &str)| {
            format!("{}\n\n{body}", title.unwrap_or_default())
        };
        VersionView {
            from: std::mem::replace(&mut from, version.until),
            until: version.until,
            title: version.title.as_deref(),
            body: &version.body,
            changes: changes(&whole(said(version)), &whole(after)),
        }
    });
    TrailView {
        copies: copies.collect(),
        aliases: trail.aliases.iter().map(Url::as_str).collect(),
        versions: versions.collect(),
    }
}

/// The view of a stored source.
pub(super) fn source((row, standing): &(SourceRow, SourceStanding)) -> SourceView<'_> {
    SourceView {
        name: &row.name,
        url: &row.url,
        group: row.group.as_deref(),
        kind: row.kind,
        enabled: row.enabled,
        paused: row.paused.as_ref(),
        days: Vec::new(),
        waiting: row.waiting,
        confirmed: row.confirmed,
        dismissed: row.dismissed,
        standing: standing.clone(),
        last_success: row.last_success,
        links: row.links,
        last_article: row.last_article,
        next_at: row.next_at,
        failures: row.failures,
        error: row.error.as_deref(),
        boilerplate: row.boilerplate,
        template_lines: row.template_lines,
        not_articles: row.not_articles,
        walled: row.walled,
        parked: row.parked,
        backfill: row.backfill.as_ref(),
    }
}

/// The view of an address that is polled.
pub(super) fn poll(row: &PollRow) -> PollView<'_> {
    PollView {
        url: row.url.as_str(),
        kind: row.kind.as_str(),
        at: row.fetched_at,
        outcome: row.outcome.as_deref(),
        status: row.status,
        error: row.error.as_deref(),
        links: row.links,
        next_at: row.next_at,
        gap_seconds: row.delay_ms as f64 / 1_000.0,
        host_failures: row.host_failures,
    }
}

/// One page of the sources by name, with how they stand, and whether there are more.
pub(super) async fn sources_page(
    store: &dyn Store,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<(SourceRow, SourceStanding)>, bool), StoreError> {
    let mut rows = store.sources_after(after, limit + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);

    let mut page = Vec::with_capacity(rows.len());
    for row in rows {
        page.push(standing(store, row).await?);
    }
    Ok((page, more))
}

/// Some sources, in the order of their names here; without those that are gone meanwhile.
pub(super) async fn named_sources(
    store: &dyn Store,
    names: &[String],
) -> Result<Vec<(SourceRow, SourceStanding)>, StoreError> {
    let mut page = Vec::with_capacity(names.len());
    for name in names {
        if let Some(row) = store.source(name).await? {
            page.push(standing(store, row).await?);
        }
    }
    Ok(page)
}

async fn standing(
    store: &dyn Store,
    row: SourceRow,
) -> Result<(SourceRow, SourceStanding), StoreError> {
    let standing = store.standing(&row.name).await?.summary();
    Ok((row, standing))
}
