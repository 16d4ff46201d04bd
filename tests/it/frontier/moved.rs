use benggala::{
    frontier::Moved,
    model::{FetchOutcome, Timestamp},
};
use chrono::TimeDelta;
use url::Url;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::hours(500_000 + hours)
}

/// What is believed after permanent redirects to `to` at these hours.
fn seen(to: &Url, hours: &[i64]) -> Option<Moved> {
    hours.iter().fold(None, |moved, hour| {
        Moved::after(moved, FetchOutcome::Ok, Some(to), false, at(*hour))
    })
}

#[test]
fn a_move_is_believed_after_five_answers_and_a_day() {
    let new = url("https://baru.example/feed.xml");
    for (hours, now, believed) in [
        (vec![0, 6, 12, 18, 24], 24, true),
        (vec![0, 6, 12, 18, 23], 23, false),
        (vec![0, 6, 12, 18, 23], 24, true),
        (vec![0, 12, 24, 48], 48, false),
        (vec![0, 1, 2, 3, 4, 5, 6, 7], 7, false),
    ] {
        let moved = seen(&new, &hours).unwrap();
        let expected = believed.then_some(&new);
        assert_eq!(moved.confirmed(at(now)), expected, "{hours:?} at {now}");
    }
}

#[test]
fn an_answer_that_leads_elsewhere_begins_anew() {
    use FetchOutcome::*;
    let (new, other) = (url("https://baru.example/"), url("https://rawat.example/"));
    let long = || seen(&new, &[0, 6, 12, 18, 24]);
    let next = |outcome, target, asked_there| {
        let moved = Moved::after(long(), outcome, target, asked_there, at(30));
        moved.and_then(|moved| moved.confirmed(at(30)).cloned())
    };
    assert_eq!(next(Ok, Some(&other), false), None);
    assert_eq!(next(Ok, None, false), None, "it answers here again");
    assert_eq!(next(Timeout, None, false), Some(new.clone()));
    // Asked at the new address, where it stays until that leads nowhere.
    assert_eq!(next(Ok, None, true), Some(new.clone()));
    assert_eq!(next(NotModified, None, true), Some(new.clone()));
    assert_eq!(next(Http5xx, None, true), Some(new.clone()));
    assert_eq!(next(Http4xx, None, true), None);
    assert_eq!(next(Dns, None, true), None);
}
