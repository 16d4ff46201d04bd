//! Redirects, and targets that nobody outside may choose for us.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use benggala::{
    config::FetchConfig,
    fetch::{GuardStage, Network},
};
use url::Url;

use crate::{
    bench::{
        Fault, Measured, PATIENT, ask, fault, fetcher, fetcher_on, measured, named, outcome,
        patient, same, says,
    },
    names::{Names, Said},
    proxy::Proxy,
    server::{Asked, Server, Step, full, kept, redirect},
    tls::{self, Authority},
};

pub(crate) const FAULTS: &[Fault] = &[
    fault!(24, "redirects in a circle", "redirect", PATIENT, circle),
    fault!(25, "over ten redirects", "redirect", PATIENT, chain),
    fault!(
        26,
        "a redirect to a private address",
        "blocked",
        PATIENT,
        private_target
    ),
    fault!(
        27,
        "a name with a private address",
        "blocked",
        PATIENT,
        private_name
    ),
    fault!(
        28,
        "a name that changes its address",
        "blocked",
        PATIENT,
        rebinding
    ),
    fault!(
        29,
        "a redirect to a file",
        "blocked",
        PATIENT,
        other_schemes
    ),
    fault!(
        30,
        "a redirect to a host that forbids it",
        "blocked",
        PATIENT,
        other_host
    ),
    fault!(31, "a redirect to nowhere", "redirect", PATIENT, no_target),
    fault!(31, "a redirect beyond ASCII", "ok", PATIENT, beyond_ascii),
    fault!(32, "a source that has moved", "ok", PATIENT, moved),
    fault!(
        33,
        "credentials before another origin",
        "ok",
        PATIENT,
        credentials
    ),
    fault!(
        34,
        "a proxy, plain and tunnelled",
        "ok",
        PATIENT,
        through_proxy
    ),
    fault!(
        34,
        "a private address behind a proxy",
        "blocked",
        PATIENT,
        guard_before_proxy
    ),
];

async fn to(targets: &[&str]) -> Vec<Server> {
    let mut servers = Vec::new();
    for target in targets {
        servers.push(Server::of(redirect(302, target)).await);
    }
    servers
}

async fn circle() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/self" => redirect(302, "/self#again"),
        "/a" => redirect(301, "/b"),
        "/b" => redirect(302, "/a"),
        _ => full(404, &[], b""),
    })
    .await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for path in ["/self", "/a"] {
            let exchange = ask(&fetcher, server.url(path)).await;
            says(&exchange, "circle");
            assert_eq!(server.count(path), 1);
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn chain() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        path => redirect(302, &format!("{path}x")),
    })
    .await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let exchange = ask(&fetcher, server.url("/x")).await;
        says(&exchange, "over 10 redirects");
        assert_eq!(server.asked().len(), 12);
        outcome(&exchange)
    })
}

