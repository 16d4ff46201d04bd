//! Data goes to stdout, everything else to stderr.

use std::io::{self, Write};

/// For text: escape sequences are taken away where nobody wants colours.
pub(super) fn out() -> anstream::AutoStream<io::Stdout> {
    anstream::stdout()
}

/// For what is no text: bytes leave as they are, while [`out`] takes escape sequences away.
pub(super) fn out_of_bytes() -> io::BufWriter<io::Stdout> {
    io::BufWriter::new(io::stdout())
}

/// A line for the person at the terminal.
pub(super) fn tell(text: impl AsRef<str>) {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{}", text.as_ref());
}
