//! Reads a body to its end or to a limit, whichever comes first, and undoes its content codings
//! on the way, so that a small bomb never becomes a large buffer.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use async_compression::{
    tokio::bufread::{
        BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder as Zstd,
    },
    zstd::DParameter,
};
use bytes::Bytes;
use encoding_rs::Encoding;
use futures_util::stream;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader, ReadBuf},
    time::{Instant, timeout_at},
};
use tokio_util::io::StreamReader;

use super::{
    limit::seconds,
    outcome::{self, Failure},
};
use crate::model::{FetchOutcome, Headers};

/// Codings on top of each other that are undone. One is usual, two is a misconfigured cache.
const CODINGS_MAX: usize = 2;

/// Decoded bytes for each byte received. HTML reaches 20, a monotonous sitemap 60; a bomb of
/// zeros reaches 1,000.
const RATIO_MAX: u64 = 100;

/// Decoded bytes that are always free: small texts may well repeat themselves.
const RATIO_FREE: u64 = 1 << 20;

/// RFC 9659: a zstd content coding needs a window of at most 8 MiB.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// The first buffer; it grows with what arrives, never with what a header promises.
const BUFFER: usize = 32 << 10;

/// Up to here it doubles. Beyond, all that is allowed is reserved at once: doubling would hold the
/// old half beside the new whole, and what is reserved and not written costs no memory.
const DOUBLES_TO: u64 = 4 << 20;

/// A content coding (RFC 9110, 8.4.1; RFC 7932; RFC 8878).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `gzip`, `x-gzip`
    Gzip,
    /// `deflate`: zlib as the standard says, or raw as some servers do.
    Deflate,
    /// `br`
    Brotli,
    /// `zstd`
    Zstd,
}

/// Why a Content-Encoding cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodingError {
    /// Not one of ours.
    #[error("unknown content encoding {0:?}")]
    Unknown(String),
    /// Over two.
    #[error("{0} content encodings on top of each other")]
    TooMany(usize),
}

/// Reads the values of all Content-Encoding headers, in the order in which they were applied.
pub fn codings<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Vec<Coding>, CodingError> {
    let names = values.into_iter().flat_map(|value| value.split(','));
    let found: Vec<Coding> = names
        .filter_map(|name| coding(name.trim()))
        .collect::<Result<_, _>>()?;
    if found.len() > CODINGS_MAX {
        return Err(CodingError::TooMany(found.len()));
    }
    Ok(found)
}

/// `None` where nothing was done to the body, also where a server says what belongs elsewhere: the
/// character set, the media type or how the bytes travel (MIME's `8bit`).
fn coding(name: &str) -> Option<Result<Coding, CodingError>> {
    const UNKNOWN_SHOWN: usize = 40;
    Some(Ok(match name.to_ascii_lowercase().as_str() {
        "" | "identity" | "none" | "null" | "plain" | "text" | "7bit" | "8bit" | "binary"
        | "chunked" => return None,
        "gzip" | "x-gzip" => Coding::Gzip,
        "deflate" => Coding::Deflate,
        "br" => Coding::Brotli,
        "zstd" => Coding::Zstd,
        name if name.contains('/') || Encoding::for_label(name.as_bytes()).is_some() => {
            return None;
        }
        _ => {
            let shown = name.chars().take(UNKNOWN_SHOWN).collect();
            return Some(Err(CodingError::Unknown(shown)));
        }
    }))
}

/// What to do with a body that is larger than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oversize {
    /// It is no use in parts.
    Refuse,
    /// Its first bytes count.
    Cut,
}

/// How much may be read, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes, decoded and received.
    pub(super) bytes: u64,
    pub(super) oversize: Oversize,
    /// Undo gzip that no header speaks of.
    pub(super) unpack: bool,
    /// Between two reads.
    pub(super) idle: Duration,
    /// For the whole answer.
    pub(super) total: Duration,
    pub(super) deadline: Instant,
}

