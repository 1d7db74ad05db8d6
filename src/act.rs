//! How a change is made. The only room that holds clients that write; it runs what was planned and makes no choices.
//!
//! [`serve`] takes orders one after the other and answers each. What is to be done is in the journal, on disk, before it
//! is sent; it is sent once, after its preconditions were read again; and its effect is read back.

mod elect;
pub mod journal;
pub mod probe;
mod scale;

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::{
    app::Msg,
    model::{Name, Time},
    net::{kafka, kube, reach::Way},
    plan::{Answer, Change, Done, Entry, Failure, FailureKind, Note, Order, Said, Task},
};

use journal::Journal;

/// That something may be changed at all. Clients that write cannot be made without it, and `--read-only` gives none.
#[derive(Debug)]
pub struct Permit(());

impl Permit {
    /// None in read-only mode.
    pub fn unless(read_only: bool) -> Option<Permit> {
        (!read_only).then_some(Permit(()))
    }
}

/// The clients that write, of one site.
pub struct Hands {
    site: Name,
    kube: Option<kube::Writer>,
    kafka: Option<Way>,
}

impl Hands {
    /// What is None is left out or not configured. `kafka` leads to the client that reads; a writing one is made of it.
    pub fn new(
        _permit: &Permit,
        site: Name,
        kube: Option<kube::Writer>,
        kafka: Option<Way>,
    ) -> Self {
        Hands { site, kube, kafka }
    }

    fn kube(&self) -> Result<&kube::Writer, Failure> {
        let none = || Failure::new(FailureKind::NotSent, "Kubernetes is left out");
        self.kube.as_ref().ok_or_else(none)
    }

    async fn kafka(&self) -> Result<Arc<kafka::Client>, Failure> {
        let none = || Failure::new(FailureKind::NotSent, "Kafka is left out");
        let way = self.kafka.as_ref().ok_or_else(none)?;
        let unfound = |why: crate::net::discover::Unfound| {
            Failure::new(FailureKind::NotSent, why.to_string())
        };
        way.client().await.map_err(unfound)
    }

    /// The client of a probe, whose records are written by a library that opens sockets of its own.
    async fn kafka_to_write(&self) -> Result<Arc<kafka::Client>, Failure> {
        let client = self.kafka().await?;
        if self.kafka.as_ref().is_some_and(Way::is_tunnel) {
            let why = "the brokers are reached through the API server, and records are only written to brokers that are \
                       reached directly";
            return Err(Failure::new(FailureKind::NotSent, why));
        }
        Ok(client)
    }

    fn check_site(&self, site: &Name) -> Result<(), Failure> {
        if self.site == *site {
            return Ok(());
        }
        let words = format!("it was planned for {site}, and this is {}", self.site);
        Err(Failure::new(FailureKind::NotSent, words))
    }

    /// Asks the servers what they would say.
    async fn attempt(&self, change: &Change) -> Result<Vec<Note>, Failure> {
        match change {
            Change::Scale { workload, from, to } => {
                scale::attempt(self.kube()?, workload, (*from, *to)).await
            }
            Change::Elect { moves } => elect::attempt(&*self.kafka().await?, moves).await,
            Change::Probe { topic, .. } => {
                probe::attempt(&*self.kafka_to_write().await?, topic).await
            }
        }
    }

    async fn carry_out(&self, change: &Change, id: &str) -> Result<Done, Failure> {
        match change {
            Change::Scale { workload, from, to } => {
                scale::carry_out(self.kube()?, workload, (*from, *to)).await
            }
            Change::Elect { moves } => {
                let client = self.kafka().await?;
                let admin = kafka::Admin::new(Arc::clone(&client));
                elect::carry_out(&client, &admin, moves).await
            }
            Change::Probe { topic, partitions } => {
                let client = self.kafka_to_write().await?;
                let report = probe::carry_out(&client, topic, partitions, id).await?;
                Ok(Done::Probed(report))
            }
        }
    }
}

/// Serves orders until nobody gives any more.
pub async fn serve(
    hands: Hands,
    mut journal: Journal,
    mut orders: mpsc::Receiver<Order>,
    answers: mpsc::Sender<Msg>,
    now: fn() -> Time,
) {
    while let Some(order) = orders.recv().await {
        let Order { ticket, site, task } = order;
        let said = match task {
            Task::Try(change) => Some(Said::Tried(match hands.check_site(&site) {
                Ok(()) => hands.attempt(&change).await,
                Err(failure) => Err(failure),
            })),
            Task::Do(entry) => {
                let done = perform(&hands, &mut journal, ticket, &site, entry, now).await;
                Some(Said::Done(done))
            }
            Task::Close(entry) => journal.close(ticket, &entry).err().map(Said::Unwritten),
        };
        let Some(said) = said else { continue };
        let answer = Msg::Answer(Box::new(Answer { ticket, said }));
        // The last orders come when nobody listens any more: they are served all the same.
        let _ = answers.send(answer).await;
    }
}

/// The ticket of the one order of a headless command.
pub const ONCE: u64 = 0;

/// One order without a screen: noted in the journal as sent, and done. The caller closes it under [`ONCE`].
pub async fn once(
    hands: &Hands,
    journal: &mut Journal,
    entry: &Entry,
    now: fn() -> Time,
) -> Result<Done, Failure> {
    perform(hands, journal, ONCE, &entry.site, entry.clone(), now).await
}

async fn perform(
    hands: &Hands,
    journal: &mut Journal,
    ticket: u64,
    site: &Name,
    mut entry: Entry,
    now: fn() -> Time,
) -> Result<Done, Failure> {
    hands.check_site(site)?;
    entry.sent = Some(now());
    let unwritten = |why: String| {
        let words =
            format!("the journal could not be written, and nothing is changed without it: {why}");
        Failure::new(FailureKind::NotSent, words)
    };
    journal.begin(ticket, &entry).map_err(unwritten)?;
    let id = format!("{}-{ticket}", entry.at.0);
    let done = hands.carry_out(&entry.change, &id).await;
    entry.answered = Some(now());
    if let Err(why) = journal.begin(ticket, &entry) {
        tracing::warn!("journal: {why}");
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_only_gives_no_permit() {
        assert!(Permit::unless(true).is_none());
        assert!(Permit::unless(false).is_some());
    }
}
