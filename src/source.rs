//! Where data comes from. Every source only sends [`Envelope`](crate::model::Envelope)s.

pub mod demo;
