//! The body of a watch, line by line.
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use kube::client::Body;

use crate::net::kube::client::root_words;

/// No object of the API is larger (etcd takes 1.5 MiB); what is, is not an API server's answer.
const LONGEST_LINE: usize = 16 << 20;

/// Why there is no next line.
#[derive(Debug)]
pub(super) enum Broken {
    /// The connection, in the words of the transport.
    Connection(String),
    /// A line without end.
    TooLong,
}

/// Lines of a body. `next` may be dropped while it waits without losing anything.
pub(super) struct Lines {
    body: Body,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no line end.
    scanned: usize,
}

impl Lines {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            buffer: BytesMut::new(),
            scanned: 0,
        }
    }

    /// The next whole line; `None` at the end. A last line without an end is dropped: it is half an event.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        loop {
            let fresh = self.buffer.get(self.scanned..).unwrap_or_default();
            if let Some(position) = fresh.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(self.scanned + position + 1).freeze();
                self.scanned = 0;
                return Ok(Some(line));
            }
            self.scanned = self.buffer.len();
            if self.scanned > LONGEST_LINE {
                return Err(Broken::TooLong);
            }
            match self.body.frame().await {
                None => return Ok(None),
                Some(Err(why)) => return Err(Broken::Connection(root_words(&why))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
            }
        }
    }
}
