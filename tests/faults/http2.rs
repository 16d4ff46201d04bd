//! The frames of HTTP/2 (RFC 9113), as far as it takes to misbehave.

use std::io;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

const REFUSED_STREAM: u32 = 7;

/// `:status: 200` and `404` of the static table (RFC 7541, appendix A).
const OK: u8 = 0x88;
const NOT_FOUND: u8 = 0x8d;

/// A connection on which the server speaks first, as it must.
pub(crate) struct Connection(TlsStream<TcpStream>);

impl Connection {
    pub(crate) async fn open(mut stream: TlsStream<TcpStream>) -> io::Result<Connection> {
        let mut preface = [0; PREFACE.len()];
        stream.read_exact(&mut preface).await?;
        assert_eq!(preface, PREFACE);
        let mut connection = Connection(stream);
        connection.send(SETTINGS, 0, 0, &[]).await?;
        Ok(connection)
    }

    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.0.write_all(&frame).await?;
        self.0.flush().await
    }

    /// The stream of the next request.
    pub(crate) async fn request(&mut self) -> io::Result<u32> {
        loop {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await?;
            let [a, b, c, kind, flags, stream @ ..] = head;
            let length = u32::from_be_bytes([0, a, b, c]);
            let mut payload = vec![0; length as usize];
            self.0.read_exact(&mut payload).await?;
            match kind {
                SETTINGS if flags & ACK == 0 => self.send(SETTINGS, ACK, 0, &[]).await?,
                HEADERS => return Ok(u32::from_be_bytes(stream)),
                _ => {}
            }
        }
    }

    pub(crate) async fn not_found(&mut self, stream: u32) -> io::Result<()> {
        let flags = END_HEADERS | END_STREAM;
        self.send(HEADERS, flags, stream, &[NOT_FOUND]).await
    }

    pub(crate) async fn page(&mut self, stream: u32, body: &[u8]) -> io::Result<()> {
        self.send(HEADERS, END_HEADERS, stream, &[OK]).await?;
        self.send(DATA, END_STREAM, stream, body).await
    }

    /// Leaves, and says that nothing after `last` was looked at.
    pub(crate) async fn go_away(&mut self, last: u32) -> io::Result<()> {
        let payload = [last.to_be_bytes(), 0_u32.to_be_bytes()].concat();
        self.send(GOAWAY, 0, 0, &payload).await?;
        self.0.shutdown().await
    }

    /// Says that this one stream was not looked at.
    pub(crate) async fn refuse(&mut self, stream: u32) -> io::Result<()> {
        let payload = REFUSED_STREAM.to_be_bytes();
        self.send(RST_STREAM, 0, stream, &payload).await
    }

    /// Headers that go on and on over frames, each of them small.
    pub(crate) async fn endless_headers(&mut self, stream: u32) -> io::Result<()> {
        self.send(HEADERS, 0, stream, &[OK]).await?;
        // A literal header without indexing (RFC 7541, 6.2.2): "x-a" and 100 times "b".
        let mut header = vec![0, 3];
        header.extend(b"x-a");
        header.push(100);
        header.extend([b'b'; 100]);
        let frame = header.repeat(100);
        for _ in 0..10_000 {
            self.send(CONTINUATION, 0, stream, &frame).await?;
        }
        Ok(())
    }
}
