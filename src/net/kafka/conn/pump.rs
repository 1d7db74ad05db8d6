//! The two tasks of a connection. The writer sends whole frames, so a dropped caller never leaves half a frame on
//! the wire; the reader hands answers out in order and keeps the deadlines.
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use bytes::Bytes;
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf},
    sync::{OwnedSemaphorePermit, mpsc, oneshot},
    time::{Instant, sleep_until},
};

use super::{End, Shared};
use crate::net::{
    kafka::{
        Api, BoxIo,
        wire::{
            count::Counters,
            frame::{Fault, FrameReader, explain_length},
        },
    },
    tls::explain,
};

/// A frame to write and what waits for its answer.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) frame: Bytes,
    pub(super) pending: Pending,
}

/// A call that waits. It gets its frame, `None` when it came too late, or nothing when the connection ended.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) correlation: i32,
    pub(super) api: Api,
    pub(super) deadline: Instant,
    pub(super) reply: oneshot::Sender<Option<Bytes>>,
    pub(super) _slot: OwnedSemaphorePermit,
}

/// Starts both tasks on a stream.
pub(super) fn start(
    io: BoxIo,
    max_frame: usize,
    in_flight: usize,
    shared: &Arc<Shared>,
    counters: &Arc<Counters>,
) -> mpsc::Sender<Outgoing> {
    let (from, to) = tokio::io::split(io);
    let (outgoing, queue) = mpsc::channel(in_flight.max(1));
    // Bounded by the slots that the pending calls hold.
    let (sent, pending) = mpsc::unbounded_channel();
    let writer = tokio::spawn(write(
        to,
        queue,
        sent,
        Arc::clone(shared),
        Arc::clone(counters),
    ));
    let reader = Reader {
        frames: FrameReader::new(max_frame),
        max_frame,
        waiting: VecDeque::new(),
        counters: Arc::clone(counters),
    };
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let (end, cut_off) = reader.read(from, pending).await;
        // Before the replies are dropped: the calls look here for the reason.
        let _ = shared.end.set(end);
        writer.abort();
        drop(cut_off);
    });
    outgoing
}

async fn write(
    mut to: WriteHalf<BoxIo>,
    mut queue: mpsc::Receiver<Outgoing>,
    sent: mpsc::UnboundedSender<Pending>,
    shared: Arc<Shared>,
    counters: Arc<Counters>,
) {
    while let Some(Outgoing { frame, pending }) = queue.recv().await {
        if sent.send(pending).is_err() {
            return;
        }
        let length = frame.len() as u64;
        let written = async {
            to.write_all(&frame).await?;
            to.flush().await
        };
        if let Err(why) = written.await {
            // Often the server said why before it hung up: the reader, which still reads, knows better.
            tracing::debug!(%why, "a request could not be written");
            let _ = to.shutdown().await;
            std::future::pending::<()>().await;
        }
        counters.bytes_out.fetch_add(length, Relaxed);
    }
    let _ = shared.end.set(End::Closed("no longer used".to_owned()));
    let _ = to.shutdown().await;
}

struct Reader {
    frames: FrameReader,
    max_frame: usize,
    waiting: VecDeque<Pending>,
    counters: Arc<Counters>,
}

impl Reader {
    /// Until the stream ends, an answer is late, or nobody is left to ask.
    async fn read(
        mut self,
        mut from: ReadHalf<BoxIo>,
        mut sent: mpsc::UnboundedReceiver<Pending>,
    ) -> (End, VecDeque<Pending>) {
        let mut open = true;
        let end = loop {
            let next_late = self.waiting.iter().map(|pending| pending.deadline).min();
            tokio::select! {
                // A request is known before its answer can be read.
                biased;
                pending = sent.recv(), if open => match pending {
                    Some(pending) => self.waiting.push_back(pending),
                    None => open = false,
                },
                frame = self.frames.next(&mut from) => match frame {
                    Ok(frame) => {
                        if let Err(end) = self.answer(frame) {
                            break end;
                        }
                    }
                    Err(fault) => break self.explain(fault),
                },
                () = until(next_late), if next_late.is_some() => break self.expire(),
            }
            if !open && self.waiting.is_empty() {
                break End::Closed("no longer used".to_owned());
            }
        };
        (end, self.waiting)
    }

    fn answer(&mut self, frame: Bytes) -> Result<(), End> {
        self.counters
            .bytes_in
            .fetch_add(frame.len() as u64 + 4, Relaxed);
        let Some(pending) = self.waiting.pop_front() else {
            return Err(End::Protocol(
                "an answer came that nobody asked for".to_owned(),
            ));
        };
        let got = frame
            .first_chunk::<4>()
            .map(|head| i32::from_be_bytes(*head));
        if got != Some(pending.correlation) {
            let why = format!(
                "an answer with correlation id {} came where {} was due: is this a Kafka port?",
                got.unwrap_or_default(),
                pending.correlation
            );
            self.waiting.push_front(pending);
            return Err(End::Protocol(why));
        }
        // A caller that gave up no longer listens.
        let _ = pending.reply.send(Some(frame));
        Ok(())
    }

    /// Answers come in order: one that is late blocks the rest, so the connection is finished.
    fn expire(&mut self) -> End {
        let earliest = self.waiting.iter().map(|pending| pending.deadline).min();
        let at = self
            .waiting
            .iter()
            .position(|pending| Some(pending.deadline) == earliest);
        match at.and_then(|at| self.waiting.remove(at)) {
            Some(late) => {
                let _ = late.reply.send(None);
                End::Late(late.api)
            }
            None => End::Closed("given up".to_owned()),
        }
    }

    fn explain(&self, fault: Fault) -> End {
        match fault {
            Fault::End => End::Closed("the server hung up".to_owned()),
            Fault::Cut { got, want } => End::Closed(format!(
                "the server hung up after {got} of {want} bytes of an answer"
            )),
            Fault::Length(head) => End::Protocol(explain_length(head, self.max_frame)),
            // TLS 1.3 tells only after the handshake that a client certificate is refused.
            Fault::Io(why) if is_tls(&why) => End::Tls(explain(&why, "the server")),
            Fault::Io(why) => End::Closed(why.to_string()),
        }
    }
}

fn is_tls(why: &io::Error) -> bool {
    why.get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
}

async fn until(at: Option<Instant>) {
    if let Some(at) = at {
        sleep_until(at).await;
    }
}
