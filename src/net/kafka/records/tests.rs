//! Batches are built here byte by byte, from the format's description.
use std::io::Write;

use bytes::{BufMut, Bytes, BytesMut};
use proptest::prelude::*;

use super::*;
use crate::net::kafka::TimestampType;

const GZIP: i16 = 1;
const SNAPPY: i16 = 2;
const LZ4: i16 = 3;
const ZSTD: i16 = 4;
const LOG_APPEND: i16 = 8;
const TRANSACTIONAL: i16 = 16;
const CONTROL: i16 = 32;

fn varint(out: &mut BytesMut, value: i64) {
    let mut folded = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while folded >= 0x80 {
        out.put_u8((folded & 0x7F) as u8 | 0x80);
        folded >>= 7;
    }
    out.put_u8((folded & 0x7F) as u8);
}

fn sized(out: &mut BytesMut, bytes: Option<&[u8]>) {
    let Some(bytes) = bytes else {
        return varint(out, -1);
    };
    varint(out, i64::try_from(bytes.len()).unwrap());
    out.put_slice(bytes);
}

type Header<'a> = (&'a [u8], Option<&'a [u8]>);

fn record(
    delta: i64,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[Header<'_>],
) -> BytesMut {
    let mut body = BytesMut::new();
    body.put_i8(0);
    varint(&mut body, delta * 10);
    varint(&mut body, delta);
    sized(&mut body, key);
    sized(&mut body, value);
    varint(&mut body, i64::try_from(headers.len()).unwrap());
    for (name, value) in headers {
        sized(&mut body, Some(name));
        sized(&mut body, *value);
    }
    let mut out = BytesMut::new();
    varint(&mut out, i64::try_from(body.len()).unwrap());
    out.put(body);
    out
}

fn batch(base: i64, attributes: i16, producer: i64, records: &[BytesMut]) -> Vec<u8> {
    let content = records.concat();
    let packed = match attributes & 7 {
        GZIP => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(&content).unwrap();
            gzip.finish().unwrap()
        }
        SNAPPY => snap::raw::Encoder::new().compress_vec(&content).unwrap(),
        LZ4 => {
            let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
            lz4.write_all(&content).unwrap();
            lz4.finish().unwrap()
        }
        ZSTD => ruzstd::encoding::compress_to_vec(
            content.as_slice(),
            ruzstd::encoding::CompressionLevel::Fastest,
        ),
        _ => content,
    };
    raw(base, attributes, producer, records.len(), &packed)
}

fn raw(base: i64, attributes: i16, producer: i64, count: usize, packed: &[u8]) -> Vec<u8> {
    let count = i32::try_from(count).unwrap();
    let mut out = BytesMut::new();
    out.put_i64(base);
    out.put_i32(i32::try_from(packed.len() + 49).unwrap());
    out.put_i32(0);
    out.put_i8(2);
    out.put_u32(0);
    out.put_i16(attributes);
    out.put_i32(count - 1);
    out.put_i64(1_000);
    out.put_i64(9_000);
    out.put_i64(producer);
    out.put_i16(0);
    out.put_i32(0);
    out.put_i32(count);
    out.put_slice(packed);
    out.to_vec()
}

fn three(base: i64, attributes: i16, producer: i64) -> Vec<u8> {
    let value = |at: i64| record(at, Some(b"k"), Some(b"value"), &[]);
    batch(base, attributes, producer, &[value(0), value(1), value(2)])
}

/// A marker: its key is a version and a type (0 abort, 1 commit).
fn marker(offset: i64, producer: i64, kind: u8) -> Vec<u8> {
    let key = [0, 0, 0, kind];
    batch(
        offset,
        TRANSACTIONAL | CONTROL,
        producer,
        &[record(0, Some(&key), Some(&[0; 6]), &[])],
    )
}

fn wanted(from: i64) -> Wanted {
    Wanted {
        from,
        max_decompressed: 1 << 20,
        ..Wanted::default()
    }
}

