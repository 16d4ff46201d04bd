//! The sources of the configuration and how they do.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use url::Url;

use super::{
    backfills,
    failure::{Readable, Result, unreadable},
    parked,
    queue::{lock_hosts, make_hosts, refresh_hosts},
    session::{Alone, Db},
    shelves, sites,
    value::{Json, Row, params},
    workers,
};
use crate::{
    frontier::Rhythm,
    model::{LinkCounts, PageKind, Pause, Poll, Reason, Shelf, Source, Timestamp},
    site,
    store::{SourceRow, place::authority},
};

/// The latest articles of a source whose boilerplate is averaged.
const AVERAGED_MAX: usize = 50;

/// Those of a group, or of none.
pub(super) fn of_group<'a>(group: Option<&str>, sources: &'a [Source]) -> Vec<&'a Source> {
    let own = sources.iter().filter(|source| source.is_of(group));
    own.collect()
}

/// See [`crate::store::Store::put_sources`]: those that `me` watches, of all that are configured.
pub(super) async fn put(
    db: &Db,
    me: &str,
    watched: &[&Source],
    configured: &[Source],
    now: Timestamp,
) -> Result<Vec<String>> {
    db.alone(Alone::Sources, "").await?;
    let own: Vec<String> = watched.iter().map(|source| source.name.clone()).collect();
    let others = workers::begin(db, me, &own).await?;
    let own_hosts = lock_all(db, watched).await?;
    let is_own: HashSet<&str> = own.iter().map(String::as_str).collect();
    let names: BTreeSet<&str> = configured.iter().map(|source| &*source.name).collect();
    for source in watched {
        take_over(db, source, &names).await?;
    }
    set_groups(db, configured).await?;
    let woken = resting(db, &own).await?;
    let (mut left, mut to_rest) = (Vec::new(), Vec::new());
    for (id, name) in enabled(db).await? {
        if others.contains(&name) {
            left.push(name);
        } else if !is_own.contains(name.as_str()) {
            to_rest.push(id);
        }
    }
    left.retain(|name| !names.contains(name.as_str()));
    tell_left(&left);
    let mut hosts: BTreeSet<i64> = rest(db, &to_rest).await?.into_iter().collect();
    for source in watched {
        let (id, kind) = put_one(db, source, now, &mut hosts).await?;
        set_enabled(db, id, true).await?;
        hosts.extend(recurring_hosts(db, id).await?);
        let Some(host) = authority(&source.url).and_then(|name| own_hosts.get(&name).copied())
        else {
            let url = source.url.as_str();
            return Err(unreadable("an address of a source", url, &"it has no host"));
        };
        hosts.insert(host);
        queue_own(db, (id, host), source, kind, now).await?;
        // That has put it in the queue even if somebody has paused it.
        set_enabled(db, id, true).await?;
    }
    hosts.extend(hosts_of_groups(db, &woken).await?);
    let hosts: Vec<i64> = hosts.into_iter().collect();
    refresh_hosts(db, &hosts).await?;
    let is_left = |name: &&str| !is_own.contains(name) && !others.contains(*name);
    Ok(names
        .into_iter()
        .filter(is_left)
        .map(String::from)
        .collect())
}

fn tell_left(left: &[String]) {
    if let Some(first) = left.first() {
        tracing::warn!(
            sources = left.len(),
            first,
            "sources that are not in this configuration stay, for a worker that is running has \
             them: give all workers the same configuration, or restart that one too"
        );
    }
}

/// What is queued of a source goes with it to another group.
async fn set_groups(db: &Db, sources: &[Source]) -> Result<()> {
    let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
    let group = |source: &Source| source.group.clone().unwrap_or_default();
    let groups: Vec<String> = sources.iter().map(group).collect();
    // No group has an empty name.
    db.change(
        "UPDATE sources SET group_name = nullif(configured.group_name, '')
           FROM unnest($1::text[], $2::text[]) AS configured (name, group_name)
          WHERE sources.name = configured.name
            AND coalesce(sources.group_name, '') <> configured.group_name",
        &params![names, groups],
    )
    .await
}

