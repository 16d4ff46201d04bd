//! Second opinions, beside the crawl: an article is written down as the rules judge it, and again
//! when somebody has been asked. One call is under way at a time; what waits for it is bounded.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        watch,
    },
    time::{Instant, sleep_until},
};

use crate::{
    consult::Endpoint,
    inspect::Inspection,
    model::{Evidence, EvidenceKind, Opinion, OpinionKey, Timestamp},
    opinion::{
        self, AnswerBefore, Consultation, Exhausted, FixedText, Limits, Sheet, is_wanted, pace,
    },
    score,
    store::{Completed, Hearing},
};

use super::{
    active::ActiveConfig,
    facts::Facts,
    question::{BODY_MAX, Question},
    record,
    resources::Resources,
};

/// Until a text of our own is tried again that could not be asked about.
const FIXED_AGAIN: Duration = Duration::from_secs(3_600);

/// Whether articles of a source may be shown to somebody. Those of one that has left the
/// configuration may not.
fn is_allowed(active: &ActiveConfig, source: &str) -> bool {
    let source = active.source(source);
    active.endpoint.is_some() && source.is_some_and(|source| !source.courtesy.no_opinion)
}

fn key(endpoint: &Endpoint, inspection: &Inspection) -> OpinionKey {
    let article = &inspection.article;
    let (title, lang) = (article.title.as_deref(), article.lang.as_ref());
    opinion::key(endpoint.adviser(), title, &article.body, lang)
}

/// Has an opinion heard that was given of this very text before.
pub(super) async fn recall(
    resources: &Resources,
    active: &ActiveConfig,
    source: &str,
    inspection: &mut Inspection,
) {
    let Some(endpoint) = active.endpoint.as_ref() else {
        return;
    };
    if !is_allowed(active, source) || inspection.article.body.is_empty() {
        return;
    }
    // Where the store fails, that is counted, and the article is judged without.
    let known = resources.store.opinion(key(endpoint, inspection)).await;
    if let Some(opinion) = known.ok().flatten() {
        let policy = active.policy_for(source);
        inspection.assessment = score::hear(&inspection.assessment, &opinion, &policy);
    }
}

/// Puts an article that was just written down into the queue, if it is worth a question.
pub(super) fn ask_later(
    resources: &Resources,
    active: &Arc<ActiveConfig>,
    facts: &Facts,
    completed: &Completed,
) {
    let source = &facts.lease.link.source;
    let (Some(inspected), Some(article)) = (&facts.content.inspected, completed.article) else {
        return;
    };
    let is_news = completed.article_new || completed.corrected;
    if !is_news || facts.lease.is_past() || !is_allowed(active, source) {
        return;
    }
    let Inspection {
        article: content,
        assessment,
        ..
    } = &inspected.inspection;
    let heard = |e: &Evidence| e.kind == EvidenceKind::Opinion;
    if assessment.evidence.iter().any(heard) {
        return record::not_asked(&resources.metrics, "known");
    }
    let (only, policy) = (active.config.opinion.only, active.policy_for(source));
    if !is_wanted(assessment, only, &policy, rand::random()) {
        return;
    }
    if content.body.len() > BODY_MAX {
        return record::not_asked(&resources.metrics, "too_long");
    }
    let question = Question {
        article,
        source: source.clone(),
        title: content.title.clone(),
        body: content.body.clone(),
        lang: content.lang.clone(),
        assessment: assessment.clone(),
        active: Arc::clone(active),
    };
    // Once the daemon stops, nobody takes questions any more.
    if let Err(TrySendError::Full(_)) = resources.questions.try_send(question) {
        record::not_asked(&resources.metrics, "queue_full");
    }
}

/// Who asks.
pub(super) struct Consulting {
    resources: Arc<Resources>,
    /// The configuration in force.
    active: watch::Receiver<Arc<ActiveConfig>>,
    questions: mpsc::Receiver<Question>,
    /// Calls that failed in a row.
    failures: u32,
    /// Nobody is asked until then.
    rests_until: Instant,
    /// Texts of our own are not asked about until then.
    fixed_after: Instant,
}

