//! Events as the bodies that receivers take.

use benggala::{
    model::{ChannelKind, Timestamp},
    notify::{Event, shape::body},
};
use serde_json::{Value, json};
use url::Url;

use super::{flagged, now};

const HOSTILE: &str = "<!channel> @everyone *x*\n# & <https://evil.example|here>";

fn hostile() -> Event {
    let pages = Url::parse("http://127.0.0.1:9630/").unwrap();
    let payload = json!({
        "event": "article.flagged", "article": 4, "source": "harian", "title": HOSTILE,
        "scores": {"overall": 0.5}, "findings": [],
    });
    Event::new("4".to_string(), payload, now(), Some(&pages)).unwrap()
}

fn value(kind: ChannelKind, events: &[Event]) -> Value {
    serde_json::from_str(&body(kind, events).text).unwrap()
}

#[test]
fn each_kind_has_its_shape() {
    let event = [hostile()];
    let page = "http://127.0.0.1:9630/articles/4";
    let slack = value(ChannelKind::Slack, &event);
    let text = slack["text"].as_str().unwrap();
    assert!(
        text.contains(page) && text.contains("&lt;!channel&gt;"),
        "{text}"
    );
    assert!(!text.contains(['<', '>', '\n']), "{text}");
    let mattermost = value(ChannelKind::Mattermost, &event);
    let called = mattermost["text"].as_str().unwrap();
    assert!(
        !called.contains("@everyone"),
        "nobody is called by a title: {called}"
    );
    assert_eq!(called.replace('\u{200b}', ""), text);

    let discord = value(ChannelKind::Discord, &event);
    assert!(discord["content"].as_str().unwrap().contains(page));
    assert_eq!(discord["allowed_mentions"], json!({"parse": []}));

    let teams = value(ChannelKind::Teams, &event);
    let card = &teams["attachments"][0]["content"];
    assert_eq!(card["type"], "AdaptiveCard");
    assert_eq!(card["body"].as_array().unwrap().len(), 1);

    let ntfy = body(ChannelKind::Ntfy, &event);
    assert!(ntfy.content_type.starts_with("text/plain") && ntfy.text.contains(page));

    let alerts = value(ChannelKind::Alertmanager, &event);
    assert_eq!(alerts[0]["labels"]["alertname"], "BenggalaArticleFlagged");
    assert_eq!(alerts[0]["labels"]["article"], "4");
    assert_eq!(alerts[0]["generatorURL"], page);

    let lines = body(ChannelKind::File, &[flagged(1), flagged(2)]).text;
    let ids: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone())
        .collect();
    assert_eq!(ids, ["1", "2"]);

    let batch = value(ChannelKind::Webhook, &[flagged(1), flagged(2)]);
    for (n, event) in batch.as_array().unwrap().iter().enumerate() {
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["data"], flagged(n as i64 + 1).payload);
        let time = event["time"].as_str().unwrap();
        assert_eq!(time.parse::<Timestamp>().unwrap(), now());
    }
}

#[test]
fn a_storm_is_one_message_that_a_chat_can_take() {
    let storm: Vec<Event> = (0..1_000).map(flagged).collect();
    for kind in ChannelKind::ALL
        .into_iter()
        .filter(|kind| kind.is_for_people() && *kind != ChannelKind::Email)
    {
        let text = body(kind, &storm).text;
        assert!(text.len() < 4_000, "{kind:?}: {}", text.len());
        assert!(
            text.contains("1000 events") && text.contains("and 990 more"),
            "{kind:?}: {text}"
        );
    }
    let mut long = flagged(1);
    long.payload["title"] = json!("panjang ".repeat(5_000));
    let discord = value(ChannelKind::Discord, &[long.clone(), long]);
    let content = discord["content"].as_str().unwrap();
    assert!(
        content.chars().count() <= 2_000,
        "{}",
        content.chars().count()
    );
}

#[test]
fn sources_and_the_daemon_are_told_of_in_words() {
    let pages = Url::parse("https://news.example/benggala/").unwrap();
    let translation = json!({"probability": 0.97, "turned": {"before": 0.02}});
    for (kind, words) in [
        (
            "source.suspected",
            "a/b may publish mainly unedited machine translation (97 %)",
        ),
        (
            "source.turned",
            "a/b has changed its ways: 97 % machine translation now, 2 % before",
        ),
        ("source.silent", "a/b has had no new article since"),
        ("daemon.failing", "benggala cannot work: the disk is full"),
    ] {
        let payload = json!({
            "event": kind, "source": "a/b", "since": "yesterday", "why": "the disk is full",
            "source_translation": translation,
        });
        let event = Event::new("1".to_string(), payload, now(), Some(&pages)).unwrap();
        assert!(event.headline().starts_with(words), "{}", event.headline());
        assert_eq!(
            event.payload["page"],
            "https://news.example/benggala/sources/a%2Fb"
        );
    }
    let unknown = json!({"event": "article.praised"});
    assert_eq!(Event::new("1".to_string(), unknown, now(), None), None);
}
