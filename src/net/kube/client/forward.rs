//! Port-forwards: the one upgrade that the guard lets through.
use http::Request;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api,
    api::Portforwarder,
    client::{Body, UpgradeConnectionError},
};
use tokio::time::timeout;

use super::{Client, ask::Ask, classify, guard::Forwarding};
use crate::net::kube::error::Error;

impl Client {
    /// Opens a websocket to a port of a pod. The deadline holds until the server has switched to it.
    pub(crate) async fn forward(
        &self,
        namespace: &str,
        pod: &str,
        port: u16,
    ) -> Result<Portforwarder, Error> {
        let ask = Ask::forward(namespace, pod, port);
        let deadline = ask.deadline(self.inner.request_timeout);
        let opened = async {
            let mut session = self.inner.sessions.current().await?;
            let mut renewed = false;
            loop {
                let pods: Api<Pod> = Api::namespaced(marked(&session.kube), namespace);
                let why = match pods.portforward(pod, &[port]).await {
                    Ok(forwarder) => {
                        session.mark_accepted();
                        return Ok(forwarder);
                    }
                    Err(why) => why,
                };
                self.inner.tally.failed();
                if is_unauthorized(&why)
                    && !renewed
                    && let Some(fresh) = self.inner.sessions.renew(&session).await?
                {
                    renewed = true;
                    session = fresh;
                    continue;
                }
                return Err(classify::unforwarded(self.server(), &ask, &why));
            }
        };
        match timeout(deadline, opened).await {
            Ok(answered) => answered,
            Err(_elapsed) => Err(self.timed_out(&ask, deadline)),
        }
    }
}

fn is_unauthorized(error: &kube::Error) -> bool {
    match error {
        kube::Error::Api(said) => said.code == 401,
        kube::Error::UpgradeConnection(UpgradeConnectionError::ProtocolSwitch(status)) => {
            status.as_u16() == 401
        }
        _ => false,
    }
}

/// The same stack, its requests marked for the guard.
fn marked(kube: &kube::Client) -> kube::Client {
    let inner = kube.clone();
    let service = tower::service_fn(move |mut request: Request<Body>| {
        request.extensions_mut().insert(Forwarding);
        let inner = inner.clone();
        async move { inner.send(request).await }
    });
    kube::Client::new(service, kube.default_namespace())
}
