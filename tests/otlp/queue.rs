//! What becomes of spans on their way to a collector.

use std::sync::Arc;

use benggala::{
    config::TraceConfig,
    daemon::service::new_metrics,
    metrics::Metrics,
    model::Timestamp,
    trace::{ArticleIds, Span, SpanId, SpanKind, Traces},
};
use chrono::DateTime;
use url::Url;

use crate::collector::Collector;

/// Visits that wait at most.
const WAITING_MAX: usize = 1_024;

fn noon() -> Timestamp {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn article(number: usize) -> Url {
    Url::parse(&format!("https://news.example/{number}")).unwrap()
}

/// Traces of all articles, to `collector`.
fn traces(collector: &Collector) -> (Traces, Arc<Metrics>) {
    let metrics = new_metrics().unwrap();
    let config = TraceConfig {
        otlp_url: Some(collector.url.clone()),
        sample: 1.0,
    };
    (Traces::start(&config, &metrics).unwrap(), metrics)
}

/// A visit of one span.
fn tell(traces: &Traces, number: usize) {
    traces.tell((&article(number), noon()), |ids| {
        vec![Span {
            trace: ids.trace,
            id: SpanId::of_chance(number as u64),
            parent: Some(ids.root),
            link: None,
            name: "visit",
            kind: SpanKind::Internal,
            began: noon(),
            ended: noon(),
            attributes: Vec::new(),
            error: None,
        }]
    });
}

/// How many spans were sent, dropped, refused and given up.
fn counted(metrics: &Metrics) -> [u64; 4] {
    let spans = &metrics.trace_spans_total;
    ["sent", "dropped", "refused", "given_up"]
        .map(|outcome| spans.with_label_values(&[outcome]).get())
}

/// One thread: nothing is taken from the queue while it is filled.
#[tokio::test]
async fn what_there_is_no_room_for_is_dropped_and_counted() {
    let collector = Collector::open(vec![]).await;
    let (traces, metrics) = traces(&collector);
    for number in 0..WAITING_MAX + 10 {
        tell(&traces, number);
    }
    assert_eq!(counted(&metrics), [0, 10, 0, 0]);
    traces.close().await;
    assert_eq!(counted(&metrics), [WAITING_MAX as u64, 10, 0, 0]);
    assert_eq!(collector.spans().len(), WAITING_MAX);
}

/// Each answer, and how many of two spans it has then, has dropped, refused and given up.
#[tokio::test]
async fn what_a_collector_says_is_believed() {
    let partial = r#"{"partialSuccess": {"rejectedSpans": "1", "errorMessage": "too old"}}"#;
    let number = r#"{"partialSuccess": {"rejectedSpans": 1}}"#;
    let too_many = r#"{"partialSuccess": {"rejectedSpans": "99"}}"#;
    for (answers, wanted) in [
        (vec![(200, "no JSON")], [2, 0, 0, 0]),
        (vec![(200, partial)], [1, 0, 1, 0]),
        (vec![(200, number)], [1, 0, 1, 0]),
        (vec![(200, too_many)], [0, 0, 2, 0]),
        (vec![(400, "")], [0, 0, 2, 0]),
        (vec![(500, "")], [0, 0, 2, 0]),
        (vec![(302, "")], [0, 0, 2, 0]),
        (
            vec![(429, ""), (502, ""), (503, ""), (504, "")],
            [2, 0, 0, 0],
        ),
        (vec![(503, ""); 5], [0, 0, 0, 2]),
    ] {
        let collector = Collector::open(answers.clone()).await;
        let (traces, metrics) = traces(&collector);
        tell(&traces, 1);
        tell(&traces, 2);
        // In a hurry there is no wait between two attempts.
        traces.close().await;
        assert_eq!(counted(&metrics), wanted, "{answers:?}");
    }
}

#[test]
fn a_sample_is_the_same_for_all_workers_and_as_large_as_it_says() {
    let ids = |number| ArticleIds::of(&article(number), noon());
    assert_eq!(ids(1), ids(1));
    assert_ne!(ids(1), ids(2));
    let within = |sample| {
        let all = (0..2_000).filter(|number| ids(*number).trace.is_within(sample));
        all.count()
    };
    assert_eq!((within(0.0), within(1.0)), (0, 2_000));
    // Six standard deviations.
    assert!((380..=620).contains(&within(0.25)), "{}", within(0.25));
}