/// What ended a body too early. Travels through the decoders inside an `io::Error`.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("no more bytes within {}", seconds(*.0))]
    Idle(Duration),
    #[error("no complete answer within {}", seconds(*.0))]
    Total(Duration),
    #[error("{0}")]
    Broken(#[source] reqwest::Error),
    #[error("over {0} bytes received")]
    Received(u64),
    #[error("{0} bytes received became over {1}")]
    Ratio(u64, u64),
}

type BodyReader = Pin<Box<dyn AsyncBufRead + Send>>;

/// Reads and decodes the body of `response`; `received` counts its bytes before decoding, also
/// when it fails.
pub(super) async fn read(
    response: reqwest::Response,
    headers: &Headers,
    limits: &Limits,
    host: &str,
    received: &Arc<AtomicU64>,
) -> Result<Bytes, Failure> {
    let too_large = |what: String| {
        let sentence = format!("the body of {host} is too large: {what}");
        Failure::new(FetchOutcome::TooLarge, sentence)
    };
    let announced = response.content_length().unwrap_or(0);
    if announced > limits.bytes && limits.oversize == Oversize::Refuse {
        return Err(too_large(format!("{announced} bytes announced")));
    }
    let values = headers
        .0
        .iter()
        .filter(|(name, _)| name == "content-encoding");
    let codings = codings(values.map(|(_, value)| value.as_str()))
        .map_err(|error| Failure::new(FetchOutcome::Decode, format!("{host} sent {error}")))?;
    let body = read_through(
        wire(response, *limits, received),
        &codings,
        limits,
        received,
    )
    .await;
    let body = body.map_err(|error| explain(error, host))?;
    if body.len() as u64 > limits.bytes {
        return Err(too_large(format!("over {} bytes", limits.bytes)));
    }
    Ok(body.into())
}

/// Undoes `codings` from the last to the first. Reads one byte more than allowed, so that the
/// caller can tell, unless the body is to be cut.
async fn read_through(
    wire: BodyReader,
    codings: &[Coding],
    limits: &Limits,
    received: &Arc<AtomicU64>,
) -> io::Result<Vec<u8>> {
    let mut reader = wire;
    if reader.fill_buf().await?.is_empty() {
        // Nothing at all is no broken archive: servers label empty answers too.
        return Ok(Vec::new());
    }
    for coding in codings.iter().rev() {
        reader = undone(reader, *coding, received).await?;
    }
    let layers_left = CODINGS_MAX.saturating_sub(codings.len());
    for _ in 0..if limits.unpack { layers_left } else { 0 } {
        if !is_gzip(&mut reader).await? {
            break;
        }
        reader = undone(reader, Coding::Gzip, received).await?;
    }
    let bytes = match limits.oversize {
        Oversize::Refuse => limits.bytes + 1,
        Oversize::Cut => limits.bytes,
    };
    let mut body = Vec::with_capacity(BUFFER);
    let first = bytes.min(DOUBLES_TO);
    (&mut reader).take(first).read_to_end(&mut body).await?;
    let rest = bytes - first;
    if rest > 0 && body.len() as u64 == first {
        body.reserve_exact(usize::try_from(rest).unwrap_or(0));
        reader.take(rest).read_to_end(&mut body).await?;
    }
    Ok(body)
}

/// Whether gzip begins here (RFC 1952, 2.3.1: the magic bytes, then deflate, the only method). A
/// cache that packs a page which is packed already, or loses the header, leaves it so; no text
/// begins like that. A first read of fewer bytes than that is no sign of it.
async fn is_gzip(reader: &mut BodyReader) -> io::Result<bool> {
    Ok(reader.fill_buf().await?.starts_with(b"\x1f\x8b\x08"))
}

