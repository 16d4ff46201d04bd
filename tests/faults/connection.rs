//! What goes wrong before there is an answer: connections, names, certificates, the network itself.

use std::{
    io::{Write as _, stderr},
    net::{Ipv6Addr, SocketAddr},
    time::Duration,
};

use benggala::{
    config::FetchConfig,
    fetch::Network,
    frontier::{Attempt, network_down},
    model::FetchOutcome,
};
use chrono::Utc;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};
use url::Url;

use crate::{
    bench::{
        Fault, HASTY, Measured, PATIENT, ask, fault, fetcher, fetcher_on, hasty, measured, named,
        outcome, patient, same, says,
    },
    http2::Connection,
    names::{Names, Said},
    server::{Server, full, kept},
    tls::{self, Authority},
};

pub(crate) const FAULTS: &[Fault] = &[
    fault!(
        18,
        "a kept connection that was closed",
        "ok",
        PATIENT,
        closed_connection
    ),
    fault!(
        19,
        "HTTP/2 that goes away or refuses",
        "ok",
        PATIENT,
        goes_away
    ),
    fault!(
        5,
        "HTTP/2 headers without end",
        "too_large",
        PATIENT,
        endless_continuation
    ),
    fault!(
        20,
        "no such name, no server, no answer",
        "dns",
        HASTY,
        unresolved
    ),
    fault!(21, "IPv6 that leads nowhere", "ok", PATIENT, broken_ipv6),
    fault!(
        22,
        "expired, another's, signed by nobody",
        "tls",
        PATIENT,
        bad_certificates
    ),
    fault!(
        22,
        "the one certificate that is named",
        "ok",
        PATIENT,
        named_certificate
    ),
    fault!(23, "our own network is gone", "dns", PATIENT, no_network),
];

async fn closed_connection() -> Measured {
    let server = Server::start(|asked| match (asked.path.as_str(), asked.nth) {
        ("/robots.txt", _) => kept(404, &[], b""),
        // The connection is left without a word.
        (_, 1..) => vec![],
        _ => full(200, &[], b"here"),
    })
    .await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let exchange = ask(&fetcher, server.url("/page")).await;
        assert_eq!((exchange.retries, server.count("/page")), (1, 2));
        outcome(&exchange)
    })
}