fn offsets(decoded: &Decoded) -> Vec<i64> {
    decoded.records.iter().map(|record| record.offset).collect()
}

#[test]
fn keys_values_and_headers_come_whole() {
    let headers: [Header<'_>; 3] = [(b"a", Some(b"1")), (b"a", Some(b"2")), (b"\xFF", None)];
    let bytes = batch(
        7,
        0,
        -1,
        &[
            record(0, None, Some(b""), &headers),
            record(1, Some(b"k"), None, &[]),
        ],
    );
    let decoded = decode(bytes.into(), &wanted(0));
    let [first, second] = &decoded.records[..] else {
        panic!("{decoded:?}")
    };
    assert_eq!(
        (first.key.clone(), first.value.clone()),
        (None, Some(Bytes::new()))
    );
    let names: Vec<_> = first
        .headers
        .iter()
        .map(|(name, value)| (&name[..], value.as_deref()))
        .collect();
    assert_eq!(names, headers, "names may repeat and need not be UTF-8");
    assert_eq!(
        (second.offset, second.timestamp_ms, second.value.clone()),
        (8, 1_010, None)
    );
    assert_eq!(
        (second.producer_id, second.timestamp_type),
        (None, TimestampType::Create)
    );
    assert_eq!((decoded.next_offset, decoded.cut), (9, None));
}

#[test]
fn every_compression_is_read() {
    for codec in [0, GZIP, SNAPPY, LZ4, ZSTD] {
        let decoded = decode(three(10, codec, 5).into(), &wanted(0));
        assert_eq!(
            (offsets(&decoded), decoded.cut),
            (vec![10, 11, 12], None),
            "codec {codec}"
        );
        assert_eq!(decoded.records[2].value.as_deref(), Some(&b"value"[..]));
    }
}

#[test]
fn snappy_as_java_frames_it_is_read() {
    let content = [
        record(0, None, Some(b"one"), &[]),
        record(1, None, Some(b"two"), &[]),
    ];
    let mut packed = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01".to_vec();
    for part in content {
        let block = snap::raw::Encoder::new().compress_vec(&part).unwrap();
        packed.extend(u32::try_from(block.len()).unwrap().to_be_bytes());
        packed.extend(block);
    }
    let decoded = decode(raw(0, SNAPPY, -1, 2, &packed).into(), &wanted(0));
    assert_eq!((offsets(&decoded), decoded.cut), (vec![0, 1], None));
}

#[test]
fn the_brokers_time_counts_where_it_set_it() {
    let decoded = decode(three(0, LOG_APPEND, -1).into(), &wanted(0));
    let times = decoded
        .records
        .iter()
        .map(|record| (record.timestamp_ms, record.timestamp_type));
    assert!(times.eq([(9_000, TimestampType::LogAppend); 3]));
}

#[test]
fn earlier_records_of_the_first_batch_are_left_out_and_a_cut_last_batch_is_no_fault() {
    let mut bytes = three(10, 0, -1);
    let second = three(13, 0, -1);
    bytes.extend(&second[..second.len() - 1]);
    let decoded = decode(bytes.into(), &wanted(12));
    assert_eq!(
        (offsets(&decoded), decoded.next_offset, decoded.cut),
        (vec![12], 13, None)
    );
    let nothing = decode(second[..20].to_vec().into(), &wanted(12));
    assert_eq!((nothing.next_offset, nothing.cut), (12, None));
}

#[test]
fn markers_are_skipped_and_their_offsets_passed() {
    let bytes = [three(0, TRANSACTIONAL, 7), marker(3, 7, 1)].concat();
    let decoded = decode(bytes.into(), &wanted(0));
    assert_eq!((decoded.records.len(), decoded.next_offset), (3, 4));
    assert!(
        decoded
            .records
            .iter()
            .all(|record| record.transactional && record.producer_id == Some(7))
    );
}

#[test]
fn records_of_aborted_transactions_are_filtered_by_producer_and_offset() {
    let bytes = [
        three(0, TRANSACTIONAL, 7),
        three(3, TRANSACTIONAL, 8),
        three(6, 0, 7),
        marker(9, 7, 0),
        marker(10, 8, 1),
        three(11, TRANSACTIONAL, 7),
        marker(14, 7, 1),
    ]
    .concat();
    let all = decode(bytes.clone().into(), &wanted(0));
    assert_eq!(
        all.records.len(),
        12,
        "without the wish nothing is filtered"
    );
    let wish = Wanted {
        committed: true,
        aborted: vec![(0, 7)],
        ..wanted(0)
    };
    let committed = decode(bytes.into(), &wish);
    // 7's first transaction is gone; what it wrote outside of one, and its next transaction, are not.
    assert_eq!(offsets(&committed), [3, 4, 5, 6, 7, 8, 11, 12, 13]);
    assert_eq!(committed.next_offset, 15);
}

#[test]
fn inflating_stops_at_the_bound() {
    let zeros = vec![0_u8; 100_000];
    for codec in [GZIP, SNAPPY, LZ4, ZSTD] {
        let bomb = batch(0, codec, -1, &[record(0, None, Some(&zeros), &[])]);
        assert!(bomb.len() < 10_000);
        let small = Wanted {
            max_decompressed: 50_000,
            ..wanted(0)
        };
        let decoded = decode(bomb.clone().into(), &small);
        assert_eq!(
            (decoded.records.len(), decoded.next_offset),
            (0, 1),
            "codec {codec}: passed over"
        );
        assert!(
            decoded
                .cut
                .unwrap()
                .contains("offsets 0 to 0 left out: larger than the bound")
        );
        let second = batch(1, codec, -1, &[record(0, None, Some(&zeros), &[])]);
        let enough_for_one = Wanted {
            max_decompressed: 150_000,
            ..wanted(0)
        };
        let decoded = decode([bomb, second].concat().into(), &enough_for_one);
        assert_eq!(
            (decoded.records.len(), decoded.next_offset),
            (1, 1),
            "the next read goes on here"
        );
        assert!(decoded.cut.unwrap().contains("bound"));
    }
}

#[test]
fn what_cannot_be_read_is_said_and_passed() {
    let mut old = three(4, 0, -1);
    old[16] = 1;
    let decoded = decode([three(0, 0, -1), old].concat().into(), &wanted(0));
    assert_eq!((decoded.records.len(), decoded.next_offset), (3, 5));
    assert!(decoded.cut.unwrap().contains("message format 1"));
    let decoded = decode(raw(0, 7, -1, 3, b"x").into(), &wanted(0));
    assert!(decoded.cut.unwrap().contains("compression 7 is not known"));
    let decoded = decode(raw(0, GZIP, -1, 3, b"not gzip").into(), &wanted(0));
    assert_eq!(decoded.next_offset, 3);
    let decoded = decode(
        raw(0, 0, -1, 2_000_000, &record(0, None, None, &[])).into(),
        &wanted(0),
    );
    assert_eq!(decoded.records.len(), 1);
    assert!(
        decoded
            .cut
            .unwrap()
            .contains("fewer than the 2000000 records")
    );
}

proptest! {
    #[test]
    fn mutated_batches_never_panic_and_never_go_back(
        codec in 0_i16..=4,
        changes in prop::collection::vec((0_usize..400, any::<u8>()), 0..8),
        length in 0_usize..400,
        from in any::<i64>(),
    ) {
        let mut bytes = [three(0, codec, 7), marker(3, 7, 0), three(4, codec | TRANSACTIONAL, 7)].concat();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(length);
        let wish = Wanted { committed: true, aborted: vec![(0, 7)], from, max_decompressed: 1 << 16 };
        let decoded = decode(bytes.into(), &wish);
        prop_assert!(decoded.next_offset >= from);
    }
}
