//! The layout of a batch and its records.
use bytes::{Buf, Bytes};

use crate::net::kafka::{Record, TimestampType};

/// Bytes before the records, from the base offset on.
const HEADER: usize = 61;
/// Bytes before those that the length counts.
const BEFORE_LENGTH: usize = 12;
/// The type of a marker that ends an aborted transaction.
pub(super) const ABORT: i16 = 0;

/// One batch with its records still packed.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub(super) base_offset: i64,
    pub(super) last_offset: i64,
    /// 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    pub(super) codec: i16,
    pub(super) control: bool,
    pub(super) transactional: bool,
    pub(super) producer_id: i64,
    pub(super) packed: Bytes,
    base_timestamp: i64,
    max_timestamp: i64,
    log_append_time: bool,
    count: i32,
}

/// What comes next.
pub(super) enum Next {
    Batch(Batch),
    /// A whole batch that is not of this format.
    Unreadable {
        last_offset: i64,
        why: String,
    },
    /// Nothing, or a batch that the answer cut off.
    End,
}

/// Takes the next whole batch.
pub(super) fn next(bytes: &mut Bytes) -> Next {
    let mut head = bytes.clone();
    let (Ok(base_offset), Ok(length)) = (head.try_get_i64(), head.try_get_i32()) else {
        return Next::End;
    };
    let unreadable = |last_offset: i64, why: &str| Next::Unreadable {
        last_offset,
        why: format!("at offset {base_offset}: {why}"),
    };
    let Ok(length) = usize::try_from(length) else {
        return unreadable(base_offset, "a batch of negative length");
    };
    if head.remaining() < length {
        return Next::End;
    }
    let mut head = bytes.split_to(BEFORE_LENGTH + length);
    // Partition leader epoch and magic; older formats have their magic in the same place.
    match head.get(16) {
        Some(2) if head.len() >= HEADER => {}
        Some(magic) if *magic != 2 => {
            let why = format!("message format {magic}, from before Kafka 0.11, is not read");
            return unreadable(base_offset, &why);
        }
        _ => return unreadable(base_offset, "a batch that is too short"),
    }
    // Base offset, length, leader epoch, magic, CRC.
    head.advance(21);
    let attributes = head.get_i16();
    let last_delta = head.get_i32();
    let base_timestamp = head.get_i64();
    let max_timestamp = head.get_i64();
    let producer_id = head.get_i64();
    // Producer epoch and base sequence.
    head.advance(6);
    let count = head.get_i32();
    Next::Batch(Batch {
        base_offset,
        last_offset: base_offset.saturating_add(i64::from(last_delta.max(0))),
        codec: attributes & 0b111,
        log_append_time: attributes & 0b1000 != 0,
        transactional: attributes & 0b1_0000 != 0,
        control: attributes & 0b10_0000 != 0,
        producer_id,
        packed: head,
        base_timestamp,
        max_timestamp,
        count,
    })
}

/// The records of an inflated batch. Those before a fault are given out.
pub(super) fn records(
    batch: &Batch,
    mut content: Bytes,
    mut give: impl FnMut(Record),
) -> Result<(), String> {
    for _ in 0..batch.count {
        if content.is_empty() {
            return Err(format!(
                "fewer than the {} records that the batch claims",
                batch.count
            ));
        }
        give(record(batch, &mut content).ok_or("a record that cannot be read")?);
    }
    Ok(())
}

/// The type in the key of a control batch's only record.
pub(super) fn control_type(batch: &Batch, mut content: Bytes) -> Option<i16> {
    let mut key = record(batch, &mut content)?.key?;
    key.try_get_i16().ok()?;
    key.try_get_i16().ok()
}

fn record(batch: &Batch, content: &mut Bytes) -> Option<Record> {
    let mut record = field(content)?;
    record.try_get_i8().ok()?;
    let timestamp_delta = varint(&mut record)?;
    let offset_delta = varint(&mut record)?;
    let key = nullable(&mut record)?.0;
    let value = nullable(&mut record)?.0;
    let count = usize::try_from(varint(&mut record)?).ok()?;
    // A header takes two bytes or more.
    if count > record.remaining() / 2 {
        return None;
    }
    let mut headers = Vec::new();
    for _ in 0..count {
        headers.push((field(&mut record)?, nullable(&mut record)?.0));
    }
    let (timestamp_ms, timestamp_type) = if batch.log_append_time {
        (batch.max_timestamp, TimestampType::LogAppend)
    } else {
        (
            batch.base_timestamp.saturating_add(timestamp_delta),
            TimestampType::Create,
        )
    };
    Some(Record {
        offset: batch.base_offset.saturating_add(offset_delta),
        timestamp_ms,
        timestamp_type,
        key,
        value,
        headers,
        transactional: batch.transactional,
        producer_id: (batch.producer_id >= 0).then_some(batch.producer_id),
    })
}

/// Bytes with their length before them; a length of -1 is null.
fn nullable(bytes: &mut Bytes) -> Option<Field> {
    let length = varint(bytes)?;
    if length == -1 {
        return Some(Field(None));
    }
    let length = usize::try_from(length).ok()?;
    (length <= bytes.remaining()).then(|| Field(Some(bytes.split_to(length))))
}

/// Bytes that must not be null.
fn field(bytes: &mut Bytes) -> Option<Bytes> {
    nullable(bytes)?.0
}

/// Bytes or null.
struct Field(Option<Bytes>);

/// Seven bits a byte, the lowest first, signs folded in (zigzag).
fn varint(bytes: &mut Bytes) -> Option<i64> {
    let mut value: u64 = 0;
    for shift in (0..70).step_by(7) {
        let byte = bytes.try_get_u8().ok()?;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte < 0x80 {
            return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
        }
    }
    None
}