async fn private_target() -> Measured {
    let servers = to(&[
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://2852039166/",
        "http://0251.0376.0251.0376/",
        "http://0xa9.0xfe.43518/",
        "//192.168.1.1/x",
    ])
    .await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            let exchange = ask(&fetcher, server.url("/")).await;
            assert_eq!(exchange.guard, Some(GuardStage::Redirect), "{exchange:?}");
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

fn news(port: u16) -> Url {
    Url::parse(&format!("http://news.example:{port}/")).unwrap()
}

/// Lets 127.0.0.2 pass for a public address; 127.0.0.1 stays private.
fn only_127_0_0_2() -> FetchConfig {
    FetchConfig {
        allow_private: vec!["127.0.0.2/32".parse().unwrap()],
        ..patient()
    }
}

async fn private_name() -> Measured {
    let inside = Server::of(full(200, &[], b"secret")).await;
    let answers = [
        vec!["127.0.0.1"],
        vec!["127.0.0.2", "127.0.0.1"],
        vec!["8.8.8.8", "169.254.169.254"],
        vec!["::ffff:10.0.0.1"],
        vec!["fd00::1"],
    ];
    let fetchers = answers.map(|answer| {
        let names = Names::always(Said::Addresses(answer));
        fetcher_on(&only_127_0_0_2(), named(names))
    });
    measured(async move {
        let mut outcomes = Vec::new();
        for fetcher in &fetchers {
            let exchange = ask(fetcher, news(inside.port())).await;
            assert_eq!(exchange.guard, Some(GuardStage::Dns), "{exchange:?}");
            outcomes.push(outcome(&exchange));
        }
        assert!(inside.asked().is_empty());
        same(&outcomes)
    })
}

async fn rebinding() -> Measured {
    let answer = |asked: &Asked| match asked.path.as_str() {
        "/robots.txt" => full(404, &[], b""),
        _ => full(200, &[], b"news"),
    };
    let outside = Server::start_at("127.0.0.2:0", answer).await;
    let port = outside.port();
    let inside = Server::start_at(&format!("127.0.0.1:{port}"), answer).await;
    // One name is harmless at every other question; the other turns once its page was read.
    let wavering = Names::new(|_, nth| Said::Addresses(vec![["127.0.0.2", "127.0.0.1"][nth % 2]]));
    let wavering = fetcher_on(&only_127_0_0_2(), named(wavering));
    let turned = Arc::new(AtomicBool::new(false));
    let turns = Arc::clone(&turned);
    let turning = Names::new(move |_, _| {
        let inside = turns.load(Ordering::Relaxed);
        Said::Addresses(vec![if inside { "127.0.0.1" } else { "127.0.0.2" }])
    });
    let turning = fetcher_on(&only_127_0_0_2(), named(turning));
    measured(async move {
        let at_once = ask(&wavering, news(port)).await;
        assert_eq!(at_once.guard, Some(GuardStage::Dns));
        let before = ask(&turning, news(port)).await;
        assert_eq!(before.body, "news", "{before:?}");
        turned.store(true, Ordering::Relaxed);
        let after = ask(&turning, news(port)).await;
        assert_eq!(after.guard, Some(GuardStage::Dns));
        // What was checked is what was connected to.
        assert!(inside.asked().is_empty() && !outside.asked().is_empty());
        same(&[outcome(&at_once), outcome(&after)])
    })
}

async fn other_schemes() -> Measured {
    let servers = to(&[
        "file:///etc/passwd",
        "data:text/html,hello",
        "ftp://news.example/",
        "javascript:alert(1)",
    ])
    .await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            let exchange = ask(&fetcher, server.url("/")).await;
            assert_eq!(exchange.guard, Some(GuardStage::Redirect), "{exchange:?}");
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn other_host() -> Measured {
    let other = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => full(200, &[], b"User-agent: *\nDisallow: /secret\n"),
        _ => full(200, &[], b"other"),
    })
    .await;
    let servers = to(&[other.url("/open").as_str(), other.url("/secret").as_str()]).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let open = ask(&fetcher, servers[0].url("/")).await;
        assert_eq!(open.body, "other");
        let secret = ask(&fetcher, servers[1].url("/")).await;
        assert!(secret.robots_denied);
        assert_eq!((other.count("/robots.txt"), other.count("/secret")), (1, 0));
        outcome(&secret)
    })
}

async fn no_target() -> Measured {
    let long = format!("Location: /{}", "x".repeat(9_000));
    let mut servers = Vec::new();
    for header in [
        "X-Location: /",
        "Location:",
        "Location: http://[nonsense/",
        &long,
    ] {
        servers.push(Server::of(full(302, &[header], b"")).await);
    }
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            outcomes.push(outcome(&ask(&fetcher, server.url("/")).await));
        }
        same(&outcomes)
    })
}

async fn beyond_ascii() -> Measured {
    let locations: [&[u8]; 2] = ["/été".as_bytes(), b"/\xe9t\xe9"];
    let servers = locations.map(|location| {
        let head = [
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ",
            location,
            b"\r\n\r\n",
        ]
        .concat();
        Server::start(move |asked| match asked.path.as_str() {
            "/start" => vec![Step::Send(head.clone())],
            "/%C3%A9t%C3%A9" => full(200, &[], b"summer"),
            _ => full(404, &[], b""),
        })
    });
    let servers = futures_util::future::join_all(servers).await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for server in &servers {
            let exchange = ask(&fetcher, server.url("/start")).await;
            assert_eq!(exchange.body, "summer", "{exchange:?}");
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn moved() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/old" => redirect(301, "/new"),
        "/older" => redirect(308, "/old"),
        "/elsewhere" => redirect(302, "/new"),
        "/mixed" => redirect(301, "/elsewhere"),
        "/new" => full(200, &[], b"feed"),
        _ => full(404, &[], b""),
    })
    .await;
    let fetcher = fetcher(&patient());
    measured(async move {
        let mut outcomes = Vec::new();
        for (path, moves) in [
            ("/old", true),
            ("/older", true),
            ("/elsewhere", false),
            ("/mixed", false),
        ] {
            let exchange = ask(&fetcher, server.url(path)).await;
            let expected = moves.then(|| server.url("/new"));
            assert_eq!(exchange.moved_to, expected, "{path}");
            outcomes.push(outcome(&exchange));
        }
        same(&outcomes)
    })
}

