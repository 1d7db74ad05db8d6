//! Which partition of `__consumer_offsets` holds a group's commits: Kafka's own rule.

/// Java's `String.hashCode`: over UTF-16 units, with overflow.
pub fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash: i32, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    })
}

/// The partition of `__consumer_offsets` that holds what a group commits; None where it has no partitions.
pub fn offsets_partition(group: &str, partitions: usize) -> Option<i32> {
    let count = i32::try_from(partitions).ok().filter(|count| *count > 0)?;
    // As Kafka's Utils.abs: the least of all has no positive counterpart.
    Some(java_hash(group).checked_abs().unwrap_or(0) % count)
}
