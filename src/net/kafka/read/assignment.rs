//! What the leader of a classic consumer group assigned to a member. The bytes come from a client, not from the
//! broker, so they are read with more care than an answer: nothing is reserved by their counts.
use bytes::{Buf, Bytes};

use crate::net::kafka::{TopicPartitions, client::Names};

/// A version, then topics with partitions, then bytes of the assignor, which are not read; later versions only
/// append. `None` for bytes that are cut or claim too much; empty bytes assign nothing.
pub(super) fn assignment(mut bytes: Bytes, names: &Names) -> Option<Vec<TopicPartitions>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    bytes.try_get_i16().ok()?;
    let mut topics = Vec::new();
    for _ in 0..count(&mut bytes)? {
        let length = usize::try_from(bytes.try_get_i16().ok()?).ok()?;
        if length > bytes.remaining() {
            return None;
        }
        let name = bytes.split_to(length);
        let mut partitions = Vec::new();
        for _ in 0..count(&mut bytes)? {
            partitions.push(bytes.try_get_i32().ok()?);
        }
        partitions.sort_unstable();
        topics.push(TopicPartitions {
            topic: names.of(std::str::from_utf8(&name).ok()?),
            partitions,
        });
    }
    topics.sort();
    Some(topics)
}

/// Every element takes four bytes or more.
fn count(bytes: &mut Bytes) -> Option<usize> {
    let count = usize::try_from(bytes.try_get_i32().ok()?).ok()?;
    (count <= bytes.remaining() / 4).then_some(count)
}
