//! Credential plugins (`aws eks get-token`, `gke-gcloud-auth-plugin`, `kubelogin`): run once per credential, never on a live screen.
//!
//! kube's own way runs a plugin up to three times per client, blocks the thread, and lends it the terminal. So they are run here, by
//! the protocol of `client.authentication.k8s.io`, and only their result is handed on.

/// Whether a credential plugin may use the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugins {
    /// It may ask on the terminal, as with kubectl. Only before the screen is up.
    MayAsk,
    /// It gets no terminal, and its words are kept for the error message.
    Silent,
}
