//! The wire format of Prometheus' HTTP API, read tolerantly.
