//! Events about one object, as they happen.

use futures::StreamExt;

use crate::{
    app::reading::{Event, Said},
    model::{Key, Owner, PodId, Time},
    net::kube::{
        Client, Resource, Scope, WatchEvent, WatchSpec,
        rows::{self, EventRow},
        watch::watch,
    },
    source::feed::Closed,
};

use super::Teller;

/// Which events are watched: of a workload those of its namespace, since a selector cannot name its pods.
fn spec(key: &Key) -> Option<WatchSpec> {
    let of = |kind: &str, name: &str| {
        Some(format!(
            "involvedObject.kind={kind},involvedObject.name={name}"
        ))
    };
    let (scope, fields) = match key {
        Key::Pod(id) => (
            Scope::Namespace(id.namespace.to_string()),
            of("Pod", &id.name),
        ),
        Key::Workload(id) => (Scope::Namespace(id.namespace.to_string()), None),
        Key::Node(name) => (Scope::All, of("Node", name)),
        _ => return None,
    };
    Some(WatchSpec {
        fields,
        ..WatchSpec::new(Resource::EVENTS, scope)
    })
}

/// Tells the events for as long as somebody listens.
pub(super) async fn follow(client: Client, key: Key, teller: Teller) {
    let Some(spec) = spec(&key) else {
        return teller
            .fail(format!("Kubernetes tells no events of {key}"))
            .await;
    };
    let events = watch::<EventRow>(client, spec);
    futures::pin_mut!(events);
    while let Some(event) = events.next().await {
        if tell(event, &teller).await.is_err() {
            return;
        }
    }
}

async fn tell(event: WatchEvent<EventRow>, teller: &Teller) -> Result<(), Closed> {
    let (set, gone, whole) = match event {
        WatchEvent::Page { rows, .. } => (rows, Vec::new(), false),
        WatchEvent::Listed { gone } => (Vec::new(), gone, true),
        WatchEvent::Changed { set, gone } => (set, gone, true),
        WatchEvent::Failed { error, .. } => {
            let why = format!("{}; {}", error.why, error.remedy);
            let why = why.trim_end_matches("; ").to_owned();
            return teller.say(Said::Failed { why }).await;
        }
        WatchEvent::Begin { .. } | WatchEvent::Narrowed { .. } | WatchEvent::Alive => return Ok(()),
    };
    let id = |key: rows::Key| PodId {
        namespace: key.namespace.into(),
        name: key.name.into(),
    };
    let set = set.into_iter().map(row).collect();
    let gone = gone.into_iter().map(id).collect();
    teller.say(Said::Events { set, gone, whole }).await
}

fn row(from: EventRow) -> Event {
    Event {
        id: PodId {
            namespace: from.namespace.into(),
            name: from.name.into(),
        },
        kind: from.kind.into(),
        about: Owner {
            kind: from.object_kind.into(),
            name: from.object_name.into(),
        },
        reason: from.reason.into(),
        message: from.message.into(),
        count: from.count,
        last: from.last_at.map(Time),
    }
}
