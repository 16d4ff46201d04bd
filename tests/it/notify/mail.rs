//! Mail, handed to a server on loopback that writes down what it is told.

use std::sync::{Arc, Mutex};

use benggala::{
    config::{MailConfig, NotifyConfig},
    model::{ChannelKind, Secret},
    notify::{Event, Sent, shape},
};
use rcgen::generate_simple_self_signed;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer},
};
use url::Url;

use super::{channel, flagged, now};
use crate::daemon::watch::on_loopback;

/// What the server heard, line by line.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server that answers a recipient with `rcpt`, encrypted from the first byte or not at all.
async fn server(rcpt: &'static str, is_encrypted: bool) -> (u16, Heard) {
    let heard = Heard::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let log = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let log = Arc::clone(&log);
            if !is_encrypted {
                tokio::spawn(converse(stream, rcpt, log));
                continue;
            }
            if let Ok(stream) = acceptor().accept(stream).await {
                tokio::spawn(converse(stream, rcpt, log));
            }
        }
    });
    (port, heard)
}

/// A certificate that nobody vouches for.
fn acceptor() -> TlsAcceptor {
    let made = generate_simple_self_signed(vec!["localhost".to_string()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// As much of RFC 5321 as a client needs.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, rcpt: &str, heard: Heard) {
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = BufReader::new(read).lines();
    let mut is_data = false;
    let mut answer = "220 meja ready\r\n".to_string();
    loop {
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        let Ok(Some(line)) = lines.next_line().await else {
            return;
        };
        heard.lock().unwrap().push(line.clone());
        let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
        answer = match (is_data, verb.as_str()) {
            (true, _) => {
                is_data = line != ".";
                match is_data {
                    true => String::new(),
                    false => "250 taken\r\n".to_string(),
                }
            }
            (false, "EHLO") => "250-meja\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n".to_string(),
            (false, "AUTH") => "235 welcome\r\n".to_string(),
            (false, "RCPT") => format!("{rcpt}\r\n"),
            (false, "DATA") => {
                is_data = true;
                "354 go on\r\n".to_string()
            }
            (false, _) => "250 yes\r\n".to_string(),
        };
    }
}

fn mail_to(url: &str) -> NotifyConfig {
    let mut config = on_loopback("pos", ChannelKind::Email, Url::parse(url).unwrap());
    config.mail = MailConfig {
        from: Some("benggala <watch@news.example>".parse().unwrap()),
        to: ["desk@news.example", "Ibu Redaktur <chief@news.example>"]
            .map(|to| to.parse().unwrap())
            .to_vec(),
        user: None,
    };
    config
}

async fn send(config: NotifyConfig, events: &[Event]) -> Sent {
    channel(config).send(events, now).await
}

#[tokio::test]
async fn a_mail_arrives_whole() {
    let (port, heard) = server("250 yes", false).await;
    let mut config = mail_to(&format!("smtp://localhost:{port}"));
    config.mail.user = Some("watch".to_string());
    config.token = Some(Secret::new("p4ss".to_string()));
    let mut event = flagged(7);
    event.payload["page"] = "https://pages.example/articles/7".into();
    assert_eq!(send(config, &[event]).await, Sent::Accepted);
    let heard = heard.lock().unwrap();
    let said = |line: &str| {
        assert!(
            heard.iter().any(|heard| heard == line),
            "{line}: {heard:#?}"
        );
    };
    said("EHLO news.example");
    // Base64 of \0watch\0p4ss.
    said("AUTH PLAIN AHdhdGNoAHA0c3M=");
    said("MAIL FROM:<watch@news.example>");
    said("RCPT TO:<desk@news.example>");
    said("RCPT TO:<chief@news.example>");
    said("Subject: harian: flagged (75 %): Harga beras naik [engine-residue]");
    said("Message-ID: <benggala.7@news.example>");
    said("Auto-Submitted: auto-generated");
    said("Date: Tue, 14 Nov 2023 22:13:20 +0000");
    let text = heard.join("\n").replace("=\n", "");
    let link = "Harga beras naik [engine-residue] https://pages.example/articles/7";
    assert!(text.contains(link), "{text}");
}

/// A refusal for good is not tried again by itself; everything else is.
#[tokio::test]
async fn what_the_server_says_decides_whether_it_is_tried_again() {
    for (rcpt, is_refused) in [
        ("550 nobody of that name", true),
        ("451 come again", false),
        ("421 closing", false),
    ] {
        let (port, _) = server(rcpt, false).await;
        let sent = send(mail_to(&format!("smtp://127.0.0.1:{port}")), &[flagged(1)]).await;
        let why = sent.failure().unwrap().to_string();
        assert!(why.contains(&rcpt[4..]), "{rcpt}: {why}");
        assert_eq!(matches!(sent, Sent::Refused { .. }), is_refused, "{rcpt}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let sent = send(mail_to(&format!("smtp://127.0.0.1:{port}")), &[flagged(1)]).await;
    assert!(matches!(sent, Sent::Failed { .. }), "{sent:?}");
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_hears_nothing() {
    for is_encrypted in [true, false] {
        let (port, heard) = server("250 yes", is_encrypted).await;
        let mut config = mail_to(&format!("smtps://localhost:{port}"));
        config.mail.user = Some("watch".to_string());
        config.token = Some(Secret::new("p4ss".to_string()));
        let sent = send(config, &[flagged(1)]).await;
        assert!(matches!(sent, Sent::Failed { .. }), "{sent:?}");
        let heard = heard.lock().unwrap();
        assert!(heard.iter().all(|line| !line.contains("AUTH")), "{heard:?}");
    }
}

#[test]
fn a_digest_is_one_mail_that_names_two_hundred() {
    let events: Vec<Event> = (1..=250).map(flagged).collect();
    let body = shape::body(ChannelKind::Email, &events);
    assert_eq!(body.header("subject"), Some("benggala: 250 events"));
    assert_eq!(body.text.lines().count(), 1 + 200 + 1);
    assert!(body.text.ends_with("and 50 more"), "{}", body.text);
    let usual = NotifyConfig::new(
        "pos",
        ChannelKind::Email,
        Url::parse("smtps://a.b").unwrap(),
    );
    assert_eq!(usual.wanted.every.as_secs(), 3_600);
    assert!(usual.wanted.copies_once);
}
