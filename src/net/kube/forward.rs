//! A port of a pod, reached through the API server: one websocket for one connection, and no port of ours.
use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::net::kube::{
    client::{Client, root_words},
    error::Error,
};

/// The stream. Dropping it closes the websocket.
pub struct Forwarded {
    stream: DuplexStream,
    /// Ends with what went wrong on the other side, if anything did; none once it has.
    fate: Option<Fate>,
}

type Fate = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// Opens a connection to a port of a pod. Whether the pod listens there is known only when bytes are to flow: what the
/// kubelet says then is the error of the read or write.
pub async fn open(
    client: &Client,
    namespace: &str,
    pod: &str,
    port: u16,
) -> Result<Forwarded, Error> {
    let mut forwarder = client.forward(namespace, pod, port).await?;
    let (stream, error) = (forwarder.take_stream(port), forwarder.take_error(port));
    let place = format!(
        "{}: port-forward to {namespace}/{pod} port {port}",
        client.server()
    );
    let fate = async move {
        let said = match error {
            Some(error) => error.await,
            None => None,
        };
        let why = match said {
            Some(words) => Some(words),
            None => forwarder.join().await.err().map(|why| root_words(&why)),
        };
        why.map(|why| format!("{place}: {}", why.trim()))
    };
    Ok(Forwarded {
        // A stream is there for each port that was asked for; an empty one ends at once.
        stream: stream.unwrap_or_else(|| tokio::io::duplex(1).0),
        fate: Some(Box::pin(fate)),
    })
}

impl Forwarded {
    /// What the other side said, once it has said it.
    fn said(&mut self, cx: &mut Context<'_>) -> Option<io::Error> {
        let fate = self.fate.as_mut()?;
        match fate.as_mut().poll(cx) {
            Poll::Pending => None,
            Poll::Ready(said) => {
                self.fate = None;
                said.map(io::Error::other)
            }
        }
    }
}

impl AsyncRead for Forwarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            return read;
        }
        // The kubelet may say what is wrong and leave the stream open: then no end would ever come.
        match self.said(cx) {
            Some(why) => Poll::Ready(Err(why)),
            None => read,
        }
    }
}

impl AsyncWrite for Forwarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(Err(broken)) => Poll::Ready(Err(self.said(cx).unwrap_or(broken))),
            other => other,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
