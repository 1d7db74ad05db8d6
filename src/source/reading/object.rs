//! One object, once.

use crate::{
    app::reading::Said,
    model::Key,
    net::kube::{Client, object},
};

use super::{Teller, mask};

/// Reads the object and tells it, or why not.
pub(super) async fn read(client: Client, key: Key, teller: Teller) {
    let (kind, namespace, name) = match &key {
        Key::Pod(id) => ("Pod", &*id.namespace, &*id.name),
        Key::Node(name) => ("Node", "", &**name),
        Key::Workload(id) => (&*id.kind, &*id.namespace, &*id.name),
        _ => return teller.fail(format!("the API server has no {key}")).await,
    };
    let read = async {
        match object::resource_of(&client, kind).await? {
            Some(resource) => object::get(&client, &resource, namespace, name)
                .await
                .map(Some),
            None => Ok(None),
        }
    };
    match read.await {
        Ok(Some(mut value)) => {
            let masked = mask(&mut value);
            let value = Box::new(value);
            // Nobody listens any more: then this ends, as it does anyway.
            let _ = teller.say(Said::Object { value, masked }).await;
        }
        Ok(None) => {
            teller
                .fail(format!("how the API server serves {kind} is not known"))
                .await;
        }
        Err(error) => {
            let why = format!("{}; {}", error.why, error.remedy);
            teller.fail(why.trim_end_matches("; ").to_owned()).await;
        }
    }
}
