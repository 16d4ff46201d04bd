//! Work for the CPU, beside the async threads and caught when it panics.

use std::{any::Any, sync::Arc};

use tokio::sync::Semaphore;

/// Runs `work` on a blocking thread once `cores` has a permit, which it gives back however the
/// work ends.
///
/// # Errors
/// The message of a panic: whatever a page makes of the code that reads it, the process lives on.
pub async fn aside<T: Send + 'static>(
    cores: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let permit = Arc::clone(cores).acquire_owned().await;
    let done = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await;
    done.map_err(|error| match error.try_into_panic() {
        Ok(panic) => message(panic.as_ref()),
        Err(error) => error.to_string(),
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "unknown".to_string())
}
