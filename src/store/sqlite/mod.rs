//! The store in one SQLite file.
//!
//! One thread writes ([`writer`]) and one sees to it that it lasts ([`log_sync`]), a few connections
//! read beside them ([`readers`]); the async threads only wait. `file` opens and checks, `schema` migrates, `column` and `packed` say how
//! our nouns stand in columns; the other files are the queries, by subject.

mod articles;
mod backfills;
pub(super) mod care;
mod clock;
mod column;
mod complete;
mod copies;
mod decisions;
mod failure;
mod file;
pub(super) mod forgotten;
mod identity;
mod links;
mod listed;
mod log_sync;
mod opinions;
mod outbox;
mod packed;
mod parked;
mod past;
mod queue;
mod readers;
mod retention;
mod reviews;
pub(super) mod rowwise;
mod schema;
mod search;
mod shelves;
mod sites;
mod sizes;
mod sources;
mod standings;
mod unpark;
mod upkeep;
mod usage;
mod versions;
mod visit;
mod walk;
mod watch;
mod writer;

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use rusqlite::Connection;
use tokio::{sync::mpsc, task::spawn_blocking};
use url::Url;

use self::{
    column::Readable, failure::classify, file::Lock, identity::Identity, readers::Readers,
    writer::Work,
};
use crate::{
    copies::Fingerprint,
    frontier::Unread,
    model::{
        Article, Assessment, Backfill, Dismissal, Lang, Link, Opinion, OpinionKey, Pace, Page,
        Pause, Review, RulePrecision, ShelfCounts, Source, SourceDay, Timestamp,
    },
    opinion::{AnswerBefore, Exhausted, Limits},
    site::SiteMemory,
    standing::Standing,
    store::{
        ArticleQuery, ArticleRow, BackfillOrder, Batch, Claim, Completed, Completion, Counts,
        Heard, Hearing, Keep, Lease, Neighbours, Notification, Observer, Op, OpenError, Overview,
        ParkedRow, PerKind, PollRow, Ruled, Ruling, Settlement, Silence, SourceQuery, SourceRow,
        Store, StoreError, TimeCorrection, Trail, Withdrawal, ending::Ending,
    },
    usage::Sketch,
};

/// Opens the file at `path`, relative to the working directory.
pub(super) async fn open(path: &Path, observer: Observer) -> Result<Arc<dyn Store>, OpenError> {
    let path = path.to_path_buf();
    let store = off_thread(move || SqliteStore::open(path, observer)).await??;
    Ok(Arc::new(store))
}

/// Opens the file at `path` for reading it as it is now.
pub(super) async fn open_snapshot(
    path: &Path,
    observer: Observer,
) -> Result<Arc<dyn Store>, OpenError> {
    let path = path.to_path_buf();
    let store = off_thread(move || SqliteStore::open_to_read(path, observer, true)).await??;
    Ok(Arc::new(store))
}

/// Opens the file at `path` for reading and writing, beside whoever has it.
pub(super) async fn open_beside(
    path: &Path,
    observer: Observer,
) -> Result<Arc<dyn Store>, OpenError> {
    let path = path.to_path_buf();
    let store = off_thread(move || SqliteStore::open_beside(path, observer)).await??;
    Ok(Arc::new(store))
}

/// Opens the file at `path` for reading, beside whoever has it.
pub(super) async fn open_to_read(
    path: &Path,
    observer: Observer,
) -> Result<Arc<dyn Store>, OpenError> {
    let path = path.to_path_buf();
    let store = off_thread(move || SqliteStore::open_to_read(path, observer, false)).await??;
    Ok(Arc::new(store))
}

#[derive(Debug)]
struct SqliteStore {
    path: PathBuf,
    identity: Arc<Identity>,
    observer: Observer,
    readers: Readers,
    /// Empty once it is closed.
    writer: Mutex<Option<Writer>>,
}

#[derive(Debug)]
struct Writer {
    queue: mpsc::Sender<Work>,
    thread: JoinHandle<()>,
}

impl SqliteStore {
    fn open(path: PathBuf, observer: Observer) -> Result<SqliteStore, OpenError> {
        let (mut db, lock) = file::open(&path)?;
        // The lock proves that whoever held a lease is gone.
        queue::take_back(&mut db, Utc::now()).map_err(|error| classify(&path, &error))?;
        SqliteStore::write_to(path, db, Some(lock), observer)
    }