async fn credentials() -> Measured {
    let other = Server::of(full(200, &[], b"other")).await;
    let target = other.url("/").to_string().replace("//", "//ann:other@");
    let server = Server::of(redirect(302, &target)).await;
    let mut url = server.url("/");
    url.set_username("ann").unwrap();
    url.set_password(Some("secret")).unwrap();
    let fetcher = fetcher(&patient());
    measured(async move {
        let exchange = ask(&fetcher, url).await;
        let given = |server: &Server| {
            let asked = server.asked();
            asked
                .iter()
                .any(|asked| asked.header("authorization").is_some())
        };
        assert_eq!((given(&server), given(&other)), (true, false));
        outcome(&exchange)
    })
}

/// Behind a proxy, which alone has a name that resolves.
async fn behind(proxy: &Proxy, network: Network) -> benggala::fetch::Fetcher {
    let names = Names::new(|name, _| match name {
        "proxy.example" => Said::Addresses(vec!["127.0.0.1"]),
        _ => Said::Fails("Name or service not known"),
    });
    let config = FetchConfig {
        // The proxy's own address needs no leave: it was configured.
        allow_private: Vec::new(),
        proxy: Some(proxy.url()),
        ..patient()
    };
    let network = Network {
        names: named(names).names,
        ..network
    };
    fetcher_on(&config, network)
}

async fn through_proxy() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        path if path.ends_with("/robots.txt") => kept(404, &[], b""),
        _ => full(200, &[], b"page"),
    })
    .await;
    let authority = Authority::new();
    let secure = tls::page_at(&authority.good("news.example")).await;
    let proxy = Proxy::open().await;
    let fetcher = behind(&proxy, authority.believed()).await;
    measured(async move {
        let plain = ask(&fetcher, news(server.port())).await;
        assert_eq!(plain.body, "page", "{plain:?}");
        let url = Url::parse(&format!("https://news.example:{}/", secure.port().unwrap())).unwrap();
        let tunnelled = ask(&fetcher, url).await;
        assert_eq!(tunnelled.body, "page", "{tunnelled:?}");
        let asked = proxy.asked();
        assert!(
            asked
                .iter()
                .any(|line| line.starts_with("GET http://news.example:")),
            "{asked:?}"
        );
        assert!(
            asked
                .iter()
                .any(|line| line.starts_with("CONNECT news.example:")),
            "{asked:?}"
        );
        same(&[outcome(&plain), outcome(&tunnelled)])
    })
}

async fn guard_before_proxy() -> Measured {
    let server = Server::start(|asked| match asked.path.as_str() {
        path if path.ends_with("/robots.txt") => full(404, &[], b""),
        _ => redirect(302, "http://169.254.169.254/latest/meta-data/"),
    })
    .await;
    let proxy = Proxy::open().await;
    let fetcher = behind(&proxy, Network::default()).await;
    measured(async move {
        let direct = ask(&fetcher, Url::parse("http://10.0.0.1/").unwrap()).await;
        assert_eq!(direct.guard, Some(GuardStage::Url), "{direct:?}");
        let by_redirect = ask(&fetcher, news(server.port())).await;
        assert_eq!(
            by_redirect.guard,
            Some(GuardStage::Redirect),
            "{by_redirect:?}"
        );
        let asked = proxy.asked();
        assert!(
            asked.iter().all(|line| line.contains("news.example")),
            "{asked:?}"
        );
        same(&[outcome(&direct), outcome(&by_redirect)])
    })
}
