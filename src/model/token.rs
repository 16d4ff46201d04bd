//! What the token of the page is asked of.

/// Which requests must bring the token: `[serve] token_for`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFor {
    /// Those that change something.
    Writes,
    /// Those that read, too.
    All,
}

impl TokenFor {
    /// Every choice.
    pub const ALL: [TokenFor; 2] = [TokenFor::Writes, TokenFor::All];

    /// The name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            TokenFor::Writes => "writes",
            TokenFor::All => "all",
        }
    }
}