    /// Whoever has the lock is there as well, or may come: what is theirs alone stays untouched.
    fn open_beside(path: PathBuf, observer: Observer) -> Result<SqliteStore, OpenError> {
        let db = file::beside(&path)?;
        SqliteStore::write_to(path, db, None, observer)
    }

    fn write_to(
        path: PathBuf,
        db: Connection,
        lock: Option<Lock>,
        observer: Observer,
    ) -> Result<SqliteStore, OpenError> {
        let readers = Readers::open(&path)?;
        let identity = Arc::new(Identity::of(&path)?);
        file::sync_elsewhere(&db).map_err(|error| classify(&path, &error))?;
        let (queue, thread) =
            writer::start(db, lock, path.clone(), observer.clone()).map_err(|error| {
                StoreError::Open {
                    path: path.display().to_string(),
                    why: format!("no thread for it: {error}"),
                }
            })?;
        Ok(SqliteStore {
            path,
            identity,
            observer,
            readers,
            writer: Mutex::new(Some(Writer { queue, thread })),
        })
    }

    /// Without a writer: what would write is told that it is closed.
    fn open_to_read(
        path: PathBuf,
        observer: Observer,
        is_snapshot: bool,
    ) -> Result<SqliteStore, OpenError> {
        drop(file::look(&path)?);
        Ok(SqliteStore {
            readers: match is_snapshot {
                true => Readers::open_snapshot(&path)?,
                false => Readers::open(&path)?,
            },
            identity: Arc::new(Identity::of(&path)?),
            path,
            observer,
            writer: Mutex::default(),
        })
    }

    /// Reads; every operation that only reads passes through here.
    async fn read<T, F>(&self, op: Op, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.observer.watch(op, self.readers.read(query)).await
    }

    /// The same for lists: a row that cannot be read does not take the others with it. It is told of as
    /// a failure beside them.
    async fn read_list<T, F>(&self, op: Op, query: F) -> Result<Vec<T>, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<Readable<T>> + Send + 'static,
    {
        let begun = Instant::now();
        let found = self.read(op, query).await?;
        if let Some(why) = found.unreadable {
            let error = classify(&self.path, &why);
            self.observer.tell(op, begun.elapsed(), Some(&error));
        }
        Ok(found.rows)
    }

    /// Writes; every operation that writes passes through here, once for each transaction.
    async fn write<T, F>(&self, op: Op, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.observer.watch(op, self.commit(change)).await
    }

    /// Has the writer run `change` and waits for its commit.
    async fn commit<T, F>(&self, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let queue = {
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.as_ref().map(|writer| writer.queue.clone())
        };
        let queue = queue.ok_or(StoreError::Closed)?;
        let (work, done) = writer::work(self.path.clone(), change);
        queue.send(work).await.map_err(|_| StoreError::Closed)?;
        done.await.map_err(|_| StoreError::Closed)?
    }

    /// Makes the file smaller where much of it is free.
    async fn give_back(&self, op: Op) -> Result<(), StoreError> {
        while self.write(op, retention::give_back).await? {}
        Ok(())
    }

    fn take_writer(&self) -> Option<Writer> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.take()
    }
}

/// Without `close`, dropping waits as well: the file is free when it returns.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        if let Some(Writer { queue, thread }) = self.take_writer() {
            drop(queue);
            let _ = thread.join();
        }
    }
}

async fn off_thread<T: Send + 'static>(
    task: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    spawn_blocking(task)
        .await
        .map_err(|_| StoreError::Database("a task of the store panicked".to_string()))
}

