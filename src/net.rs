//! How servers are reached: the Kafka wire client, the Kubernetes client stack, Prometheus, TLS, and the way from a
//! Kubernetes context to Kafka. Knows nothing of model or screen.
pub mod discover;
pub mod kafka;
pub mod kube;
pub mod prometheus;
pub mod reach;
pub mod tls;
pub mod tunnel;
