//! The listener: whoever connects gets so much time and no more, and no crowd keeps the others out.
//!
//! A connection that asks nothing is closed after a while, and at once where there are too many: the
//! one that has said nothing for longest makes room for the next. So health and metrics are answered
//! whoever else is connected.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs::File,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Router, body::Body, response::Response};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::listener::Listener;

/// For the head of a request, from the end of the answer before. Longer than the usual interval
/// between two scrapes, so that their connection is used again.
pub const HEAD_TIME: Duration = Duration::from_secs(20);

/// For an answer to be read, from the begin of its request.
pub const ANSWER_TIME: Duration = Duration::from_secs(60);

/// Connections at a time.
pub const CONNECTIONS_MAX: usize = 256;

/// Bytes of a request's head.
const HEAD_MAX: usize = 32 << 10;

/// Handles kept for connections: health, metrics and a few readers.
const SPARE_HANDLES: usize = 16;

/// The pause after a connection could not be taken: out of handles, most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `app` until `stop` is cancelled; then requests under way may finish.
pub async fn serve(listener: Listener, app: Router, stop: CancellationToken) {
    let seats = Seats::default();
    let mut spare = Spare::default();
    spare.refill();
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok(stream) => {
                spare.refill();
                let connection = connection(stream, app.clone(), seats.take(), stop.clone());
                connections.spawn(connection);
            }
            // It went away before it was taken.
            Err(error) if is_of_peer(&error) => {}
            // The next one gets the handle.
            Err(_) if spare.give_up_one() => {}
            Err(error) => {
                tracing::warn!(%error, "a connection to our own page could not be taken");
                seats.make_room();
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    connections.close();
    connections.wait().await;
}

/// Handles that are held for nothing, so that they are there for whoever connects while fetches have
/// taken all others.
#[derive(Debug, Default)]
struct Spare(Vec<File>);

impl Spare {
    fn refill(&mut self) {
        while self.0.len() < SPARE_HANDLES
            && let Ok(handle) = File::open("/dev/null")
        {
            self.0.push(handle);
        }
    }

    fn give_up_one(&mut self) -> bool {
        self.0.pop().is_some()
    }
}

fn is_of_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    app: Router,
    seat: Seat,
    stop: CancellationToken,
) {
    let app = TowerToHyperService::new(app);
    let answer = service_fn(|request: http::Request<Incoming>| {
        seat.begin();
        let answer = app.call(request.map(Body::new));
        let seat = &seat;
        async move {
            let answer: Result<Response, Infallible> = answer.await;
            seat.end();
            answer
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), answer);
    tokio::pin!(serving);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            // Done, or broken: whose fault that is says nothing.
            _ = serving.as_mut() => break,
            () = seat.sent_away() => break,
            () = stop.cancelled(), if !is_stopping => {
                is_stopping = true;
                serving.as_mut().graceful_shutdown();
            }
            () = sleep_until(seat.ends_at()) => if seat.ends_at() <= Instant::now() { break },
        }
    }
}

/// Who is connected, by number.
#[derive(Debug, Clone, Default)]
struct Seats(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    guests: BTreeMap<u64, Guest>,
}

#[derive(Debug)]
struct Guest {
    /// When it came, asked last, or had its last answer.
    heard: Instant,
    is_answered: bool,
    away: CancellationToken,
}

/// The right to be connected; given back when dropped.
#[derive(Debug)]
struct Seat {
    seats: Seats,
    number: u64,
    away: CancellationToken,
}

impl Seats {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Seat {
        if self.taken().guests.len() >= CONNECTIONS_MAX {
            self.make_room();
        }
        let mut taken = self.taken();
        let number = taken.next;
        taken.next += 1;
        let away = CancellationToken::new();
        let guest = Guest {
            heard: Instant::now(),
            is_answered: false,
            away: away.clone(),
        };
        taken.guests.insert(number, guest);
        Seat {
            seats: self.clone(),
            number,
            away,
        }
    }

    /// Sends the one away that has said nothing for longest; of those that are being answered only
    /// where there is no other.
    fn make_room(&self) {
        let mut taken = self.taken();
        let longest = taken
            .guests
            .iter()
            .min_by_key(|(_, guest)| (guest.is_answered, guest.heard))
            .map(|(number, _)| *number);
        if let Some(guest) = longest.and_then(|number| taken.guests.remove(&number)) {
            guest.away.cancel();
        }
    }
}

impl Seat {
    fn begin(&self) {
        self.note(true);
    }

    fn end(&self) {
        self.note(false);
    }

    fn note(&self, is_answered: bool) {
        if let Some(guest) = self.seats.taken().guests.get_mut(&self.number) {
            guest.heard = Instant::now();
            guest.is_answered = is_answered;
        }
    }

    async fn sent_away(&self) {
        self.away.cancelled().await;
    }

    /// Whoever has not read its answer by then, nor asked again, is gone or means harm.
    fn ends_at(&self) -> Instant {
        let taken = self.seats.taken();
        let heard = taken.guests.get(&self.number).map(|guest| guest.heard);
        heard.map_or_else(Instant::now, |heard| heard + ANSWER_TIME)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.taken().guests.remove(&self.number);
    }
}