async fn goes_away() -> Measured {
    let authority = Authority::new();
    let shown = authority.good("127.0.0.1");
    let goes = tls::listen(&shown, "h2", async |stream, number| {
        let mut connection = Connection::open(stream).await?;
        let robots = connection.request().await?;
        if number == 0 {
            connection.not_found(robots).await?;
            connection.request().await?;
            return connection.go_away(robots).await;
        }
        connection.page(robots, b"page").await?;
        connection.request().await.map(drop)
    })
    .await;
    let refuses = tls::listen(&shown, "h2", async |stream, _| {
        let mut connection = Connection::open(stream).await?;
        let robots = connection.request().await?;
        connection.not_found(robots).await?;
        let refused = connection.request().await?;
        connection.refuse(refused).await?;
        let again = connection.request().await?;
        connection.page(again, b"page").await?;
        connection.request().await.map(drop)
    })
    .await;
    let fetcher = fetcher_on(&patient(), authority.believed());
    measured(async move {
        let mut outcomes = Vec::new();
        for address in [goes, refuses] {
            let url = Url::parse(&format!("https://{address}/page")).unwrap();
            let exchange = ask(&fetcher, url).await;
            assert_eq!(exchange.body, "page", "{exchange:?}");
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn endless_continuation() -> Measured {
    let authority = Authority::new();
    let shown = authority.good("127.0.0.1");
    let address = tls::listen(&shown, "h2", async |stream, _| {
        let mut connection = Connection::open(stream).await?;
        let robots = connection.request().await?;
        connection.not_found(robots).await?;
        let page = connection.request().await?;
        connection.endless_headers(page).await
    })
    .await;
    let fetcher = fetcher_on(&patient(), authority.believed());
    measured(async move {
        let url = Url::parse(&format!("https://{address}/page")).unwrap();
        let exchange = ask(&fetcher, url).await;
        says(&exchange, "headers of 127.0.0.1 are too large");
        outcome(&exchange)
    })
}

fn news(port: u16) -> Url {
    Url::parse(&format!("http://news.example:{port}/")).unwrap()
}

async fn unresolved() -> Measured {
    let words = [
        (Said::Fails("Name or service not known"), "not known"),
        (
            Said::Fails("Temporary failure in name resolution"),
            "Temporary failure",
        ),
        (Said::Addresses(vec![]), "resolves to no address"),
        (Said::Nothing, "no address of news.example within 0.3 s"),
    ];
    let cases = words.map(|(said, words)| {
        let names = Names::always(said);
        (fetcher_on(&hasty(), named(names)), words)
    });
    measured(async move {
        let mut outcomes = Vec::new();
        for (fetcher, words) in &cases {
            let exchange = ask(fetcher, news(80)).await;
            says(&exchange, words);
            says(&exchange, "news.example");
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn broken_ipv6() -> Measured {
    let server = Server::of(full(200, &[], b"here")).await;
    // Nobody listens at the first two; the last one answers.
    let names = Names::always(Said::Addresses(vec!["::1", "127.0.0.9", "127.0.0.1"]));
    let config = FetchConfig {
        allow_private: ["127.0.0.0/8", "::1/128"]
            .map(|net| net.parse().unwrap())
            .into(),
        ..patient()
    };
    let refused = fetcher_on(&config, named(names));
    let names = Names::always(Said::Addresses(vec!["::1", "127.0.0.1"]));
    let unanswered = fetcher_on(&config, named(names));
    let behind_hole = Server::of(full(200, &[], b"here")).await;
    let hole = BlackHole::open(behind_hole.port()).await;
    measured(async move {
        let first = ask(&refused, news(server.port())).await;
        assert_eq!(first.error, None);
        let second = ask(&unanswered, news(behind_hole.port())).await;
        assert_eq!(second.error, None);
        drop(hole);
        same(&[outcome(&first), outcome(&second)])
    })
}

/// A port of `::1` that answers nobody: its queue is full and nobody is let in.
struct BlackHole {
    _listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl BlackHole {
    /// `None`, and a word about it, on a machine without IPv6.
    async fn open(port: u16) -> Option<BlackHole> {
        let address = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
        let socket = TcpSocket::new_v6().ok()?;
        if let Err(error) = socket.bind(address) {
            let skipped = "an address that swallows everything is not tried";
            assert!(std::env::var_os("CI").is_none(), "{error}: {skipped}");
            let mut out = stderr();
            writeln!(out, "no IPv6 here ({error}): {skipped}").unwrap();
            return None;
        }
        let listener = socket.listen(1).unwrap();
        let mut queued = Vec::new();
        let wait = Duration::from_millis(200);
        while let Ok(Ok(stream)) = timeout(wait, TcpStream::connect(address)).await {
            queued.push(stream);
        }
        Some(BlackHole {
            _listener: listener,
            _queued: queued,
        })
    }
}

async fn bad_certificates() -> Measured {
    let authority = Authority::new();
    let good = tls::page_at(&authority.good("127.0.0.1")).await;
    let cases = [
        (
            tls::page_at(&authority.expired("127.0.0.1")).await,
            "xpired",
        ),
        (
            tls::page_at(&authority.good("other.example")).await,
            "not valid for name",
        ),
        (
            tls::page_at(&tls::self_signed("127.0.0.1")).await,
            "UnknownIssuer",
        ),
    ];
    let fetcher = fetcher_on(&patient(), authority.believed());
    measured(async move {
        let exchange = ask(&fetcher, good).await;
        assert_eq!(exchange.body, "page", "{exchange:?}");
        let ends = exchange.certificate_ends.unwrap();
        assert_eq!(ends.to_rfc3339(), "2100-12-31T00:00:00+00:00");
        let mut outcomes = Vec::new();
        for (url, words) in cases {
            let exchange = ask(&fetcher, url).await;
            says(&exchange, "the certificate of 127.0.0.1 is not valid");
            says(&exchange, words);
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn named_certificate() -> Measured {
    let authority = Authority::new();
    let mut cases = Vec::new();
    for shown in [
        tls::self_signed("127.0.0.1"),
        tls::self_signed("other.example"),
        authority.expired("127.0.0.1"),
    ] {
        let url = tls::page_at(&shown).await;
        let pinned = |pins| {
            fetcher_on(
                &patient(),
                Network {
                    pins,
                    ..Network::default()
                },
            )
        };
        let named = pinned(shown.pinned_at(&url));
        // The same certificate, named by the source of another host, and another certificate.
        let elsewhere = Url::parse("https://other.example/").unwrap();
        let strangers = [
            pinned(shown.pinned_at(&elsewhere)),
            pinned(tls::self_signed("127.0.0.1").pinned_at(&url)),
        ];
        cases.push((url, named, strangers));
    }
    measured(async move {
        let mut outcomes = Vec::new();
        for (url, named, strangers) in cases {
            for stranger in strangers {
                assert_eq!(outcome(&ask(&stranger, url.clone()).await), "tls");
            }
            outcomes.push(outcome(&ask(&named, url).await));
        }
        same(&outcomes)
    })
}

async fn no_network() -> Measured {
    let names = Names::always(Said::Fails("Temporary failure in name resolution"));
    let fetcher = fetcher_on(&patient(), named(names));
    measured(async move {
        let hosts = ["one.example", "two.example", "three.example"];
        let mut attempts = Vec::new();
        for host in hosts {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            let outcome = ask(&fetcher, url).await.outcome;
            let at = Utc::now();
            attempts.push(Attempt { host, outcome, at });
        }
        assert!(network_down(attempts.clone(), Utc::now()));
        let answered = Attempt {
            outcome: FetchOutcome::Ok,
            ..attempts[0]
        };
        assert!(!network_down(
            attempts.iter().copied().chain([answered]),
            Utc::now()
        ));
        let outcomes: Vec<_> = attempts.iter().map(|one| one.outcome.as_str()).collect();
        same(&outcomes)
    })
}