/// Locks the hosts of everything that is polled or will be; tells those of the sources by name.
async fn lock_all(db: &Db, sources: &[&Source]) -> Result<HashMap<String, i64>> {
    let names: BTreeSet<String> = sources
        .iter()
        .filter_map(|source| authority(&source.url))
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    let own = make_hosts(db, &names).await?;
    let polled: Vec<i64> = db
        .values(
            "SELECT DISTINCT host_id FROM urls WHERE kind <> 'article'",
            &params![],
        )
        .await?;
    let hosts: Vec<i64> = own.values().copied().chain(polled).collect();
    lock_hosts(db, &hosts).await?;
    Ok(own)
}

/// A new name for what is known under another: the one that it says it had, or the one at its address.
/// All that was learned and decided goes with it. Not what is configured still.
async fn take_over(db: &Db, source: &Source, configured: &BTreeSet<&str>) -> Result<()> {
    let known = "SELECT 1 FROM sources WHERE name = $1";
    if db.exists(known, &params![&source.name]).await? {
        return Ok(());
    }
    let was = source.was.as_deref().unwrap_or_default();
    let names: Vec<String> = db
        .values(
            "SELECT name FROM sources WHERE name = $1 OR url = $2
              ORDER BY name = $1 DESC, enabled DESC, id DESC",
            &params![was, &source.url],
        )
        .await?;
    let free = |name: &String| !configured.contains(name.as_str());
    let Some(old) = names.into_iter().find(free) else {
        return Ok(());
    };
    for table in ["sources SET name", "opinion_calls SET source"] {
        let column = table.rsplit(' ').next().unwrap_or_default();
        let sql = format!("UPDATE {table} = $2 WHERE {column} = $1");
        db.change(&sql, &params![&old, &source.name]).await?;
    }
    tracing::info!(
        from = old,
        to = source.name,
        "a source goes on under another name"
    );
    Ok(())
}