#[async_trait]
impl Store for SqliteStore {
    async fn put_sources(
        &self,
        group: Option<&str>,
        sources: &[Source],
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let (group, sources) = (group.map(str::to_string), sources.to_vec());
        self.write(Op::PutSources, move |db| {
            sources::put(db, group.as_deref(), &sources, now)
        })
        .await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Lease>, StoreError> {
        let claim = claim.clone();
        self.write(Op::Claim, move |db| queue::claim(db, &claim))
            .await
    }

    async fn next_due(
        &self,
        group: Option<&str>,
        _now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let group = group.map(str::to_string);
        self.read(Op::NextDue, move |db| queue::next_due(db, group.as_deref()))
            .await
    }

    async fn unread(&self, links: Vec<Link>) -> Result<Unread, StoreError> {
        self.read(Op::Unread, move |db| queue::unread(db, &links))
            .await
    }

    async fn complete(
        &self,
        lease: &Lease,
        completion: Completion,
        notify: &[String],
    ) -> Result<Completed, StoreError> {
        let (lease, notify) = (lease.clone(), notify.to_vec());
        // Packing is a part of it: its time and its failures count.
        self.observer
            .watch(Op::Complete, async {
                let ending = off_thread(move || Ending::new(completion)).await?;
                let ending =
                    ending.map_err(|why| StoreError::Database(format!("packing: {why}")))?;
                self.commit(move |db| complete::complete(db, &lease, &ending, &notify))
                    .await
            })
            .await
    }

    async fn put_off(&self, lease: &Lease, until: Timestamp) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.write(Op::PutOff, move |db| queue::put_off(db, &lease, until))
            .await
    }

    async fn release(&self, leases: &[Lease], now: Timestamp) -> Result<(), StoreError> {
        let leases = leases.to_vec();
        self.write(Op::Release, move |db| queue::release(db, &leases, now))
            .await
    }

    async fn note_host(
        &self,
        url: &Url,
        delay: Duration,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let url = url.clone();
        self.write(Op::NoteHost, move |db| {
            queue::note_host(db, &url, delay, now)
        })
        .await
    }

    async fn take_turn(
        &self,
        _address: IpAddr,
        _pace: Pace,
        _patience: Duration,
    ) -> Result<Option<Duration>, StoreError> {
        self.observer.watch(Op::TakeTurn, async { Ok(None) }).await
    }

    async fn expire(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write(Op::Expire, move |db| queue::expire(db, now))
            .await
    }

    async fn correct_times(&self, correction: &TimeCorrection) -> Result<u64, StoreError> {
        let correction = *correction;
        self.write(Op::CorrectTimes, move |db| clock::correct(db, &correction))
            .await
    }

