//! What every store does.

use std::{net::IpAddr, time::Duration};

use async_trait::async_trait;
use chrono::TimeDelta;
use url::Url;

use super::{
    error::StoreError,
    rows::{
        ArticleQuery, ArticleRow, Counts, Neighbours, Notification, Overview, ParkedRow, PerKind,
        PollRow, Settlement, Silence, SourceQuery, SourceRow, Trail,
    },
    work::{
        BackfillOrder, Batch, Claim, Completed, Completion, Heard, Hearing, Keep, Lease, Ruled,
        Ruling, TimeCorrection, Withdrawal,
    },
};
use crate::{
    frontier::Unread,
    model::{
        Article, Assessment, Backfill, Dismissal, Lang, Link, Opinion, OpinionKey, Pace, Page,
        Pause, Review, RulePrecision, ShelfCounts, Source, SourceDay, Timestamp,
    },
    opinion::{AnswerBefore, Exhausted, Limits},
    site::SiteMemory,
    standing::Standing,
    usage::Sketch,
};

/// What must survive a restart. Every method is one transaction.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync {
    /// Makes those of the configured sources that are of this group, or of none, the enabled ones and
    /// queues those that are new. A source that left the configuration is disabled, not forgotten. One of
    /// another group is left to whoever watches that, and disabled while nobody does; tells the names of
    /// these.
    async fn put_sources(
        &self,
        group: Option<&str>,
        sources: &[Source],
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError>;
    /// Leases URLs that are due, of hosts that are due, oldest first, spread over hosts. Expired
    /// leases count as due.
    async fn claim(&self, claim: &Claim) -> Result<Vec<Lease>, StoreError>;
    /// When the next URL of this group, or of none, falls due: at or before `now` if one is due already. A
    /// host with a lease under way has no other URL due until that lease ends, so that whoever waits for
    /// this time does not spin. On a host where another group's URL comes before, it may be due earlier.
    async fn next_due(
        &self,
        group: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError>;
    /// Which of these links have never been read: what a poll has brought.
    async fn unread(&self, links: Vec<Link>) -> Result<Unread, StoreError>;
    /// Ends a lease with all that came of it, unless it has passed to somebody else. `notify`
    /// names the channels that are told if the article is new and flagged.
    ///
    /// A text that its source has on the same site already is not stored again: the address is
    /// noted as another one of that article. An address that a page declares as its own, and that
    /// stands for a different text already (see [`crate::copies::are_different`]), is not believed:
    /// the address that was asked is the article's own then, for both. An article is told from its copies elsewhere. One
    /// that is read again from the same address and says something else (see
    /// [`crate::copies::is_corrected`]) is replaced, and what it said is kept as a version.
    async fn complete(
        &self,
        lease: &Lease,
        completion: Completion,
        notify: &[String],
    ) -> Result<Completed, StoreError>;
    /// Gives a lease back unused, to be claimed again from `until` on: nobody was asked, so nothing
    /// else is known anew.
    async fn put_off(&self, lease: &Lease, until: Timestamp) -> Result<(), StoreError>;
    /// Gives leases back that were cut off at `now`. Whether their hosts were asked is not known: they
    /// rest from then on, as after a crash.
    async fn release(&self, leases: &[Lease], now: Timestamp) -> Result<(), StoreError>;
    /// Writes down that the host of `url`, which nobody need have leased, is asked at `now` and then
    /// left alone for `delay`. Where it is to be left alone still, tells until when, and writes nothing.
    async fn note_host(
        &self,
        url: &Url,
        delay: Duration,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError>;
    /// Takes the next turn at an IP address, which many hosts may share, among all who share the store:
    /// tells how long it must be waited for. One that is further off than `patience` is told, and not
    /// taken. `None` where nobody shares the store, so that the pace that this process keeps will do.
    async fn take_turn(
        &self,
        address: IpAddr,
        pace: Pace,
        patience: Duration,
    ) -> Result<Option<Duration>, StoreError>;
    /// Returns leases that ran out to the queue and tells how many there were. A claim does the
    /// same first; [`Counts::expired`] counts all.
    async fn expire(&self, now: Timestamp) -> Result<u64, StoreError>;
    /// Sets times right that a wrong clock left behind, and tells how many there were: after a step
    /// every wait lasts as long as it would have, after a sleep polls come back one by one, and at a
    /// start nothing is due later than could be planned now. Nothing happened in the future.
    async fn correct_times(&self, correction: &TimeCorrection) -> Result<u64, StoreError>;

    /// The time by the clock that everybody goes by who shares the store; `None` where nobody does, so
    /// that the clock of this machine will do.
    async fn clock(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Writes a little, as any other operation does, and looks whether what is written is still where
    /// the next start will look for it.
    async fn probe(&self) -> Result<(), StoreError>;

    /// Articles in the order of the query.
    async fn articles(&self, query: &ArticleQuery) -> Result<Vec<ArticleRow>, StoreError>;
    /// How many articles lie on each shelf that are like the query, whatever its shelf, verdict and
    /// page; `None` if there are too many to count while somebody waits. Of one source or of all it is
    /// always known.
    async fn tally(&self, query: &ArticleQuery) -> Result<Option<ShelfCounts>, StoreError>;
    /// What stands around an article in the list of a query. It need not be in the list itself.
    async fn neighbours(
        &self,
        query: &ArticleQuery,
        article: i64,
    ) -> Result<Neighbours, StoreError>;
    /// What there is to choose from, and how far the watch is.
    async fn overview(&self) -> Result<Overview, StoreError>;
    /// One article.
    async fn article(&self, id: i64) -> Result<Option<ArticleRow>, StoreError>;
    /// Where else its text stood and how it changed; at most `limit` copies and addresses.
    async fn trail(&self, article: i64, limit: usize) -> Result<Trail, StoreError>;
    /// Whether its page is kept.
    async fn has_page(&self, article: i64) -> Result<bool, StoreError>;
    /// Its page as fetched, while it is kept.
    async fn page(&self, article: i64) -> Result<Option<Page>, StoreError>;
    /// Replaces what was concluded about an article, from its page that was fetched at `of` if that was
    /// read. Tells whether it did: it does not where another page has come or that one was dropped.
    async fn reassess(
        &self,
        article: i64,
        of: Option<Timestamp>,
        content: &Article,
        assessment: &Assessment,
        at: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Keeps a reviewer's word, which moves the article to where it belongs. What is said of one
    /// finding is remembered for its site, and the article judged again without it. `notify` names
    /// the channels that are told.
    async fn decide(
        &self,
        article: i64,
        ruling: &Ruling,
        notify: &[String],
    ) -> Result<Ruled, StoreError>;
    /// Takes the last word on an article back, so that the one before holds; or what was said of a
    /// finding in these words, wherever on its site.
    async fn withdraw(
        &self,
        article: i64,
        withdrawal: &Withdrawal,
        notify: &[String],
    ) -> Result<Ruled, StoreError>;
    /// Says the same of every article of a list, at most its limit.
    async fn decide_all(
        &self,
        query: &ArticleQuery,
        review: &Review,
        notify: &[String],
    ) -> Result<Batch, StoreError>;
    /// Takes back what was said together; tells of how many articles.
    async fn withdraw_all(&self, batch: i64, by: &str, at: Timestamp) -> Result<u64, StoreError>;
    /// What is not raised again on a site, by its [name](crate::site::name).
    async fn dismissals(&self, site: &str) -> Result<Vec<Dismissal>, StoreError>;
    /// What reviewers have said of each rule, by its name.
    async fn precision(&self) -> Result<Vec<RulePrecision>, StoreError>;
    /// Sources by name.
    async fn sources(&self) -> Result<Vec<SourceRow>, StoreError>;
    /// At most `limit` sources by name, those after `name`.
    async fn sources_after(
        &self,
        name: Option<&str>,
        limit: usize,
    ) -> Result<Vec<SourceRow>, StoreError>;
    /// The names of the sources that are asked for, and how many there are in all.
    async fn find_sources(&self, query: &SourceQuery) -> Result<(Vec<String>, u64), StoreError>;
    /// One source.
    async fn source(&self, name: &str) -> Result<Option<SourceRow>, StoreError>;
    /// New articles of each of these sources by day, oldest first, since a day; days without any are
    /// left out, and so is what was read for a backfill.
    async fn histories(
        &self,
        names: &[String],
        since: Timestamp,
    ) -> Result<Vec<Vec<SourceDay>>, StoreError>;
    /// The addresses that are polled for a source, those asked last first; at most `limit`.
    async fn polls(&self, source: &str, limit: usize) -> Result<Vec<PollRow>, StoreError>;
    /// Pauses a source, or resumes it; false if there is none. What is queued of its articles is read
    /// all the same.
    async fn pause(&self, source: &str, pause: Option<&Pause>) -> Result<bool, StoreError>;
    /// The same for many at once. Tells of how many.
    async fn pause_all(&self, sources: &[String], pause: Option<&Pause>)
    -> Result<u64, StoreError>;
    /// Makes what is polled for a source due, as far as its hosts allow; false if there is none.
    async fn poll_now(&self, source: &str, now: Timestamp) -> Result<bool, StoreError>;
    /// How one source stands by all its articles; a source that is not known has none.
    async fn standing(&self, source: &str) -> Result<Standing, StoreError>;

    /// Begins a backfill of a source, or goes on with the one that has the same order; another
    /// order takes the place of the one before. `None` if there is no such source.
    async fn start_backfill(
        &self,
        source: &str,
        order: &BackfillOrder,
        now: Timestamp,
    ) -> Result<Option<Backfill>, StoreError>;
    /// Ends the backfill of a source, so that the same order can go on with it; `None` if there is
    /// none.
    async fn stop_backfill(
        &self,
        source: &str,
        now: Timestamp,
    ) -> Result<Option<Backfill>, StoreError>;
    /// The latest backfill of a source.
    async fn backfill(&self, source: &str) -> Result<Option<Backfill>, StoreError>;

    /// What the stream has learned of a site, by its [name](crate::site::name).
    async fn site(&self, name: &str) -> Result<Option<SiteMemory>, StoreError>;
    /// Merges what a worker has learned of a site with what the others have, and tells the whole.
    async fn learn_site(
        &self,
        name: &str,
        memory: &SiteMemory,
        at: Timestamp,
    ) -> Result<SiteMemory, StoreError>;

    /// The opinion that was given of a text, while it is kept.
    async fn opinion(&self, key: OpinionKey) -> Result<Option<Opinion>, StoreError>;
    /// Keeps an opinion and, unless the article says something else by now or was judged by other
    /// rules, what is concluded from it. `notify` names the channels that are told if that flags an
    /// article which was not flagged.
    async fn hear(&self, hearing: &Hearing, notify: &[String]) -> Result<Heard, StoreError>;
    /// Counts a call about an article of `source`, or about a text of our own, on the day of `now`
    /// by the clocks of `limits`, unless one of them is reached: then tells which.
    async fn take_opinion_call(
        &self,
        source: Option<&str>,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Option<Exhausted>, StoreError>;
    /// What an adviser, by its [fingerprint](crate::opinion::fingerprint), has said of texts of our
    /// own.
    async fn opinion_answers(&self, adviser: u64) -> Result<Vec<AnswerBefore>, StoreError>;
    /// Keeps which words it named in one of them this time; the first time stays known.
    async fn put_opinion_answer(
        &self,
        adviser: u64,
        text: &str,
        quotes: &[String],
        at: Timestamp,
    ) -> Result<(), StoreError>;
    /// What is known of how languages are used.
    async fn usage(&self) -> Result<Vec<(Lang, Sketch)>, StoreError>;
    /// Merges what a worker has learned of a language with what the others have, and tells the whole.
    /// Of languages too many, those that nobody has learned of for longest go.
    async fn learn_usage(
        &self,
        lang: &Lang,
        sketch: &Sketch,
        at: Timestamp,
    ) -> Result<Sketch, StoreError>;

    /// Makes these the channels that are told: what waits for others is dropped, and told how much that
    /// was. What receivers have refused is sent once more: they may be configured better now.
    async fn put_channels(&self, channels: &[String], now: Timestamp) -> Result<u64, StoreError>;
    /// Notifications of a channel that are due, at most `limit`.
    async fn notifications(
        &self,
        channel: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Notification>, StoreError>;
    /// Tells `notify` of sources that have gone silent, each once for its last article; tells which
    /// that were.
    async fn tell_silences(
        &self,
        silences: &[Silence],
        now: Timestamp,
        notify: &[String],
    ) -> Result<Vec<String>, StoreError>;
    /// Ends an attempt to send a notification.
    async fn settle(&self, notification: i64, settlement: Settlement) -> Result<(), StoreError>;

    /// For the gauges.
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError>;
    /// Drops raw pages fetched before `before` and tells how many there were; what was learned of
    /// sites that have shown nothing since goes too, and so do second opinions given before. A store
    /// that can drop a month of pages at once may keep them by `leeway` longer, until that month has
    /// gone by.
    async fn prune(&self, before: Timestamp, leeway: TimeDelta) -> Result<u64, StoreError>;
    /// Drops the fingerprints of texts read before `before`, which new ones are then no longer
    /// compared with, and tells how many there were. What was found to be a copy stays one.
    async fn forget(&self, before: Timestamp) -> Result<u64, StoreError>;
    /// Drops what is older than it is kept, and gives room back where much is free. Tells how much
    /// was dropped, in rows. Decisions and their articles, standings and what is counted by day stay.
    async fn retain(&self, keep: &Keep) -> Result<PerKind, StoreError>;
    /// Drops the oldest until no more than `bytes` are in use: pages first, then what was replaced, then
    /// fingerprints and articles, though of these nothing that was read after `spared`. Tells how much
    /// was dropped, in rows.
    async fn shrink(&self, bytes: u64, spared: Timestamp) -> Result<PerKind, StoreError>;

    /// URLs that are set aside, by address: at most `limit` after `after`.
    async fn parked(&self, after: Option<&str>, limit: usize)
    -> Result<Vec<ParkedRow>, StoreError>;
    /// Takes up again at `now` what was set aside: one URL, or all. Tells how many there were.
    async fn unpark(&self, url: Option<&str>, now: Timestamp) -> Result<u64, StoreError>;
    /// Writes everything down and lets go of the file.
    async fn close(&self) -> Result<(), StoreError>;
}
