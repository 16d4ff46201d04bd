//! The signals that a daemon listens to, on a thread of their own: whatever hangs, a second stop
//! ends the process.

use std::{io, process, sync::mpsc as blocking, thread, time::Duration};

use tokio::{
    runtime,
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::failure::Failure;

/// How long a second stop may take before the process ends without being asked.
const LAST_CALL: Duration = Duration::from_secs(5);

/// Signals that may wait to be heard; whoever sends more has said enough.
const WAITING_MAX: usize = 16;

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// SIGHUP.
    Reload,
    /// SIGTERM or SIGINT.
    Stop,
}

/// The signals, as they come.
pub(super) struct Signals(mpsc::Receiver<Told>);

impl Signals {
    /// Listens from now on.
    pub(super) fn new() -> Result<Signals, Failure> {
        let (tell, told) = mpsc::channel(WAITING_MAX);
        let (begin, begun) = blocking::channel();
        let thread = thread::Builder::new().name("signals".to_string());
        thread
            .spawn(move || {
                let runtime = runtime::Builder::new_current_thread().enable_all().build();
                match runtime {
                    Ok(runtime) => runtime.block_on(listen(&begin, &tell)),
                    Err(error) => {
                        let _ = begin.send(Err(error));
                    }
                }
            })
            .and_then(|_| begun.recv().unwrap_or(Err(io::ErrorKind::Other.into())))
            .map_err(|error| Failure::message(format!("cannot listen to signals: {error}")))?;
        Ok(Signals(told))
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Told {
        // Without the thread that listens there is nothing to wait for but the end.
        self.0.recv().await.unwrap_or(Told::Stop)
    }
}

/// Passes signals on. After a second stop the process ends within [`LAST_CALL`], with a third at
/// once: leases stay in the store then, as after a kill.
async fn listen(begin: &blocking::Sender<io::Result<()>>, tell: &mpsc::Sender<Told>) {
    let mut heard = match Heard::new() {
        Ok(heard) => heard,
        Err(error) => {
            let _ = begin.send(Err(error));
            return;
        }
    };
    let _ = begin.send(Ok(()));
    let mut stops = 0;
    let mut end = None;
    loop {
        let told = tokio::select! {
            told = heard.next() => told,
            () = sleep_until(end.unwrap_or_else(Instant::now)), if end.is_some() => process::exit(2),
        };
        if told == Told::Stop {
            stops += 1;
            match stops {
                1 => {}
                2 => end = Some(Instant::now() + LAST_CALL),
                _ => process::exit(2),
            }
        }
        // Nobody takes it where all hangs.
        let _ = tell.try_send(told);
    }
}

struct Heard {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Heard {
    fn new() -> io::Result<Heard> {
        Ok(Heard {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.hangup.recv() => Told::Reload,
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
        }
    }
}
