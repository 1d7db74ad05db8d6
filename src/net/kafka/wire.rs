//! Bytes: frames, the closed list of requests, and what the codec does not have.
pub(super) mod ask;
pub(super) mod asks;
pub(super) mod count;
pub(super) mod cursor;
pub(super) mod frame;
pub(super) mod share_offsets;
pub(super) mod streams;