async fn enabled(db: &Db) -> Result<Vec<(i64, String)>> {
    db.list(
        "SELECT id, name FROM sources WHERE enabled",
        &params![],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
    .await
}

/// A source that is not configured rests: its feeds, sitemaps and fronts wait, its articles do
/// not.
async fn set_enabled(db: &Db, source: i64, enabled: bool) -> Result<()> {
    db.change(
        "UPDATE sources SET enabled = $2 WHERE id = $1 AND enabled <> $2",
        &params![source, enabled],
    )
    .await?;
    let paused: bool = db
        .value(
            "SELECT paused_at IS NOT NULL FROM sources WHERE id = $1",
            &params![source],
        )
        .await?;
    set_wanted(db, source, enabled && !paused).await
}

/// Puts these to rest, however many they are; tells the hosts on which they are polled.
async fn rest(db: &Db, sources: &[i64]) -> Result<Vec<i64>> {
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    for change in [
        "UPDATE sources SET enabled = false WHERE id = ANY($1)",
        "UPDATE urls SET wanted = false WHERE source_id = ANY($1) AND kind <> 'article' AND wanted",
    ] {
        db.change(change, &params![sources.to_vec()]).await?;
    }
    let mut hosts = hosts_of_groups(db, sources).await?;
    let recurring = "SELECT DISTINCT host_id FROM urls
                      WHERE source_id = ANY($1) AND kind <> 'article'";
    let recurring: Vec<i64> = db.values(recurring, &params![sources.to_vec()]).await?;
    hosts.extend(recurring);
    Ok(hosts)
}

/// The hosts on which something waits of those of these sources that have a group: their articles rest
/// and wake with them. Others are kept from them from now on.
async fn hosts_of_groups(db: &Db, sources: &[i64]) -> Result<Vec<i64>> {
    let of_groups = "SELECT id FROM sources WHERE id = ANY($1) AND group_name IS NOT NULL";
    let of_groups: Vec<i64> = db.values(of_groups, &params![sources.to_vec()]).await?;
    if of_groups.is_empty() {
        return Ok(Vec::new());
    }
    let waiting = "SELECT DISTINCT host_id FROM urls
                    WHERE source_id = ANY($1) AND state = 'queued' AND wanted";
    let hosts: Vec<i64> = db.values(waiting, &params![of_groups]).await?;
    lock_hosts(db, &hosts).await?;
    Ok(hosts)
}

/// Those of these names that are known and rest.
async fn resting(db: &Db, names: &[String]) -> Result<Vec<i64>> {
    db.values(
        "SELECT id FROM sources WHERE NOT enabled AND name = ANY($1)",
        &params![names.to_vec()],
    )
    .await
}

/// Says that `me` is at work still, and puts to rest what only those had who are gone. One who was
/// taken for gone himself takes his sources up again.
pub(super) async fn go_on(db: &Db, me: &str, names: &[String]) -> Result<()> {
    if !workers::go_on(db, me).await? {
        if names.is_empty() {
            return Ok(());
        }
        workers::begin(db, me, names).await?;
        wake(db, names).await?;
    }
    match workers::forget_gone(db).await? {
        true => rest_orphans(db).await,
        false => Ok(()),
    }
}

/// Puts to rest what nobody has who is at work.
async fn rest_orphans(db: &Db) -> Result<()> {
    if orphans(db).await?.is_empty() {
        return Ok(());
    }
    db.alone(Alone::Sources, "").await?;
    lock_all(db, &[]).await?;
    // Whoever came meanwhile may have some of them.
    let hosts = rest(db, &orphans(db).await?).await?;
    refresh_hosts(db, &hosts).await
}

async fn orphans(db: &Db) -> Result<Vec<i64>> {
    db.values(
        "SELECT id FROM sources WHERE enabled AND name NOT IN
             (SELECT unnest(workers.sources) FROM workers)",
        &params![],
    )
    .await
}

/// Takes these sources up again, if they were put to rest.
async fn wake(db: &Db, names: &[String]) -> Result<()> {
    db.alone(Alone::Sources, "").await?;
    lock_all(db, &[]).await?;
    let resting = resting(db, names).await?;
    let mut hosts: BTreeSet<i64> = hosts_of_groups(db, &resting).await?.into_iter().collect();
    for source in resting {
        set_enabled(db, source, true).await?;
        hosts.extend(recurring_hosts(db, source).await?);
    }
    let hosts: Vec<i64> = hosts.into_iter().collect();
    refresh_hosts(db, &hosts).await
}

/// Whether what is polled for a source is polled.
async fn set_wanted(db: &Db, source: i64, wanted: bool) -> Result<()> {
    db.change(
        "UPDATE urls SET wanted = $2
          WHERE source_id = $1 AND kind <> 'article' AND wanted <> $2",
        &params![source, wanted],
    )
    .await
}

async fn recurring_hosts(db: &Db, source: i64) -> Result<Vec<i64>> {
    db.values(
        "SELECT DISTINCT host_id FROM urls WHERE source_id = $1 AND kind <> 'article'",
        &params![source],
    )
    .await
}

/// Adds the source or takes over what changed; tells its row and the kind it is asked as.
async fn put_one(
    db: &Db,
    source: &Source,
    now: Timestamp,
    hosts: &mut BTreeSet<i64>,
) -> Result<(i64, PageKind)> {
    let known = db
        .optional(
            "SELECT id, url, configured, kind FROM sources WHERE name = $1",
            &params![&source.name],
            |row| {
                let url: String = row.get("url")?;
                let configured: PageKind = row.get("configured")?;
                Ok((row.get("id")?, url, configured, row.get("kind")?))
            },
        )
        .await?;
    match known {
        Some((id, url, configured, kind))
            if url == source.url.as_str() && configured == source.kind =>
        {
            Ok((id, kind))
        }
        Some((id, url, ..)) => {
            if url != source.url.as_str() {
                hosts.extend(recurring_hosts(db, id).await?);
                backfills::forget(db, id).await?;
                forget_recurring(db, id).await?;
            }
            change(db, id, source).await?;
            Ok((id, source.kind))
        }
        None => Ok((insert(db, source, now).await?, source.kind)),
    }
}

async fn insert(db: &Db, source: &Source, now: Timestamp) -> Result<i64> {
    db.value(
        "INSERT INTO sources (name, url, configured, kind, group_name, enabled, since)
         VALUES ($1, $2, $3, $3, $4, true, $5) RETURNING id",
        &params![
            &source.name,
            &source.url,
            source.kind,
            source.group.as_deref(),
            now
        ],
    )
    .await
}

/// What was learned at the old address says nothing of the new one.
async fn change(db: &Db, id: i64, source: &Source) -> Result<()> {
    db.change(
        "UPDATE sources SET url = $2, configured = $3, kind = $3, failures = 0, error = NULL
          WHERE id = $1",
        &params![id, source.url.as_str(), source.kind],
    )
    .await
}

/// Whoever holds a lease on one of them finds it gone, as if it had run out.
async fn forget_recurring(db: &Db, source: i64) -> Result<()> {
    db.change(
        "DELETE FROM urls WHERE source_id = $1 AND kind <> 'article'",
        &params![source],
    )
    .await
}

/// Sees to it that the source's own URL, on this host, is asked again and again.
async fn queue_own(
    db: &Db,
    (id, host): (i64, i64),
    source: &Source,
    kind: PageKind,
    now: Timestamp,
) -> Result<()> {
    db.change(
        "INSERT INTO urls (url, host_id, source_id, kind, state, next_at, discovered_at)
         VALUES ($1, $2, $3, $4, 'queued', $5, $5)
         ON CONFLICT (url) DO UPDATE
            SET source_id = excluded.source_id, kind = excluded.kind, wanted = true, attempts = 0,
                etag = NULL, last_modified = NULL, next_at = excluded.next_at,
                state = CASE urls.state WHEN 'leased' THEN urls.state ELSE 'queued' END
          WHERE urls.source_id <> excluded.source_id OR urls.kind <> excluded.kind
             OR NOT urls.wanted OR urls.state IN ('done', 'gone')",
        &params![&source.url, host, id, kind, now],
    )
    .await
}

/// See [`crate::store::Store::sources`]; those after the name `after`.
pub(super) async fn list(
    db: &Db,
    after: Option<&str>,
    limit: usize,
) -> Result<Readable<SourceRow>> {
    // No name is empty.
    let sql = format!("{ROWS} WHERE sources.name > $1 ORDER BY sources.name LIMIT $2");
    let mut sources = Readable::default();
    for row in db
        .rows(&sql, &params![after.unwrap_or_default(), limit])
        .await?
    {
        sources.add(read(db, &row).await)?;
    }
    Ok(sources)
}

/// See [`crate::store::Store::source`].
pub(super) async fn get(db: &Db, name: &str) -> Result<Option<SourceRow>> {
    let sql = format!("{ROWS} WHERE sources.name = $1");
    match db.rows(&sql, &params![name]).await?.first() {
        Some(row) => read(db, row).await.map(Some),
        None => Ok(None),
    }
}

const ROWS: &str = "
    SELECT sources.*, urls.next_at
      FROM sources
      LEFT JOIN urls ON urls.url = sources.url AND urls.source_id = sources.id
           AND urls.wanted AND urls.state IN ('queued', 'leased')";

/// Everything that is counted is kept with what it counts: no row costs more for more articles.
async fn read(db: &Db, row: &Row) -> Result<SourceRow> {
    let id: i64 = row.get("id")?;
    let name: String = row.get("name")?;
    let counts = shelves::kept(db, id).await?;
    let url: Url = row.get("url")?;
    let last_article = row.get("last_article")?;
    let template_lines = match site::name(&url) {
        Some(name) => sites::template_lines(db, name).await?,
        None => 0,
    };
    let paused = match row.get("paused_at")? {
        Some(at) => Some(Pause {
            at,
            by: row.get("paused_by")?,
            why: row.get("paused_why")?,
        }),
        None => None,
    };
    Ok(SourceRow {
        backfill: backfills::of_source(db, &name).await?,
        name,
        boilerplate: row.get("boilerplate")?,
        template_lines,
        url,
        group: row.get("group_name")?,
        kind: row.get("kind")?,
        enabled: row.get("enabled")?,
        paused,
        since: row.get("since")?,
        last_success: row.get("last_success")?,
        links: links(db, id).await?,
        last_article,
        next_at: row.get("next_at")?,
        failures: row.get("failures")?,
        error: row.get("error")?,
        expected_interval: expected_interval(db, id).await?,
        passed: counts.of(Shelf::Passed),
        waiting: counts.of(Shelf::Waiting),
        confirmed: counts.of(Shelf::Confirmed),
        dismissed: counts.of(Shelf::Dismissed),
        flagged: counts.flagged(),
        abstained: counts.not_judged(),
        not_articles: counts.of(Shelf::NotJudged(Reason::NotAnArticle)),
        walled: walled(db, id, last_article).await?,
        parked: parked::of_source(db, id).await?,
    })
}

/// Keeps the mean boilerplate of the source of an article that was just judged.
pub(super) async fn average(db: &Db, article: i64) -> Result<()> {
    db.change(
        "UPDATE sources SET boilerplate = (SELECT avg(boilerplate) FROM (
             SELECT assessments.boilerplate
               FROM articles JOIN assessments ON assessments.id = articles.assessment_id
              WHERE articles.source_id = sources.id AND articles.verdict <> 'abstain'
              ORDER BY articles.id DESC LIMIT $2) AS latest)
          WHERE id = (SELECT source_id FROM articles WHERE id = $1)",
        &params![article, AVERAGED_MAX],
    )
    .await
}

