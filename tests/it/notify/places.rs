//! Where a receiver may be.

use benggala::{
    config::NotifyConfig,
    model::ChannelKind,
    notify::{Channel, Sent},
};
use url::Url;

use super::{flagged, now, receiver};
use crate::daemon::watch::on_loopback;

#[test]
fn a_private_address_is_no_receiver_unless_it_is_allowed() {
    for (url, network) in [
        ("http://127.0.0.1:9093/api/v2/alerts", "127.0.0.0/8"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://[::1]/", "::1"),
        ("http://[::ffff:10.0.0.1]/", "10.0.0.0/8"),
        ("https://169.254.169.254/latest", "169.254.169.254"),
        ("smtp://192.168.1.1", "192.168.0.0/16"),
        ("smtps://[fd00::1]", "fd00::/8"),
    ] {
        let url = Url::parse(url).unwrap();
        let kind = ChannelKind::of_scheme(url.scheme());
        let mut config = NotifyConfig::new("meja", kind, url.clone());
        config.mail.from = "watch@news.example".parse().ok();
        config.mail.to = config.mail.from.iter().cloned().collect();
        let refused = Channel::all(std::slice::from_ref(&config)).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("[[notify]] `meja` is at a private"),
            "{refused}"
        );
        config.allow_private = vec![benggala::config::network(network).unwrap()];
        assert!(Channel::all(&[config]).is_ok(), "{url}");
    }
    let public = Url::parse("https://93.184.216.34/hook").unwrap();
    assert!(Channel::all(&[NotifyConfig::new("meja", ChannelKind::Slack, public)]).is_ok());
}

/// What a name resolves to is looked at when it is asked.
#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_asked() {
    let (url, inbox) = receiver(200, &[]).await;
    let mut named = url.clone();
    named.set_host(Some("localhost")).unwrap();
    let config = NotifyConfig::new("meja", ChannelKind::Webhook, named.clone());
    let sent = super::send(&super::channel(config), 1).await;
    let why = sent.failure().unwrap().to_string();
    assert!(why.contains("not a public address"), "{why}");
    assert!(matches!(sent, Sent::Failed { .. }));
    assert!(inbox.lock().unwrap().is_empty());

    let allowed = super::channel(on_loopback("meja", ChannelKind::Webhook, named));
    assert_eq!(allowed.send(&[flagged(1)], now).await, Sent::Accepted);
    assert_eq!(inbox.lock().unwrap().len(), 1);
}
