//! The page behind a socket in the file system.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    path::Path,
};

use benggala::{
    daemon::service::{Service, StartError, new_metrics},
    model::{Listen, PageKind},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};

use super::{
    process::Place,
    site::Site,
    watch::{config, eventually},
};

/// What is answered to a request by the name of somebody else.
async fn asked(socket: &Path, method: &str, target: &str) -> String {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: news.example\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_socket_is_served_and_goes_with_the_daemon() {
    let place = Place::new();
    let socket = place.folder().join("page.sock");
    let site = Site::open().await;
    let mut config = config(
        place.folder(),
        vec![site.source("umpan", PageKind::Feed, "/rss.xml")],
    );
    config.serve.listen = Listen::Unix(socket.clone());
    // One that a process left behind when it was killed.
    drop(UnixListener::bind(&socket).unwrap());
    let service = Service::start(config.clone(), new_metrics().unwrap())
        .await
        .unwrap();
    assert_eq!(service.address, config.serve.listen);
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    let page = asked(&socket, "GET", "/").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    // Whoever is behind the proxy does not decide without a token.
    let refused = asked(&socket, "POST", "/api/v1/articles/1/reviews").await;
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");

    place.configure(&config.to_toml());
    let health = || {
        let mut command = place.command(&["health"]);
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    eventually("the daemon is ready", async || {
        let output = health().await.unwrap();
        output.status.success().then_some(())
    })
    .await;
    let taken = Service::start(config.clone(), new_metrics().unwrap()).await;
    assert!(
        matches!(&taken, Err(StartError::Listen { place, .. }) if *place == config.serve.listen),
        "{taken:?}"
    );
    assert!(socket.exists(), "the one who has it keeps it");
    service.close().await.unwrap();
    assert!(!socket.exists());
    assert_eq!(health().await.unwrap().status.code(), Some(2));
}

/// What was no socket is not removed.
#[tokio::test]
async fn a_file_in_its_place_stays() {
    let place = Place::new();
    let socket = place.folder().join("page.sock");
    fs::write(&socket, "somebody's").unwrap();
    let site = Site::open().await;
    let mut config = config(
        place.folder(),
        vec![site.source("umpan", PageKind::Feed, "/rss.xml")],
    );
    config.serve.listen = Listen::Unix(socket.clone());
    let refused = Service::start(config, new_metrics().unwrap()).await;
    assert!(
        matches!(refused, Err(StartError::Listen { .. })),
        "{refused:?}"
    );
    assert_eq!(fs::read_to_string(&socket).unwrap(), "somebody's");
}

/// On both kinds of addresses at once, and on the newer one's loopback.
#[tokio::test]
async fn addresses_of_the_sixth_version_are_served() {
    for (listen, asked) in [
        ("[::1]:0", &["[::1]"][..]),
        ("[::]:0", &["[::1]", "127.0.0.1"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path(), Vec::new());
        config.serve.listen = Listen::parse(listen).unwrap();
        let service = Service::start(config, new_metrics().unwrap())
            .await
            .unwrap();
        let port = service.address.tcp().unwrap().port();
        for host in asked {
            let mut stream = tokio::net::TcpStream::connect(format!("{host}:{port}"))
                .await
                .unwrap();
            let request =
                format!("GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(
                answer.starts_with("HTTP/1.1 200"),
                "{listen} {host}: {answer}"
            );
        }
        service.close().await.unwrap();
    }
}