/// Pages that have met a bot wall since the last article came.
async fn walled(db: &Db, source: i64, since: Option<Timestamp>) -> Result<u64> {
    db.value(
        "SELECT count(*) FROM urls
          WHERE source_id = $1 AND outcome = 'challenge' AND fetched_at > coalesce($2::bigint, 0)",
        &params![source, since],
    )
    .await
}

/// What the addresses of a source listed when they last answered; `None` before the first.
async fn links(db: &Db, source: i64) -> Result<Option<LinkCounts>> {
    let mut links = None;
    let polls = db
        .list(
            "SELECT last_poll FROM urls
              WHERE source_id = $1 AND kind <> 'article' AND wanted AND last_poll IS NOT NULL",
            &params![source],
            |row| Ok(row.forgiving::<Json<Poll>>("last_poll")),
        )
        .await?;
    for Json(poll) in polls.into_iter().flatten() {
        *links.get_or_insert_with(LinkCounts::default) += poll.links;
    }
    Ok(links)
}

/// The same, as far as it is known.
pub(super) async fn links_of(db: &Db, source: i64) -> Result<LinkCounts> {
    Ok(links(db, source).await?.unwrap_or_default())
}

/// The mean time between two articles. What is asked of a source overlaps (a feed and the front page
/// that names it), so the liveliest counts.
async fn expected_interval(db: &Db, source: i64) -> Result<Option<Duration>> {
    let rhythms = db
        .list(
            "SELECT rhythm FROM urls
              WHERE source_id = $1 AND kind <> 'article' AND rhythm IS NOT NULL",
            &params![source],
            |row| Ok(row.forgiving::<Json<Rhythm>>("rhythm")),
        )
        .await?;
    let expected = rhythms.into_iter().flatten();
    Ok(expected
        .filter_map(|Json(rhythm)| rhythm.expected_interval())
        .min())
}