impl Consulting {
    pub(super) fn new(
        resources: &Arc<Resources>,
        active: watch::Receiver<Arc<ActiveConfig>>,
        questions: mpsc::Receiver<Question>,
    ) -> Consulting {
        let now = Instant::now();
        Consulting {
            resources: Arc::clone(resources),
            active,
            questions,
            failures: 0,
            rests_until: now,
            fixed_after: now,
        }
    }

    /// Asks until the daemon ends. What waits then is not asked.
    pub(super) async fn run(mut self) {
        loop {
            let active = Arc::clone(&self.active.borrow_and_update());
            let goes_on = match &active.endpoint {
                Some(endpoint) => self.step(&active, endpoint).await,
                None => self.idle().await,
            };
            if goes_on.is_none() {
                return;
            }
        }
    }

    /// Nobody is to be asked: what was waiting is let go. `None` when the daemon ends.
    async fn idle(&mut self) -> Option<()> {
        self.resources.metrics.opinion_suspended.set(0);
        tokio::select! {
            changed = self.active.changed() => changed.ok(),
            question = self.questions.recv() => {
                question?;
                record::not_asked(&self.resources.metrics, "reloaded");
                Some(())
            }
        }
    }

    /// Waits for what comes next and does it. `None` when the daemon ends.
    async fn step(&mut self, active: &Arc<ActiveConfig>, endpoint: &Endpoint) -> Option<()> {
        let adviser = opinion::fingerprint(endpoint.adviser());
        let answers = self.resources.store.opinion_answers(adviser).await;
        // Where the store fails, nobody can be asked anyway.
        let answers = answers.unwrap_or_default();
        let is_suspended = opinion::changed(&answers) > 0;
        record::suspended(&self.resources.metrics, is_suspended);
        let now = self.resources.clock.now();
        let fixed = opinion::next(&answers, now);
        let due = fixed.map_or(Instant::now() + FIXED_AGAIN, |(_, at)| instant(at, now));
        tokio::select! {
            biased;
            changed = self.active.changed() => return changed.ok(),
            () = sleep_until(due.max(self.fixed_after)) => {
                if let Some((text, _)) = fixed {
                    self.ask_again(active, endpoint, &answers, text).await;
                }
            }
            question = self.questions.recv() => {
                self.answer(active, endpoint, is_suspended, question?).await;
            }
        }
        Some(())
    }

    async fn answer(
        &mut self,
        active: &Arc<ActiveConfig>,
        endpoint: &Endpoint,
        is_suspended: bool,
        question: Question,
    ) {
        let metrics = Arc::clone(&self.resources.metrics);
        let asked_under = &question.active.config.opinion;
        if *asked_under != active.config.opinion || !is_allowed(active, &question.source) {
            return record::not_asked(&metrics, "reloaded");
        }
        let (title, lang) = (question.title.as_deref(), question.lang.as_ref());
        let key = opinion::key(endpoint.adviser(), title, &question.body, lang);
        // Of a copy, perhaps, that was asked about meanwhile.
        if let Ok(Some(known)) = self.resources.store.opinion(key).await {
            record::not_asked(&metrics, "known");
            return self.hear(active, &question, key, known).await;
        }
        if is_suspended {
            return record::not_asked(&metrics, "suspended");
        }
        let sheet = Sheet::new(title, &question.body, lang);
        let consultation = self.consult(active, endpoint, &sheet, Some(&question.source));
        if let Some(opinion) = consultation.await.and_then(|asked| asked.opinion) {
            self.hear(active, &question, key, opinion).await;
        }
    }

