//! How servers are reached: the Kafka wire client, the Kubernetes client stack, Prometheus, TLS. Knows nothing of model
//! or screen.
pub mod kafka;
pub mod kube;
pub mod prometheus;
pub mod tls;
