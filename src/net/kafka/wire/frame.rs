//! Frames: a length of four bytes, then that many bytes.
use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Collects frames from a stream. A dropped [`FrameReader::next`] loses nothing.
pub(in super::super) struct FrameReader {
    read: BytesMut,
    max: usize,
}

/// Why there is no frame.
#[derive(Debug)]
pub(in super::super) enum Fault {
    /// The stream ended between frames.
    End,
    /// The stream ended inside a frame.
    Cut { got: usize, want: usize },
    /// A length that no frame has; nothing was reserved for it.
    Length([u8; 4]),
    /// The stream failed.
    Io(io::Error),
}

impl FrameReader {
    pub(in super::super) fn new(max: usize) -> Self {
        Self {
            read: BytesMut::new(),
            max,
        }
    }

    /// The next frame without its length; it has four bytes or more.
    pub(in super::super) async fn next(
        &mut self,
        from: &mut (impl AsyncRead + Unpin),
    ) -> Result<Bytes, Fault> {
        loop {
            if let Some(length) = self.length()?
                && self.read.len() >= length + 4
            {
                let mut frame = self.read.split_to(length + 4);
                return Ok(frame.split_off(4).freeze());
            }
            // Memory grows with the data that came, not with the length that was claimed.
            self.read.reserve(self.read.len().clamp(4 << 10, 1 << 20));
            match from.read_buf(&mut self.read).await {
                Ok(0) if self.read.is_empty() => return Err(Fault::End),
                Ok(0) => {
                    let want = self.length()?.map_or(4, |length| length + 4);
                    return Err(Fault::Cut {
                        got: self.read.len(),
                        want,
                    });
                }
                Ok(_) => {}
                Err(error) => return Err(Fault::Io(error)),
            }
        }
    }

    fn length(&self) -> Result<Option<usize>, Fault> {
        let Some(head) = self.read.first_chunk::<4>() else {
            return Ok(None);
        };
        match usize::try_from(i32::from_be_bytes(*head)) {
            Ok(length) if (4..=self.max).contains(&length) => Ok(Some(length)),
            _ => Err(Fault::Length(*head)),
        }
    }
}

/// What four bytes that are no length tell about the server.
pub(in super::super) fn explain_length(head: [u8; 4], max: usize) -> String {
    let length = i32::from_be_bytes(head);
    match head {
        [0x14..=0x17, 3, ..] => format!(
            "frame of {length} bytes: that is the start of a TLS record, so this is a TLS listener: use \
             security.protocol=SSL or SASL_SSL, or the plaintext port"
        ),
        [b'H', b'T', b'T', b'P'] => {
            format!("frame of {length} bytes: that reads HTTP, so this is not a Kafka port")
        }
        _ => format!(
            "frame of {length} bytes, where 4 to {max} are possible: is this a TLS listener, or the wrong port?"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn frames(bytes: &[u8]) -> (Vec<Bytes>, Fault) {
        let (mut reader, mut from) = (FrameReader::new(100), bytes);
        let mut frames = Vec::new();
        loop {
            match reader.next(&mut from).await {
                Ok(frame) => frames.push(frame),
                Err(fault) => return (frames, fault),
            }
        }
    }

    #[tokio::test]
    async fn frames_are_split_by_their_lengths() {
        let (got, fault) = frames(b"\0\0\0\x04abcd\0\0\0\x05efghi").await;
        assert_eq!(
            got,
            [Bytes::from_static(b"abcd"), Bytes::from_static(b"efghi")]
        );
        assert!(matches!(fault, Fault::End));
    }

    #[tokio::test]
    async fn a_cut_frame_tells_how_much_came() {
        let (got, fault) = frames(b"\0\0\0\x09abcd").await;
        assert!(got.is_empty());
        assert!(
            matches!(fault, Fault::Cut { got: 8, want: 13 }),
            "{fault:?}"
        );
    }

    #[tokio::test]
    async fn impossible_lengths_are_refused_at_once() {
        for (bytes, word) in [
            (&b"\x15\x03\x03\0\x02\x02\x50"[..], "TLS record"),
            (b"HTTP/1.1 400 Bad Request", "HTTP"),
            (b"\0\0\0\x65", "4 to 100"),
            (b"\0\0\0\x03abc", "frame of 3 bytes"),
            (b"\xFF\xFF\xFF\xFF", "frame of -1 bytes"),
        ] {
            let (_, fault) = frames(bytes).await;
            let Fault::Length(head) = fault else {
                panic!("{fault:?}")
            };
            assert!(
                explain_length(head, 100).contains(word),
                "{}",
                explain_length(head, 100)
            );
        }
    }
}
