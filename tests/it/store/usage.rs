//! What is learned of languages is merged, whoever learned it.

use benggala::{
    model::Lang,
    usage::{Heard, LANGUAGES_MAX, Sketch, Usage, Use},
};

use super::{given::at, places};

fn lang(code: &str) -> Lang {
    Lang::new(code).unwrap()
}

/// What a worker learned from `hosts`.
fn learned(hosts: &[(&str, u64)]) -> Sketch {
    let mut usage = Usage::default();
    for (host, context) in hosts {
        let one = Use {
            wording: 1,
            context: *context,
        };
        let heard = Heard {
            lang: lang("id"),
            uses: vec![one],
        };
        usage.learn(&heard, host, at(1));
    }
    usage.of(&lang("id")).unwrap().clone()
}

#[tokio::test]
async fn what_two_workers_learned_of_a_language_is_one() {
    for place in places() {
        let store = place.open().await;
        assert!(store.usage().await.unwrap().is_empty());
        let (one, other) = (learned(&[("a", 1), ("b", 2)]), learned(&[("c", 3)]));
        let id = lang("id");
        assert_eq!(store.learn_usage(&id, &one, at(1)).await.unwrap(), one);
        let both = store.learn_usage(&id, &other, at(2)).await.unwrap();
        assert!(both.is_native(1) && !one.is_native(1));
        assert_eq!(store.usage().await.unwrap(), [(id, both)]);
    }
}

#[tokio::test]
async fn languages_nobody_learns_of_make_room() {
    for place in places() {
        let store = place.open().await;
        for number in 0..=LANGUAGES_MAX {
            let code = format!("a{}", char::from(b'a' + number as u8));
            let sketch = learned(&[("a", 1)]);
            let time = at(number as i64);
            store
                .learn_usage(&lang(&code), &sketch, time)
                .await
                .unwrap();
        }
        let known = store.usage().await.unwrap();
        assert_eq!(known.len(), LANGUAGES_MAX);
        assert!(known.iter().all(|(code, _)| *code != lang("aa")));
    }
}
