//! Writes the flexible encoding by hand, for the answers that the codec does not have.
use bytes::{BufMut, BytesMut};

/// A count, stored plus one.
pub(super) fn count(out: &mut BytesMut, count: usize) {
    uvarint(out, u32::try_from(count).unwrap() + 1);
}

pub(super) fn string(out: &mut BytesMut, text: &str) {
    count(out, text.len());
    out.put_slice(text.as_bytes());
}

/// A null string, a null array, or no tagged fields.
pub(super) fn nothing(out: &mut BytesMut) {
    out.put_u8(0);
}

fn uvarint(out: &mut BytesMut, mut value: u32) {
    while value >= 0x80 {
        out.put_u8((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.put_u8((value & 0x7F) as u8);
}
