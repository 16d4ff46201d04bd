//! Work on many threads.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::failure::Failure;

/// A runtime for the commands that touch the network or the store.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::message(format!("cannot start the runtime: {error}")))
}

/// What `work` makes of each number below `count`, in their order, on as many threads as there are
/// cores.
pub(super) fn on_all_cores<T: Send>(
    count: usize,
    work: impl Fn(usize) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return Ok::<_, Failure>(done);
            }
            done.push((at, work(at)?));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut done = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let mut all = Vec::with_capacity(count);
        for worker in workers {
            let done = worker.join();
            all.extend(done.map_err(|_| Failure::message("a working thread failed"))??);
        }
        Ok::<_, Failure>(all)
    })?;
    done.sort_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, made)| made).collect())
}
