//! Which targets are asked.

use std::net::IpAddr;

use benggala::{
    config::{Config, FetchConfig},
    fetch::{
        GuardStage,
        guard::{check_answer, check_url, is_public, permits},
    },
    model::FetchOutcome,
};
use ipnet::IpNet;
use url::Url;

use super::{
    config, fetch,
    server::{Server, full},
};

const NOT_PUBLIC: [&str; 60] = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:0:127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::c0a8:101",
    "64:ff9b:1::1",
    "100::1",
    "100:0:0:1::1",
    "1fff::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2001:db8:ffff::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "ff02::1",
];

const PUBLIC: [&str; 22] = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "64:ff9b::8.8.8.8",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
    "3ffe::1",
];

#[test]
fn the_registries_are_followed() {
    for text in NOT_PUBLIC {
        let address: IpAddr = text.parse().unwrap();
        assert!(!is_public(address), "{text}");
        assert!(!permits(address, &[]), "{text}");
    }
    for text in PUBLIC {
        let address: IpAddr = text.parse().unwrap();
        assert!(is_public(address), "{text}");
        assert!(permits(address, &[]), "{text}");
    }
}

#[test]
fn an_address_is_seen_in_every_notation() {
    let refused = [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://017700000001/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.01/",
        "http://127.0.0.1./",
        "http://１２７.0.0.1/",
        "http://127%2e0.0.1/",
        "http://127。0。0。1/",
        "http://user@127.0.0.1:8080/",
        "https://10.1.2.3/",
        "http://0/",
        "http://[::]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]:8080/",
        "http://[64:ff9b::7f00:1]/",
        "ftp://news.example/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "ws://news.example/",
        "javascript:alert(1)",
    ];
    for text in refused {
        let url = Url::parse(text).unwrap();
        assert!(check_url(&url, &[]).is_err(), "{text}");
    }
    // Names are for the resolver; public addresses are fine.
    for text in [
        "http://news.example/",
        "https://127.0.0.1.news.example/",
        "http://1.1.1.1/",
        "https://[2606:4700:4700::1111]/",
        "http://localhost/",
    ] {
        let url = Url::parse(text).unwrap();
        assert_eq!(check_url(&url, &[]), Ok(()), "{text}");
    }
}

#[test]
fn the_allow_list_opens_what_it_names_and_no_more() {
    let allow: Vec<IpNet> = ["10.1.0.0/16", "fd00::/8"]
        .map(|net| net.parse().unwrap())
        .into();
    for (text, expected) in [
        ("10.1.2.3", true),
        ("10.2.0.1", false),
        ("::ffff:10.1.2.3", true),
        ("::ffff:10.2.0.1", false),
        ("fd00::1", true),
        ("fc00::1", false),
        ("127.0.0.1", false),
    ] {
        assert_eq!(permits(text.parse().unwrap(), &allow), expected, "{text}");
    }
}

#[test]
fn one_bad_address_spoils_an_answer() {
    let good: IpAddr = "8.8.8.8".parse().unwrap();
    let bad: IpAddr = "10.0.0.1".parse().unwrap();
    assert!(check_answer("news.example", [good, good], &[]).is_ok());
    for answer in [[good, bad], [bad, good]] {
        let refusal = check_answer("news.example", answer, &[]).unwrap_err();
        assert!(
            refusal
                .to_string()
                .contains("news.example resolves to 10.0.0.1"),
            "{refusal}"
        );
    }
}

#[tokio::test]
async fn loopback_is_refused_unless_allowed() {
    let server = Server::of(full(200, &[], b"here")).await;
    let strict = FetchConfig {
        allow_private: Vec::new(),
        ..config()
    };
    let exchange = fetch(&strict, server.url("/")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Blocked, "{exchange:?}");
    assert_eq!(exchange.guard, Some(GuardStage::Url));
    assert!(!exchange.robots_denied);
    let exchange = fetch(&Config::default().fetch, server.url("/")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Blocked);
    assert!(server.asked().is_empty());
    let exchange = fetch(&config(), server.url("/")).await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok);
}

#[tokio::test]
async fn a_name_is_judged_by_its_addresses() {
    let server = Server::of(full(200, &[], b"here")).await;
    let url = Url::parse(&format!("http://localhost:{}/", server.address.port())).unwrap();
    let strict = FetchConfig {
        allow_private: Vec::new(),
        ..config()
    };
    let exchange = fetch(&strict, url.clone()).await;
    assert_eq!(exchange.outcome, FetchOutcome::Blocked, "{exchange:?}");
    assert_eq!(exchange.guard, Some(GuardStage::Dns));
    assert!(server.asked().is_empty());
    let allow_private = ["127.0.0.0/8", "::1/128"]
        .map(|net| net.parse().unwrap())
        .into();
    let exchange = fetch(
        &FetchConfig {
            allow_private,
            ..config()
        },
        url,
    )
    .await;
    assert_eq!(exchange.outcome, FetchOutcome::Ok, "{exchange:?}");
}
