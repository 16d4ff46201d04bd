//! Which events a channel is told of, and when.

use std::time::Duration;

use benggala::{
    model::{ChannelKind, EventKind, Lang, Quiet, Wanted, Zone},
    notify::{
        Event,
        event::{Choice, choose},
    },
};
use chrono::TimeDelta;
use serde_json::json;

use super::{flagged, now};

fn wanted(change: impl FnOnce(&mut Wanted)) -> Wanted {
    let mut wanted = Wanted::of(ChannelKind::Webhook);
    change(&mut wanted);
    wanted
}

/// A flagged article whose text is in a cluster.
fn copy(n: i64, told: bool) -> Event {
    let mut event = flagged(n);
    event.payload["copies"] = json!({"cluster": 5, "articles": 14, "told": told});
    event
}

/// Messages of one event each, by their keys.
fn keys(choice: &Choice) -> Vec<&str> {
    let messages = choice.messages.iter();
    messages
        .map(|message| {
            assert_eq!(message.len(), 1);
            message[0].key.as_str()
        })
        .collect()
}

#[test]
fn filters_say_what_is_heard() {
    let source = json!({"event": "source.silent", "source": "harian", "since": "x"});
    let source = Event::new("9".to_string(), source, now(), None).unwrap();
    let cases: [(&str, Wanted, bool, bool); 11] = [
        ("everything", wanted(|_| ()), true, true),
        (
            "its events",
            wanted(|w| w.events = vec![EventKind::SourceSilent]),
            false,
            true,
        ),
        (
            "its source",
            wanted(|w| w.sources = vec!["harian".into()]),
            true,
            true,
        ),
        (
            "another source",
            wanted(|w| w.sources = vec!["lain".into()]),
            false,
            false,
        ),
        (
            "its language",
            wanted(|w| w.languages = Lang::new("id").into_iter().collect()),
            true,
            true,
        ),
        (
            "another language",
            wanted(|w| w.languages = Lang::new("en").into_iter().collect()),
            false,
            true,
        ),
        (
            "its verdict",
            wanted(|w| w.verdicts = vec!["flag"]),
            true,
            true,
        ),
        (
            "another verdict",
            wanted(|w| w.verdicts = vec!["pass", "abstain"]),
            false,
            true,
        ),
        (
            "its rule",
            wanted(|w| w.rules = vec!["engine-residue".into()]),
            true,
            true,
        ),
        (
            "another rule",
            wanted(|w| w.rules = vec!["stock-line".into()]),
            false,
            true,
        ),
        (
            "a higher score",
            wanted(|w| w.min_probability = 0.8),
            false,
            true,
        ),
    ];
    for (what, wanted, of_article, of_source) in cases {
        assert_eq!(flagged(1).is_wanted(&wanted), of_article, "{what}");
        assert_eq!(source.is_wanted(&wanted), of_source, "{what}");
    }
}

#[test]
fn each_is_a_message_unless_they_are_to_be_told_together() {
    let events = || (1..=250).map(flagged).collect::<Vec<_>>();
    let each = choose(events(), false, &wanted(|_| ()), 100, now());
    assert_eq!(each.messages.len(), 250);

    let digest = wanted(|w| w.every = Duration::from_secs(60));
    let early = choose(events()[..9].to_vec(), false, &digest, 100, now());
    assert_eq!(early, Choice::default(), "they wait for more");
    let due = now() + TimeDelta::seconds(60);
    let together = choose(events(), false, &digest, 100, due);
    let sizes: Vec<usize> = together.messages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [100, 100, 50]);
    // Full before its time, or sent in vain before: at once.
    assert_eq!(
        choose(events(), false, &digest, 100, now()).messages.len(),
        3
    );
    assert_eq!(
        choose(events()[..9].to_vec(), true, &digest, 100, now())
            .messages
            .len(),
        1
    );
}

#[test]
fn fourteen_copies_are_one_notice_with_their_number() {
    let people = Wanted::of(ChannelKind::Slack);
    let due = now() + TimeDelta::seconds(60);
    let mut events: Vec<Event> = (1..=14).map(|n| copy(n, n > 1)).collect();
    events.push(flagged(15));
    let choice = choose(events, false, &people, 1_000, due);
    let [message] = choice.messages.as_slice() else {
        panic!("{choice:?}");
    };
    assert_eq!(message.len(), 2);
    assert_eq!(message[0].copies, 13);
    assert!(
        message[0].headline().contains("13 copies"),
        "{}",
        message[0].headline()
    );
    assert_eq!(choice.told_with.len(), 13);
    // Those that come later were told already.
    let late = choose(vec![copy(16, true)], false, &people, 1_000, due);
    assert_eq!((late.messages.len(), late.left_out.len()), (0, 1));
    // Programs hear of each unless they say otherwise.
    let all = choose(vec![copy(16, true)], false, &wanted(|_| ()), 100, due);
    assert_eq!(keys(&all), ["16"]);
}

#[test]
fn who_is_muted_hears_nothing_of_it_and_who_sleeps_hears_it_later() {
    let muted = wanted(|w| w.mute_until = Some(now() + TimeDelta::hours(1)));
    let choice = choose(vec![flagged(1)], false, &muted, 100, now());
    assert_eq!(choice.left_out, ["1"]);
    let after = choose(
        vec![flagged(2)],
        false,
        &muted,
        100,
        now() + TimeDelta::hours(1),
    );
    assert_eq!(keys(&after), ["2"]);

    // 22:13:20 UTC: it is night there, and 05:13 in Jakarta.
    let night = |zone| {
        wanted(|w| {
            w.quiet = Quiet::parse("22:00-06:00");
            w.zone = Zone::named(zone).unwrap();
        })
    };
    assert!(night("UTC").is_quiet(now()) && night("Asia/Jakarta").is_quiet(now()));
    assert!(!night("Atlantic/Azores").is_quiet(now()) && !night("Asia/Makassar").is_quiet(now()));
    assert!(!wanted(|_| ()).is_quiet(now()));
}