/// See [`crate::store::Store::pause`].
pub(super) async fn pause(db: &Db, source: &str, pause: Option<&Pause>) -> Result<bool> {
    let polled: Vec<i64> = db
        .values(
            "SELECT DISTINCT host_id FROM urls
              WHERE source_id = (SELECT id FROM sources WHERE name = $1) AND kind <> 'article'",
            &params![source],
        )
        .await?;
    lock_hosts(db, &polled).await?;
    let found = db
        .optional(
            "UPDATE sources SET paused_at = $2, paused_by = $3, paused_why = $4
              WHERE name = $1 RETURNING id, enabled",
            &params![
                source,
                pause.map(|pause| pause.at),
                pause.map(|pause| &pause.by),
                pause.map(|pause| &pause.why)
            ],
            |row| Ok((row.get::<i64>("id")?, row.get::<bool>("enabled")?)),
        )
        .await?;
    let Some((id, enabled)) = found else {
        return Ok(false);
    };
    set_wanted(db, id, enabled && pause.is_none()).await?;
    refresh_hosts(db, &recurring_hosts(db, id).await?).await?;
    Ok(true)
}

/// See [`crate::store::Store::poll_now`].
pub(super) async fn poll_now(db: &Db, source: &str, now: Timestamp) -> Result<bool> {
    let id = db
        .maybe("SELECT id FROM sources WHERE name = $1", &params![source])
        .await?;
    let Some(id) = id else {
        return Ok(false);
    };
    let hosts = recurring_hosts(db, id).await?;
    lock_hosts(db, &hosts).await?;
    db.change(
        "UPDATE urls SET next_at = least(next_at, $2)
          WHERE source_id = $1 AND kind <> 'article' AND state = 'queued'",
        &params![id, now],
    )
    .await?;
    refresh_hosts(db, &hosts).await?;
    Ok(true)
}
