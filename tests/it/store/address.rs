//! Addresses of PostgreSQL stores: what is shown of them, and how the way there is protected.

use benggala::model::{StoreUrl, Tls};

/// An address, what is shown of it, and what protects it: `off`, `on`, or the certificates.
const ADDRESSES: [(&str, &str, &str); 12] = [
    (
        "postgres://db.example/news",
        "postgres://db.example/news",
        "on",
    ),
    (
        "postgresql://u@db.example/news",
        "postgres://u@db.example/news",
        "on",
    ),
    (
        "postgres://u:p@db.example/news",
        "postgres://u:***@db.example/news",
        "on",
    ),
    (
        "postgres://u:p@q:r@db.example/n",
        "postgres://u:***@db.example/n",
        "on",
    ),
    (
        "postgres://u:p@one:5433,two/n?target_session_attrs=read-write",
        "postgres://u:***@one:5433,two/n?target_session_attrs=read-write",
        "on",
    ),
    (
        "postgres://db.example/n?user=u&password=p&sslmode=disable",
        "postgres://db.example/n?user=u&password=***&sslmode=disable",
        "off",
    ),
    (
        "postgres://db.example/n?sslrootcert=/etc/my%20root.pem",
        "postgres://db.example/n?sslrootcert=/etc/my%20root.pem",
        "/etc/my root.pem",
    ),
    ("postgres://localhost/n", "postgres://localhost/n", "off"),
    (
        "postgres://u@[::1]:5432/n",
        "postgres://u@[::1]:5432/n",
        "off",
    ),
    (
        "postgres://127.0.0.1,db.example/n",
        "postgres://127.0.0.1,db.example/n",
        "on",
    ),
    (
        "postgres://%2Frun%2Fpg/n",
        "postgres://%2Frun%2Fpg/n",
        "off",
    ),
    (
        "postgres:///n?host=/run/pg&sslmode=require",
        "postgres:///n?host=/run/pg&sslmode=require",
        "on",
    ),
];

/// What is none, and part of what is said of it.
const REFUSED: [(&str, &str); 5] = [
    ("postgres:", "names no server"),
    ("postgres:///n", "names no server"),
    ("postgres://db.example/n?sslmode=prefer", "`sslmode`"),
    (
        "postgres://db.example/n?sslmode=disable&sslrootcert=a",
        "`sslmode`",
    ),
    ("postgres://db.example/n?options=-c", "not known"),
];

#[test]
fn no_address_shows_its_password() {
    for (text, shown, protected) in ADDRESSES {
        let url: StoreUrl = text.parse().unwrap();
        assert_eq!(url.to_string(), shown);
        let StoreUrl::Postgres(url) = url else {
            panic!("{text} is another store");
        };
        let found = match url.tls() {
            Tls::Off => "off".to_string(),
            Tls::On(None) => "on".to_string(),
            Tls::On(Some(path)) => path.display().to_string(),
        };
        assert_eq!(found, protected, "{text}");
        assert!(!format!("{url:?}").contains("p@"), "{text}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    for (text, words) in REFUSED {
        let error = text.parse::<StoreUrl>().unwrap_err();
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}
