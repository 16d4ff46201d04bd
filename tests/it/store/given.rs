//! What the tests put into a store.

use std::{sync::Arc, time::Duration};

use benggala::{
    frontier::{
        Schedule,
        clock::{Horizon, Jump},
    },
    model::{
        Article, Assessment, Block, BlockKind, Evidence, EvidenceKind, FetchOutcome, Finding,
        Headers, Link, Page, PageKind, Provenance, Reason, RulesHash, Scores, Source, Timestamp,
        Verdict, Zone,
    },
    standing::Observation,
    store::{
        Claim, Completed, Completion, Counts, Fate, Lease, ListReading, PerKind, Store,
        TimeCorrection, Visit,
    },
};
use bytes::Bytes;
use chrono::DateTime;
use url::Url;

/// Seconds after the moment at which every test begins.
pub(crate) fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_750_000_000 + seconds, 0).expect("a time")
}

/// Whatever rests from then on has rested.
pub(crate) const LONG_AGO: Timestamp = DateTime::UNIX_EPOCH;

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

pub(crate) fn source(name: &str, kind: PageKind, address: &str) -> Source {
    Source::new(name, kind, url(address))
}

pub(crate) fn link(address: &str, source: &str, kind: PageKind) -> Link {
    Link {
        url: url(address),
        source: source.to_string(),
        kind,
        published: None,
    }
}

/// Ten URLs, two of one host, for a minute.
pub(crate) fn claim(worker: &str, now: Timestamp) -> Claim {
    Claim {
        worker: worker.to_string(),
        now,
        zone: Zone::UTC,
        lease: Duration::from_secs(60),
        limit: 10,
        per_host: 2,
        alone: false,
        group: None,
        backfill_of: None,
    }
}

/// What sets times right, at `now`.
pub(crate) fn correction(now: Timestamp, jump: Option<Jump>) -> TimeCorrection {
    TimeCorrection {
        now,
        jump,
        horizon: Horizon::new(
            Duration::from_secs(4 * 3_600),
            SCHEDULE.retry_max,
            Duration::from_secs(7 * 86_400),
        ),
        lease: Duration::from_secs(60),
        spread: Duration::from_secs(120),
    }
}

/// How failures are retried.
pub(crate) const SCHEDULE: Schedule = Schedule {
    attempts_max: 5,
    retry_first: Duration::from_secs(60),
    retry_max: Duration::from_secs(86_400),
    give_up_after: Duration::from_secs(7 * 86_400),
};

/// A good answer with nothing in it.
pub(crate) fn completion(at: Timestamp, fate: Fate) -> Completion {
    Completion {
        at,
        zone: Zone::UTC,
        outcome: FetchOutcome::Ok,
        status: Some(200),
        etag: None,
        last_modified: None,
        fate,
        kind: None,
        host_next_at: at,
        host_failures: 0,
        host_delay: Some(std::time::Duration::ZERO),
        rhythm: None,
        moved: None,
        robots: Vec::new(),
        poll: None,
        links: Vec::new(),
        list: ListReading::Pending,
        known: Vec::new(),
        remembered: Vec::new(),
        schedule: SCHEDULE,
        visit: None,
        error: None,
    }
}

pub(crate) fn again(at: Timestamp) -> Fate {
    Fate::Again { at, attempts: 0 }
}

pub(crate) fn article(body: &str) -> Article {
    Article {
        title: Some("Jembatan baru dibuka".to_string()),
        byline: Some("Sari".to_string()),
        published: "2025-06-15T08:30:00+07:00".parse().ok(),
        body: body.to_string(),
        blocks: vec![Block {
            span: 0..body.len(),
            kind: BlockKind::Paragraph,
            link_bytes: 0,
        }],
        provenance: vec![Provenance {
            rule: "translator-script".to_string(),
            note: "a widget that translates".to_string(),
        }],
        ..Article::default()
    }
}

