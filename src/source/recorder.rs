//! The tap between sources and app: all that is said goes on, and is kept as a recording.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::mpsc;

use crate::model::{Envelope, Name, Reel, Update};

use super::reading::without_credentials;

/// What was said of late; the tap writes it, and whoever saves it reads it.
pub type Kept = Arc<Mutex<Reel>>;

/// Passes on what sources say, and keeps it. Ends when either side does.
pub async fn tap(mut from: mpsc::Receiver<Envelope>, to: mpsc::Sender<Envelope>, kept: Kept) {
    loop {
        let envelope = tokio::select! {
            envelope = from.recv() => envelope,
            () = to.closed() => None,
        };
        let Some(envelope) = envelope else { return };
        let taken = {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.take(&discreet(&envelope))
        };
        if let Err(why) = taken {
            tracing::error!("{} is not in the recording: {why}", envelope.update.tag());
        }
        if to.send(envelope).await.is_err() {
            return;
        }
    }
}

/// The envelope as it is written down. Nothing that is read for the model is a secret; but reasons and events are sentences
/// of others, and may quote a URL with its password.
pub fn discreet(envelope: &Envelope) -> Cow<'_, Envelope> {
    let speaks = matches!(
        envelope.update,
        Update::Health(_) | Update::Warnings(_) | Update::LogDirs(_) | Update::Chart(_)
    );
    if !speaks {
        return Cow::Borrowed(envelope);
    }
    let mut envelope = envelope.clone();
    match &mut envelope.update {
        Update::Health(report) => report.why.iter_mut().for_each(clean),
        Update::Warnings(delta) => delta.set.iter_mut().for_each(|row| clean(&mut row.message)),
        Update::LogDirs(disks) => {
            let dirs = disks.iter_mut().flat_map(|disk| &mut disk.dirs);
            dirs.flat_map(|dir| &mut dir.error).for_each(clean);
        }
        Update::Chart(answer) => answer.failed.iter_mut().for_each(clean),
        _ => {}
    }
    Cow::Owned(envelope)
}

fn clean(text: &mut Name) {
    let clean = without_credentials(text);
    if clean != **text {
        *text = clean.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HealthReport, Source, State, Time};

    #[tokio::test]
    async fn what_is_said_goes_on_as_it_was_and_is_kept_without_credentials() {
        let why = "http://ada:hunter2@prometheus:9090: refused";
        let report = HealthReport::new(Source::Series, State::Unreachable).because(why);
        let said = Envelope {
            at: Time(7),
            site: "site".into(),
            update: Update::Health(report),
        };
        let (to, from) = mpsc::channel(1);
        let (passed, mut feed) = mpsc::channel(1);
        let kept = Kept::new(Mutex::new(Reel::new(Reel::MOST)));
        let tap = tokio::spawn(tap(from, passed, Kept::clone(&kept)));
        to.send(said.clone()).await.unwrap();
        assert_eq!(feed.recv().await, Some(said));
        drop(feed);
        tap.await.unwrap();
        assert!(to.is_closed(), "sources end when nobody listens");
        let text = kept.lock().unwrap().text().unwrap();
        assert!(text.contains("ada") && !text.contains("hunter2"), "{text}");
    }
}
