//! What a configuration keeps outside of its text.

use std::path::Path;

/// Where a secret is that is kept outside of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretSource<'a> {
    /// The value of an environment variable.
    Env(&'a str),
    /// The content of a file.
    File(&'a Path),
}

/// Looks a secret up: `None` where there is none, an error where it cannot be read. The shell
/// passes one that asks the system.
pub type SecretLookup<'a> = dyn Fn(SecretSource<'_>) -> Result<Option<String>, String> + 'a;

/// Knows no secrets.
///
/// # Errors
/// Never.
pub fn no_secrets(_: SecretSource<'_>) -> Result<Option<String>, String> {
    Ok(None)
}
