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

/// Targets as they stand in links and redirects: what is refused, what passes, and what is no URL
/// at all.
#[test]
fn an_address_is_seen_in_every_notation() {
    use Expected::{NoUrl, Passes, Refused};
    #[derive(Debug, PartialEq)]
    enum Expected {
        Refused,
        Passes,
        NoUrl,
    }
    let cases = [
        ("http://127.0.0.1/", Refused),
        ("http://127.0.0.1./", Refused),
        ("http://127.1/", Refused),
        ("http://127.0.1/", Refused),
        ("http://2130706433/", Refused),
        ("http://017700000001/", Refused),
        ("http://0177.0.0.01/", Refused),
        ("http://0x7f000001/", Refused),
        ("http://0x7f.1/", Refused),
        ("http://0X7F.0.0.0x1/", Refused),
        ("http://127.0.0.1:80@10.0.0.1/", Refused),
        ("http://user@127.0.0.1:8080/", Refused),
        ("http://127%2e0.0.1/", Refused),
        ("http://127\u{3002}0\u{ff0e}0\u{ff61}1/", Refused),
        ("http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/", Refused),
        (
            "http://\u{2460}\u{2461}\u{2466}.\u{24ea}.\u{24ea}.\u{2460}/",
            Refused,
        ),
        ("http:\\\\127.0.0.1\\x", Refused),
        ("http:127.0.0.1", Refused),
        ("http://0/", Refused),
        ("http://0.0.0.0:22/", Refused),
        ("https://10.1.2.3/", Refused),
        ("https://10.66051/", Refused),
        ("http://172.16.1/", Refused),
        ("http://0300.0250.1/", Refused),
        ("http://100.64.0.1/", Refused),
        ("http://198.18.0.1/", Refused),
        ("http://192.0.2.7/", Refused),
        ("http://224.0.0.251/", Refused),
        ("http://255.255.255.255/", Refused),
        ("http://169.254.169.254/latest/meta-data/", Refused),
        ("http://2852039166/latest/meta-data/", Refused),
        ("http://0xa9fea9fe/", Refused),
        ("http://0251.0376.0251.0376/", Refused),
        ("http://169.254.43518/", Refused),
        ("http://[::]/", Refused),
        ("http://[::1]/", Refused),
        ("http://[0:0:0:0:0:0:0:1]/", Refused),
        ("http://[::127.0.0.1]/", Refused),
        ("http://[::ffff:7f00:1]/", Refused),
        ("http://[::ffff:127.0.0.1]/", Refused),
        ("http://[::ffff:0:127.0.0.1]/", Refused),
        ("http://[::FFFF:A9FE:A9FE]/", Refused),
        ("http://[64:ff9b::7f00:1]/", Refused),
        ("http://[64:ff9b::169.254.169.254]/", Refused),
        ("http://[64:ff9b:1::10.0.0.1]/", Refused),
        ("http://[2001::7f00:1]/", Refused),
        ("http://[2002:7f00:1::]/", Refused),
        ("http://[2002:a00:1::1]/", Refused),
        ("http://[2001:db8::1]/", Refused),
        ("http://[fc00::1]/", Refused),
        ("http://[fd00:ec2::254]/", Refused),
        ("http://[fe80::1]:8080/", Refused),
        ("http://[fec0::1]/", Refused),
        ("http://[ff02::1]/", Refused),
        ("ftp://news.example/", Refused),
        ("file:///etc/passwd", Refused),
        ("data:text/plain,x", Refused),
        ("ws://news.example/", Refused),
        ("gopher://news.example/", Refused),
        ("javascript:alert(1)", Refused),
        ("blob:https://news.example/1", Refused),
        ("http://[fe80::1%25eth0]/", NoUrl),
        ("http://[fe80::1%eth0]/", NoUrl),
        ("http://256.256.256.256/", NoUrl),
        ("http://1.2.3.4.5/", NoUrl),
        ("http://0x100000000/", NoUrl),
        ("http://127.0.0.0x100/", NoUrl),
        ("http://[::1/", NoUrl),
        ("http://1.1.1.1/", Passes),
        ("http://16843009/", Passes),
        ("http://9.255.255.255/", Passes),
        ("http://172.32.0.1/", Passes),
        ("https://[2606:4700:4700::1111]/", Passes),
        ("https://[64:ff9b::8.8.8.8]/", Passes),
        // Names are for the resolver.
        ("http://news.example/", Passes),
        ("http://localhost/", Passes),
        ("https://127.0.0.1.news.example/", Passes),
        ("http://metadata.google.internal/", Passes),
    ];
    assert!(cases.len() >= 60);
    for (text, expected) in cases {
        let found = match Url::parse(text) {
            Err(_) => NoUrl,
            Ok(url) if check_url(&url, &[]).is_ok() => Passes,
            Ok(_) => Refused,
        };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn the_allow_list_opens_what_it_names_and_no_more() {
    let allow: Vec<IpNet> = ["10.1.0.0/16", "127.0.0.1/32", "fd00::/8"]
        .map(|net| net.parse().unwrap())
        .into();
    for (host, expected) in [
        ("10.1.2.3", true),
        ("10.1.515", true),
        ("0x0a010203", true),
        ("10.2.0.1", false),
        ("[::ffff:10.1.2.3]", true),
        ("[::ffff:10.2.0.1]", false),
        // Another way to the same host, which nobody named.
        ("[64:ff9b::10.1.2.3]", false),
        ("[2002:a01:203::]", false),
        ("[fd00::1]", true),
        ("[fc00::1]", false),
        ("127.0.0.1", true),
        ("2130706433", true),
        ("127.0.0.2", false),
        ("[::1]", false),
        ("169.254.169.254", false),
        ("8.8.8.8", true),
    ] {
        let url = Url::parse(&format!("http://{host}/")).unwrap();
        assert_eq!(check_url(&url, &allow).is_ok(), expected, "{host}");
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
    let url = Url::parse(&format!("http://localhost:{}/", server.port())).unwrap();
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
