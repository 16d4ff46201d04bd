//! Work for the CPU, moved off the threads that wait for the network.

use std::{future, num::NonZeroUsize, panic::resume_unwind, sync::Arc, thread};

use tokio::{sync::Semaphore, task::spawn_blocking};
use tracing::Span;

/// As many works at a time as there are cores for them.
#[derive(Debug, Clone)]
pub struct Cores(Arc<Semaphore>);

impl Cores {
    /// So many works at a time.
    pub fn new(count: NonZeroUsize) -> Cores {
        Cores(Arc::new(Semaphore::new(count.get())))
    }

    /// Those of this machine; two where it does not tell.
    pub fn of_this_machine() -> Cores {
        let two = NonZeroUsize::MIN.saturating_add(1);
        Cores::new(thread::available_parallelism().unwrap_or(two))
    }

    /// Runs `work` on a blocking thread, within the caller's span, once a core is free. The core is
    /// given back however the work ends; a panic of the work goes on in the caller.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let permit = Arc::clone(&self.0).acquire_owned().await;
        let span = Span::current();
        let done = spawn_blocking(move || {
            let _permit = permit;
            span.in_scope(work)
        });
        match done.await.map_err(|error| error.try_into_panic()) {
            Ok(result) => result,
            Err(Ok(panic)) => resume_unwind(panic),
            // The runtime ends before the work began: nobody waits for it any more.
            Err(Err(_)) => future::pending().await,
        }
    }
}