    /// Writes down what an opinion makes of its article.
    async fn hear(
        &self,
        active: &ActiveConfig,
        question: &Question,
        key: OpinionKey,
        opinion: Opinion,
    ) {
        let resources = &self.resources;
        let policy = question.active.policy_for(&question.source);
        let hearing = Hearing {
            article: question.article,
            title: question.title.clone(),
            body: question.body.clone(),
            key,
            assessment: score::hear(&question.assessment, &opinion, &policy),
            opinion,
            at: self.resources.clock.now(),
        };
        // A failure is counted and told already; the article stays as it was.
        let Ok(heard) = resources.store.hear(&hearing, &active.channels).await else {
            return;
        };
        let standing = resources.store.standing(&question.source).await;
        let standing = standing.ok().map(|standing| standing.summary());
        record::heard(
            &resources.metrics,
            &question.source,
            &hearing,
            heard,
            standing.as_ref(),
        );
    }

    /// Asks about a text of our own. An answer that is another one than the first is asked for once
    /// more: even the likeliest words are not always the same.
    async fn ask_again(
        &mut self,
        active: &ActiveConfig,
        endpoint: &Endpoint,
        answers: &[AnswerBefore],
        text: &FixedText,
    ) {
        let before = answers.iter().find(|answer| answer.text == text.id);
        let mut quotes = None;
        for _ in 0..2 {
            let sheet = text.sheet();
            let asked = self.consult(active, endpoint, &sheet, None).await;
            let Some(opinion) = asked.and_then(|asked| asked.opinion) else {
                break;
            };
            let named = opinion::quotes(&opinion);
            let is_same = before.is_none_or(|before| before.is_as_first(&named));
            quotes = Some(named);
            if is_same {
                break;
            }
        }
        let Some(quotes) = quotes else {
            self.fixed_after = Instant::now() + FIXED_AGAIN;
            return;
        };
        let adviser = opinion::fingerprint(endpoint.adviser());
        let store = &self.resources.store;
        let kept = store.put_opinion_answer(adviser, &text.id, &quotes, self.resources.clock.now());
        if kept.await.is_err() {
            self.fixed_after = Instant::now() + FIXED_AGAIN;
        }
    }

    /// Calls until there is an answer, within the limits of the day. `None` where there is none, and
    /// where the configuration changes meanwhile.
    async fn consult(
        &mut self,
        active: &ActiveConfig,
        endpoint: &Endpoint,
        sheet: &Sheet<'_>,
        source: Option<&str>,
    ) -> Option<Consultation> {
        let config = &active.config.opinion;
        let limits = Limits {
            per_day: config.per_day,
            per_source: config.per_source,
            zone: active.config.schedule.zone,
        };
        for _ in 0..pace::TRIES {
            tokio::select! {
                () = sleep_until(self.rests_until) => {}
                _ = self.active.changed() => {
                    record::not_asked(&self.resources.metrics, "reloaded");
                    return None;
                }
            }
            let call =
                self.resources
                    .store
                    .take_opinion_call(source, limits, self.resources.clock.now());
            match call.await.ok()? {
                None => {}
                Some(reached) => {
                    if source.is_some() {
                        record::not_asked(&self.resources.metrics, limit_label(reached));
                    }
                    return None;
                }
            }
            let begun = Instant::now();
            let asked = endpoint.ask(sheet).await;
            record::consulted(&self.resources.metrics, &asked, begun.elapsed());
            if asked.outcome.is_answer() {
                self.failures = 0;
                return Some(asked);
            }
            self.failures = self.failures.saturating_add(1);
            self.rests_until = Instant::now() + pace::rest(self.failures, asked.retry_after);
            if !asked.outcome.is_passing() {
                return None;
            }
        }
        None
    }
}

fn limit_label(reached: Exhausted) -> &'static str {
    match reached {
        Exhausted::Day => "day_limit",
        Exhausted::Source => "source_limit",
    }
}

/// The clock that waits for a time of the day.
fn instant(at: Timestamp, now: Timestamp) -> Instant {
    Instant::now() + (at - now).to_std().unwrap_or_default()
}
