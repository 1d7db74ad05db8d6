//! What is read of one object while it is looked at: logs, events, the object itself.
//!
//! One thing at a time: what is asked for next ends what was being read.

mod events;
mod logs;
mod mask;
mod object;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::Value;

use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use crate::{
    app::{
        Msg,
        reading::{Answer, Ask, AskOf, LogAsk, Said},
    },
    model::{Name, PodId, Time},
};

use super::{
    clock,
    doctor::{self, Servers, Step},
    feed::Closed,
};

pub(super) use mask::{mask, without_credentials};

/// The way of answers to the app.
#[derive(Clone, Debug)]
struct Teller {
    generation: u64,
    to: mpsc::Sender<Msg>,
}

impl Teller {
    async fn say(&self, said: Said) -> Result<(), Closed> {
        let answer = Answer {
            generation: self.generation,
            at: clock::now(),
            said,
        };
        let answer = Msg::Read(Box::new(answer));
        self.to.send(answer).await.map_err(|_closed| Closed)
    }

    async fn fail(&self, why: String) {
        // Nobody listens any more: then there is nobody to be told.
        let _ = self.say(Said::Failed { why }).await;
    }
}

/// What is being read.
struct Current {
    generation: u64,
    /// Pods whose logs are read: name, uid where it is kept, and when they were made.
    pods: BTreeSet<(PodId, Name, Option<Time>)>,
    streams: Arc<Semaphore>,
    tasks: JoinSet<()>,
}

/// Reads what the app asks for. Dropping it ends that.
pub struct Reader {
    servers: Servers,
    to: mpsc::Sender<Msg>,
    current: Option<Current>,
}

impl Reader {
    pub fn new(servers: Servers, to: mpsc::Sender<Msg>) -> Self {
        Reader {
            servers,
            to,
            current: None,
        }
    }

    /// Reads this from now on. With the generation of what is being read, what is new in it is read too.
    pub fn ask(&mut self, ask: Option<Ask>) {
        let Some(ask) = ask else {
            self.current = None;
            return;
        };
        if self
            .current
            .as_ref()
            .is_none_or(|current| current.generation != ask.generation)
        {
            self.current = Some(Current {
                generation: ask.generation,
                pods: BTreeSet::new(),
                streams: Arc::new(Semaphore::new(LogAsk::STREAMS)),
                tasks: JoinSet::new(),
            });
        } else if !matches!(ask.of, AskOf::Logs(_)) {
            return;
        }
        let Some(current) = &mut self.current else {
            return;
        };
        let teller = Teller {
            generation: ask.generation,
            to: self.to.clone(),
        };
        if let AskOf::Doctor = ask.of {
            current.tasks.spawn(examine(self.servers.clone(), teller));
            return;
        }
        let Some(client) = self.servers.kube.clone() else {
            current.tasks.spawn(async move {
                teller
                    .fail("Kubernetes is not read (--no-kube)".to_owned())
                    .await;
            });
            return;
        };
        match ask.of {
            AskOf::Logs(logs) => {
                for pod in logs.pods {
                    let which = (pod.id.clone(), pod.uid.clone(), pod.created);
                    if current.pods.insert(which) {
                        let reader = logs::PodReader {
                            client: client.clone(),
                            teller: teller.clone(),
                            streams: Arc::clone(&current.streams),
                            pod,
                            previous: logs.previous,
                            since: logs.since,
                        };
                        current.tasks.spawn(reader.run());
                    }
                }
            }
            AskOf::Events(key) => drop(current.tasks.spawn(events::follow(client, key, teller))),
            AskOf::Object(key) => drop(current.tasks.spawn(object::read(client, key, teller))),
            AskOf::Doctor => {}
        }
    }
}

/// The longest that a step of an examination may take while somebody looks on.
const STEP: Duration = Duration::from_secs(10);

/// Tells the steps as they are done: the whole list with each.
async fn examine(servers: Servers, teller: Teller) {
    let (tell, mut told) = mpsc::unbounded_channel::<Step>();
    let telling = async {
        let mut steps = Vec::new();
        while let Some(step) = told.recv().await {
            let said = |value: &Value| !value.is_null() && *value != "";
            let item = step.item().into_iter().filter(|(_, value)| said(value));
            steps.push(Value::Object(item.collect()));
            let value = Box::new(Value::Array(steps.clone()));
            if teller.say(Said::Object { value, masked: 0 }).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(Box::pin(doctor::examine(servers, STEP, tell)), telling);
}
