//! `benggala rescore`: the stored pages, judged again with today's rules.

use std::{path::PathBuf, sync::Arc};

use chrono::Utc;

use crate::{
    config::Config,
    extract::Site,
    inspect::{self, Inspection, Rules, inspect},
    model::{Page, Reason, Source, Verdict},
    opinion, score,
    site::{self, SiteMemory, Sites},
    store::{self, ArticleQuery, ArticleRow, Observer, Store, StoreError},
};

use super::{
    failure::{Failure, Outcome},
    input::rules_of,
    output::tell,
    progress::counting,
    settings::load_config,
    threads::runtime,
};

/// Rows that are read from the store at a time.
const ROWS_AT_A_TIME: usize = 100;

/// Sites whose memories are held at a time.
const SITES_MAX: usize = 256;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Also what was judged with the same rules already: what has been learned of sites since then
    /// shows lines of their templates
    #[arg(long)]
    all: bool,
}

/// What came of it.
#[derive(Debug, Default)]
struct Tally {
    judged: u64,
    changed: u64,
    current: u64,
    without_page: u64,
    failed: u64,
}

pub(super) fn rescore(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = load_config(config)?;
    let mut rules = rules_of(&config);
    let bar = counting("articles");
    let tally = runtime()?.block_on(async {
        let store = store::open(&config.store.url, Observer::default()).await?;
        for (lang, sketch) in store.usage().await? {
            rules.usage.know(&lang, &sketch);
        }
        let mut tally = Tally::default();
        let mut sites = Sites::new(SITES_MAX);
        let mut query = ArticleQuery {
            limit: ROWS_AT_A_TIME,
            ..ArticleQuery::default()
        };
        loop {
            let rows = store.articles(&query).await?;
            for row in &rows {
                let source = config.source(&row.source);
                let rules = Rules {
                    policy: config.policy_for(source),
                    ..rules.clone()
                };
                if row.rules == inspect::rules_hash(&rules) && !args.all {
                    tally.current += 1;
                } else {
                    let bench = Bench {
                        store: store.as_ref(),
                        source,
                        rules: &rules,
                    };
                    bench.rescore(row, &mut sites, &mut tally).await?;
                }
                bar.inc(1);
            }
            match rows.last() {
                Some(last) if rows.len() == ROWS_AT_A_TIME => query.before = Some(last.id),
                _ => break,
            }
        }
        store.close().await?;
        Ok::<Tally, Failure>(tally)
    })?;
    bar.finish_and_clear();
    tell(format!(
        "{} judged again, {} of them with another verdict; {} were up to date; of {} the page is no longer kept",
        tally.judged, tally.changed, tally.current, tally.without_page,
    ));
    if tally.failed > 0 {
        tell(format!(
            "{} could not be judged again and stay as they were",
            tally.failed
        ));
    }
    Ok(Outcome::Clean)
}

/// What every article is judged with.
struct Bench<'a> {
    store: &'a dyn Store,
    source: Option<&'a Source>,
    rules: &'a Rules,
}

impl Bench<'_> {
    async fn rescore(
        &self,
        row: &ArticleRow,
        sites: &mut Sites,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let Some(page) = self.store.page(row.id).await? else {
            tally.without_page += 1;
            return Ok(());
        };
        let source = self.source;
        let memory = self.memory_of(&page, sites).await?;
        let site = Site {
            rules: &Config::rules_for(source, page.final_url.host_str()),
            memory: &memory,
        };
        let lang = source.and_then(|source| source.lang.as_ref());
        let mut inspection = inspect(&page, site, lang, self.rules);
        if inspection.assessment.verdict == Verdict::Abstain(Reason::Failed) {
            // What is stored says more than that.
            tally.failed += 1;
            return Ok(());
        }
        if source.is_some_and(|source| !source.courtesy.no_opinion) {
            self.recall(&mut inspection).await?;
        }
        let dismissals = match site::name(&page.final_url) {
            Some(name) => self.store.dismissals(name).await?,
            None => Vec::new(),
        };
        let inspection = inspect::set_aside(inspection, &dismissals, self.rules);
        tally.judged += 1;
        tally.changed += u64::from(inspection.assessment.verdict != row.verdict);
        self.store
            .reassess(
                row.id,
                &inspection.article,
                &inspection.assessment,
                Utc::now(),
            )
            .await?;
        Ok(())
    }

    /// Has an opinion heard that was given of this text. Nobody is asked.
    async fn recall(&self, inspection: &mut Inspection) -> Result<(), StoreError> {
        let Some(adviser) = &self.rules.adviser else {
            return Ok(());
        };
        let article = &inspection.article;
        let (title, lang) = (article.title.as_deref(), article.lang.as_ref());
        let key = opinion::key(adviser, title, &article.body, lang);
        if let Some(opinion) = self.store.opinion(key).await? {
            let policy = &self.rules.policy;
            inspection.assessment = score::hear(&inspection.assessment, &opinion, policy);
        }
        Ok(())
    }

    async fn memory_of(
        &self,
        page: &Page,
        sites: &mut Sites,
    ) -> Result<Arc<SiteMemory>, StoreError> {
        let Some(name) = site::name(&page.final_url) else {
            return Ok(Arc::default());
        };
        if let Some(known) = sites.get(name) {
            return Ok(known);
        }
        let stored = self.store.site(name).await?.unwrap_or_default();
        Ok(sites.know(name, &stored))
    }
}