/// With a finding on the first four bytes for each rule.
pub(crate) fn assessment(verdict: Verdict, rules: &[&'static str]) -> Assessment {
    let finding = |rule: &&'static str| Finding {
        rule,
        grade: "strong",
        span: 0..4,
        note: format!("{rule} was here"),
        left_out: None,
    };
    let weighed = |rule: &&'static str| Evidence {
        kind: EvidenceKind::Words,
        name: (*rule).to_string(),
        grade: "strong".to_string(),
        times: 1,
        log_ratio: 1.25,
        of_source: None,
    };
    Assessment {
        verdict,
        scores: Scores {
            overall: 0.75,
            machine_translation: 0.75,
            residue: 0.05,
            style: None,
            boilerplate: 0.125,
            body_share: None,
        },
        findings: rules.iter().map(finding).collect(),
        dismissed: Vec::new(),
        evidence: rules.iter().map(weighed).collect(),
        rules: RulesHash(0xfedc_ba98_7654_3210),
    }
}

/// What an article read then tells of its source.
pub(crate) fn observation(verdict: Verdict, seconds: i64, log_ratio: Option<f32>) -> Observation {
    Observation {
        verdict,
        at: at(seconds),
        log_ratio,
    }
}

pub(crate) fn visit(lease: &Lease, at: Timestamp, verdict: Verdict) -> Visit {
    let rules: &[&str] = match verdict {
        Verdict::Flag => &["stock-phrase", "link-farm"],
        Verdict::Pass | Verdict::Abstain(_) => &[],
    };
    Visit {
        page: Page {
            link: lease.link.clone(),
            final_url: lease.link.url.clone(),
            fetched_at: at,
            status: 200,
            headers: Headers(vec![("content-type".to_string(), "text/html".to_string())]),
            body: Bytes::from_static(b"<p>Kata pertama, kata kedua.</p>"),
        },
        canonical: lease.link.url.clone(),
        article: article("Kata pertama, kata kedua."),
        assessment: assessment(verdict, rules),
    }
}

pub(crate) const ABSTAIN: Verdict = Verdict::Abstain(Reason::TooShort);

/// A completion that ends an article.
pub(crate) fn read(lease: &Lease, at: Timestamp, verdict: Verdict) -> Completion {
    Completion {
        visit: Some(Box::new(visit(lease, at, verdict))),
        ..completion(at, Fate::Done)
    }
}

/// The source "harian", its feed read, and the articles it announced waiting.
pub(crate) async fn announced(store: &Arc<dyn Store>, articles: &[&str]) {
    let feed = source("harian", PageKind::Feed, "https://harian.example/feed");
    store
        .put_sources(None, &[feed], at(0))
        .await
        .expect("sources");
    let leases = store.claim(&claim("given", at(0))).await.expect("a claim");
    let links = articles
        .iter()
        .map(|address| link(address, "harian", PageKind::Article))
        .collect();
    let completion = Completion {
        links,
        ..completion(at(0), again(at(100_000)))
    };
    complete(store, &leases[0], completion).await;
}

pub(crate) async fn complete(
    store: &Arc<dyn Store>,
    lease: &Lease,
    completion: Completion,
) -> Completed {
    let notify = ["desk".to_string()];
    let completed = store.complete(lease, completion, &notify).await;
    completed.expect("a completion")
}

pub(crate) async fn lease_one(store: &Arc<dyn Store>, now: Timestamp) -> Lease {
    let one = Claim {
        limit: 1,
        ..claim("given", now)
    };
    let mut leases = store.claim(&one).await.expect("a claim");
    leases.pop().expect("a URL is due")
}

/// Reads one article with each verdict; tells the rows.
pub(crate) async fn read_all(store: &Arc<dyn Store>, verdicts: &[Verdict]) -> Vec<i64> {
    let addresses: Vec<_> = (0..verdicts.len())
        .map(|n| format!("https://harian.example/{n}"))
        .collect();
    let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
    announced(store, &addresses).await;
    let mut rows = Vec::new();
    for (n, verdict) in verdicts.iter().enumerate() {
        let now = at(10 + i64::try_from(n).expect("few"));
        let lease = lease_one(store, now).await;
        let completed = complete(store, &lease, read(&lease, now, *verdict)).await;
        rows.extend(completed.article);
    }
    rows
}

/// The addresses of leases, in order.
pub(crate) fn addresses(leases: &[Lease]) -> Vec<&str> {
    leases.iter().map(|lease| lease.link.url.as_str()).collect()
}

/// What the store holds, whatever the disk does.
pub(crate) fn rows(counts: &Counts) -> Counts {
    Counts {
        size_bytes: 0,
        sizes: PerKind::default(),
        free_bytes: 0,
        expired: 0,
        ..*counts
    }
}