    async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        self.observer.watch(Op::Clock, async { Ok(None) }).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let identity = Arc::clone(&self.identity);
        self.observer
            .watch(Op::Probe, async {
                off_thread(move || identity.check()).await??;
                self.commit(upkeep::touch).await
            })
            .await
    }

    async fn articles(&self, query: &ArticleQuery) -> Result<Vec<ArticleRow>, StoreError> {
        let query = query.clone();
        self.read_list(Op::Articles, move |db| articles::list(db, &query))
            .await
    }

    async fn tally(&self, query: &ArticleQuery) -> Result<Option<ShelfCounts>, StoreError> {
        let query = query.clone();
        self.read(Op::Tally, move |db| shelves::tally(db, &query))
            .await
    }

    async fn neighbours(
        &self,
        query: &ArticleQuery,
        article: i64,
    ) -> Result<Neighbours, StoreError> {
        let query = query.clone();
        self.read(Op::Neighbours, move |db| {
            shelves::neighbours(db, &query, article)
        })
        .await
    }

    async fn overview(&self) -> Result<Overview, StoreError> {
        self.read(Op::Overview, watch::overview).await
    }

    async fn article(&self, id: i64) -> Result<Option<ArticleRow>, StoreError> {
        self.read(Op::Article, move |db| articles::get(db, id))
            .await
    }

    async fn trail(&self, article: i64, limit: usize) -> Result<Trail, StoreError> {
        self.read(Op::Trail, move |db| {
            Ok(Trail {
                copies: copies::others(db, article, limit)?,
                aliases: copies::aliases(db, article, limit)?,
                versions: versions::list(db, article)?,
            })
        })
        .await
    }

    async fn has_page(&self, article: i64) -> Result<bool, StoreError> {
        self.read(Op::HasPage, move |db| articles::has_page(db, article))
            .await
    }

    async fn page(&self, article: i64) -> Result<Option<Page>, StoreError> {
        self.read(Op::Page, move |db| articles::page(db, article))
            .await
    }

    async fn reassess(
        &self,
        article: i64,
        of: Option<Timestamp>,
        content: &Article,
        assessment: &Assessment,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let (content, assessment) = (content.clone(), assessment.clone());
        let fingerprint = Fingerprint::of(&content);
        self.write(Op::Reassess, move |db| {
            let fingerprint = fingerprint.as_ref();
            articles::reassess(db, article, of, &content, &assessment, at, fingerprint)
        })
        .await
    }

    async fn decide(
        &self,
        article: i64,
        ruling: &Ruling,
        notify: &[String],
    ) -> Result<Ruled, StoreError> {
        let (ruling, notify) = (ruling.clone(), notify.to_vec());
        self.write(Op::Decide, move |db| {
            decisions::decide(db, article, &ruling, &notify)
        })
        .await
    }

    async fn withdraw(
        &self,
        article: i64,
        withdrawal: &Withdrawal,
        notify: &[String],
    ) -> Result<Ruled, StoreError> {
        let (withdrawal, notify) = (withdrawal.clone(), notify.to_vec());
        self.write(Op::Withdraw, move |db| {
            decisions::withdraw(db, article, &withdrawal, &notify)
        })
        .await
    }

    async fn decide_all(
        &self,
        query: &ArticleQuery,
        review: &Review,
        notify: &[String],
    ) -> Result<Batch, StoreError> {
        let (query, review, notify) = (query.clone(), review.clone(), notify.to_vec());
        self.write(Op::DecideAll, move |db| {
            decisions::decide_all(db, &query, &review, &notify)
        })
        .await
    }

    async fn withdraw_all(&self, batch: i64, by: &str, at: Timestamp) -> Result<u64, StoreError> {
        let by = by.to_string();
        self.write(Op::WithdrawAll, move |db| {
            decisions::withdraw_all(db, batch, &by, at)
        })
        .await
    }

    async fn dismissals(&self, site: &str) -> Result<Vec<Dismissal>, StoreError> {
        let site = site.to_string();
        self.read(Op::Dismissals, move |db| reviews::dismissals(db, &site))
            .await
    }

    async fn precision(&self) -> Result<Vec<RulePrecision>, StoreError> {
        self.read(Op::Precision, reviews::precision).await
    }

    async fn sources(&self) -> Result<Vec<SourceRow>, StoreError> {
        self.read_list(Op::Sources, |db| sources::list(db, None, usize::MAX))
            .await
    }

    async fn find_sources(&self, query: &SourceQuery) -> Result<(Vec<String>, u64), StoreError> {
        let query = query.clone();
        self.read(Op::Sources, move |db| listed::find(db, &query))
            .await
    }

    async fn sources_after(
        &self,
        name: Option<&str>,
        limit: usize,
    ) -> Result<Vec<SourceRow>, StoreError> {
        let name = name.map(str::to_string);
        self.read_list(Op::SourcesAfter, move |db| {
            sources::list(db, name.as_deref(), limit)
        })
        .await
    }

    async fn source(&self, name: &str) -> Result<Option<SourceRow>, StoreError> {
        let name = name.to_string();
        self.read(Op::Source, move |db| sources::get(db, &name))
            .await
    }

    async fn histories(
        &self,
        names: &[String],
        since: Timestamp,
    ) -> Result<Vec<Vec<SourceDay>>, StoreError> {
        let names = names.to_vec();
        self.read(Op::Histories, move |db| {
            let histories = names.iter().map(|name| watch::history(db, name, since));
            histories.collect()
        })
        .await
    }

    async fn polls(&self, source: &str, limit: usize) -> Result<Vec<PollRow>, StoreError> {
        let source = source.to_string();
        self.read(Op::Polls, move |db| watch::polls(db, &source, limit))
            .await
    }

    async fn pause(&self, source: &str, pause: Option<&Pause>) -> Result<bool, StoreError> {
        let (source, pause) = (source.to_string(), pause.cloned());
        self.write(Op::Pause, move |db| {
            sources::pause(db, &source, pause.as_ref())
        })
        .await
    }

    async fn pause_all(
        &self,
        sources: &[String],
        pause: Option<&Pause>,
    ) -> Result<u64, StoreError> {
        let (sources, pause) = (sources.to_vec(), pause.cloned());
        self.write(Op::Pause, move |db| {
            let mut told = 0;
            for source in &sources {
                told += u64::from(sources::pause(db, source, pause.as_ref())?);
            }
            Ok(told)
        })
        .await
    }

    async fn poll_now(&self, source: &str, now: Timestamp) -> Result<bool, StoreError> {
        let source = source.to_string();
        self.write(Op::PollNow, move |db| sources::poll_now(db, &source, now))
            .await
    }

    async fn standing(&self, source: &str) -> Result<Standing, StoreError> {
        let source = source.to_string();
        self.read(Op::Standing, move |db| standings::get(db, &source))
            .await
    }

    async fn start_backfill(
        &self,
        source: &str,
        order: &BackfillOrder,
        now: Timestamp,
    ) -> Result<Option<Backfill>, StoreError> {
        let (source, order) = (source.to_string(), order.clone());
        loop {
            let (source, order) = (source.clone(), order.clone());
            let clear = move |db: &_| backfills::clear(db, &source, &order, now);
            if self.write(Op::StartBackfill, clear).await? {
                break;
            }
        }
        self.write(Op::StartBackfill, move |db| {
            backfills::start(db, &source, &order, now)
        })
        .await
    }

    async fn stop_backfill(
        &self,
        source: &str,
        now: Timestamp,
    ) -> Result<Option<Backfill>, StoreError> {
        let source = source.to_string();
        self.write(Op::StopBackfill, move |db| {
            backfills::stop(db, &source, now)
        })
        .await
    }

    async fn backfill(&self, source: &str) -> Result<Option<Backfill>, StoreError> {
        let source = source.to_string();
        self.read(Op::Backfill, move |db| backfills::of_source(db, &source))
            .await
    }

    async fn site(&self, name: &str) -> Result<Option<SiteMemory>, StoreError> {
        let name = name.to_string();
        self.read(Op::Site, move |db| sites::get(db, &name)).await
    }

    async fn learn_site(
        &self,
        name: &str,
        memory: &SiteMemory,
        at: Timestamp,
    ) -> Result<SiteMemory, StoreError> {
        let (name, memory) = (name.to_string(), memory.clone());
        self.write(Op::LearnSite, move |db| {
            sites::learn(db, &name, &memory, at)
        })
        .await
    }

    async fn opinion(&self, key: OpinionKey) -> Result<Option<Opinion>, StoreError> {
        self.read(Op::Opinion, move |db| opinions::get(db, key))
            .await
    }

    async fn hear(&self, hearing: &Hearing, notify: &[String]) -> Result<Heard, StoreError> {
        let (hearing, notify) = (hearing.clone(), notify.to_vec());
        self.write(Op::Hear, move |db| opinions::hear(db, &hearing, &notify))
            .await
    }

    async fn take_opinion_call(
        &self,
        source: Option<&str>,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Option<Exhausted>, StoreError> {
        let source = source.map(str::to_string);
        self.write(Op::TakeOpinionCall, move |db| {
            opinions::take_call(db, source.as_deref(), limits, now)
        })
        .await
    }

    async fn opinion_answers(&self, adviser: u64) -> Result<Vec<AnswerBefore>, StoreError> {
        self.read(Op::OpinionAnswers, move |db| opinions::answers(db, adviser))
            .await
    }

    async fn put_opinion_answer(
        &self,
        adviser: u64,
        text: &str,
        quotes: &[String],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (text, quotes) = (text.to_string(), quotes.to_vec());
        self.write(Op::PutOpinionAnswer, move |db| {
            opinions::put_answer(db, adviser, &text, &quotes, at)
        })
        .await
    }

    async fn put_channels(&self, channels: &[String], now: Timestamp) -> Result<u64, StoreError> {
        let channels = channels.to_vec();
        self.write(Op::PutChannels, move |db| {
            outbox::put_channels(db, &channels, now)
        })
        .await
    }

    async fn usage(&self) -> Result<Vec<(Lang, Sketch)>, StoreError> {
        self.read(Op::Usage, usage::all).await
    }

    async fn learn_usage(
        &self,
        lang: &Lang,
        sketch: &Sketch,
        at: Timestamp,
    ) -> Result<Sketch, StoreError> {
        let (lang, sketch) = (lang.clone(), sketch.clone());
        self.write(Op::LearnUsage, move |db| {
            usage::learn(db, &lang, &sketch, at)
        })
        .await
    }

    async fn notifications(
        &self,
        channel: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Notification>, StoreError> {
        let channel = channel.to_string();
        self.read(Op::Notifications, move |db| {
            outbox::due(db, &channel, now, limit)
        })
        .await
    }

    async fn tell_silences(
        &self,
        silences: &[Silence],
        now: Timestamp,
        notify: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let (silences, notify) = (silences.to_vec(), notify.to_vec());
        self.write(Op::TellSilences, move |db| {
            outbox::silences(db, &silences, now, &notify)
        })
        .await
    }

    async fn settle(&self, notification: i64, settlement: Settlement) -> Result<(), StoreError> {
        self.write(Op::Settle, move |db| {
            outbox::settle(db, notification, &settlement)
        })
        .await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        let path = self.path.clone();
        self.read(Op::Counts, move |db| {
            let sizes = sizes::sizes(db, &path)?;
            Ok(Counts {
                size_bytes: sizes.total(),
                sizes,
                free_bytes: upkeep::free(&path),
                ..upkeep::counts(db, now)?
            })
        })
        .await
    }

    async fn prune(&self, before: Timestamp, _leeway: TimeDelta) -> Result<u64, StoreError> {
        self.write(Op::Prune, move |db| upkeep::prune_robots(db, before))
            .await?;
        self.write(Op::Prune, move |db| sites::prune(db, before))
            .await?;
        self.write(Op::Prune, move |db| opinions::prune_answers(db, before))
            .await?;
        while self
            .write(Op::Prune, move |db| opinions::prune(db, before))
            .await?
            == opinions::PRUNE_BATCH
        {}
        while self.write(Op::Prune, backfills::prune).await? == walk::DROP_BATCH {}
        let mut pruned = 0;
        loop {
            let batch = self
                .write(Op::Prune, move |db| upkeep::prune_pages(db, before))
                .await?;
            pruned += batch as u64;
            if batch < upkeep::PRUNE_BATCH {
                return Ok(pruned);
            }
        }
    }

    async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        loop {
            let batch = self
                .write(Op::Forget, move |db| copies::forget(db, before))
                .await?;
            forgotten += batch as u64;
            if batch < copies::FORGET_BATCH {
                return Ok(forgotten);
            }
        }
    }

    async fn retain(&self, keep: &Keep) -> Result<PerKind, StoreError> {
        let mut dropped = PerKind::default();
        let keep = *keep;
        while let Some((kind, rows)) = self
            .write(Op::Retain, move |db| retention::drop_old(db, &keep))
            .await?
        {
            dropped.add(kind, rows);
        }
        self.give_back(Op::Retain).await?;
        Ok(dropped)
    }

    async fn shrink(&self, bytes: u64, spared: Timestamp) -> Result<PerKind, StoreError> {
        let mut dropped = PerKind::default();
        while self.read(Op::Shrink, sizes::used).await? > bytes {
            let batch = self
                .write(Op::Shrink, move |db| retention::drop_for_room(db, spared))
                .await?;
            let Some((kind, rows)) = batch else { break };
            dropped.add(kind, rows);
        }
        self.give_back(Op::Shrink).await?;
        Ok(dropped)
    }

    async fn parked(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ParkedRow>, StoreError> {
        let after = after.map(str::to_string);
        self.read(Op::Parked, move |db| {
            unpark::list(db, after.as_deref(), limit)
        })
        .await
    }

    async fn unpark(&self, url: Option<&str>, now: Timestamp) -> Result<u64, StoreError> {
        let url = url.map(str::to_string);
        self.write(Op::Unpark, move |db| {
            unpark::unpark(db, url.as_deref(), now)
        })
        .await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.readers.close().await;
        match self.take_writer() {
            None => Ok(()),
            Some(Writer { queue, thread }) => {
                drop(queue);
                let ended = off_thread(move || thread.join()).await?;
                ended.map_err(|_| StoreError::Database("the writer panicked".to_string()))
            }
        }
    }
}
