//! Data goes to stdout, everything else to stderr.

use std::{
    io::{self, Write},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::report::colour::Style;

/// How long the last words wait for somebody who reads them.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// For text: escape sequences are taken away where nobody wants colours.
pub(super) fn out() -> anstream::AutoStream<io::Stdout> {
    anstream::stdout()
}

/// Columns of lines that nobody sees in a terminal, and the most that are read with ease.
const COLUMNS: usize = 80;
const COLUMNS_MAX: usize = 110;

/// How wide lines may be.
pub(super) fn columns() -> usize {
    let seen = terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    seen.map_or(COLUMNS, |columns| columns.clamp(40, COLUMNS_MAX))
}

/// Whether words are marked by colour or, where that would be taken away, by signs.
pub(super) fn style() -> Style {
    match anstream::AutoStream::choice(&io::stdout()) {
        anstream::ColorChoice::Never => Style::Plain,
        _ => Style::Colour,
    }
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

/// The same, for the last words of a process: one whose stderr nobody reads must end all the same.
pub(super) fn tell_in_time(text: String) {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        tell(text);
        let _ = done.send(());
    });
    let _ = is_done.recv_timeout(LAST_WORDS);
}