/// The bytes as they arrive, until a limit.
fn wire(response: reqwest::Response, limits: Limits, received: &Arc<AtomicU64>) -> BodyReader {
    let state = (response, Arc::clone(received));
    let chunks = stream::try_unfold(state, move |(mut response, received)| async move {
        let so_far = received.load(Ordering::Relaxed);
        if so_far > limits.bytes {
            return Err(io::Error::other(Stop::Received(limits.bytes)));
        }
        let idle = Instant::now() + limits.idle;
        let Ok(chunk) = timeout_at(idle.min(limits.deadline), response.chunk()).await else {
            return Err(io::Error::other(if idle < limits.deadline {
                Stop::Idle(limits.idle)
            } else {
                Stop::Total(limits.total)
            }));
        };
        let chunk = chunk.map_err(|error| io::Error::other(Stop::Broken(error)))?;
        let Some(chunk) = chunk else { return Ok(None) };
        received.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        Ok(Some((chunk, (response, received))))
    });
    Box::pin(StreamReader::new(Box::pin(chunks)))
}

/// One coding less.
async fn undone(
    mut reader: BodyReader,
    coding: Coding,
    received: &Arc<AtomicU64>,
) -> io::Result<BodyReader> {
    let decoder: Pin<Box<dyn AsyncRead + Send>> = match coding {
        Coding::Gzip => {
            let mut gzip = GzipDecoder::new(reader);
            gzip.multiple_members(true);
            Box::pin(gzip)
        }
        Coding::Deflate => {
            // The low half of zlib's first byte is 8 (RFC 1950, 2.2); in raw deflate that would
            // be a stored block with dirty padding.
            let zlib = reader
                .fill_buf()
                .await?
                .first()
                .is_some_and(|b| b & 0x0f == 8);
            if zlib {
                Box::pin(ZlibDecoder::new(reader))
            } else {
                Box::pin(DeflateDecoder::new(reader))
            }
        }
        Coding::Brotli => Box::pin(BrotliDecoder::new(reader)),
        Coding::Zstd => {
            let window = DParameter::window_log_max(ZSTD_WINDOW_LOG_MAX);
            let mut zstd = Zstd::with_params(reader, &[window]);
            zstd.multiple_members(true);
            Box::pin(zstd)
        }
    };
    Ok(Box::pin(BufReader::new(Metered {
        decoder,
        decoded: 0,
        received: Arc::clone(received),
    })))
}

/// Stops a decoder that makes too much of too little.
struct Metered {
    decoder: Pin<Box<dyn AsyncRead + Send>>,
    decoded: u64,
    /// From the network, below all codings: two bombs inside each other do not multiply.
    received: Arc<AtomicU64>,
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.decoder.as_mut().poll_read(cx, buffer))?;
        self.decoded += (buffer.filled().len() - before) as u64;
        let received = self.received.load(Ordering::Relaxed);
        let most = RATIO_FREE.max(received.saturating_mul(RATIO_MAX));
        if self.decoded > most {
            return Poll::Ready(Err(io::Error::other(Stop::Ratio(received, most))));
        }
        Poll::Ready(Ok(()))
    }
}

/// Tells an end of the network from a fault of the coding.
fn explain(error: io::Error, host: &str) -> Failure {
    let stop = match error.downcast::<Stop>() {
        Ok(stop) => stop,
        Err(error) => {
            let sentence = format!("the encoded body of {host} is damaged or cut short: {error}");
            return Failure::new(FetchOutcome::Decode, sentence);
        }
    };
    match stop {
        Stop::Idle(_) | Stop::Total(_) => {
            Failure::new(FetchOutcome::Timeout, format!("{stop} from {host}"))
        }
        Stop::Broken(error) => outcome::of_error(&error, host, Duration::ZERO),
        Stop::Received(_) | Stop::Ratio(..) => {
            let sentence = format!("the body of {host} is too large: {stop}");
            Failure::new(FetchOutcome::TooLarge, sentence)
        }
    }
}
