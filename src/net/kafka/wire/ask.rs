//! What a request must know about itself to be sent and its answer read.
use bytes::{Buf, Bytes, BytesMut};

use super::super::types::Api;

/// One request kind that this client may send.
pub(in super::super) trait Ask: Send + 'static {
    const API: Api;
    /// Lowest and highest version that this client speaks.
    const RANGE: (i16, i16);
    type Answer: Send + 'static;

    /// Header versions of the request and of the answer.
    fn headers(version: i16) -> (i16, i16);
    fn encode(&self, out: &mut BytesMut, version: i16) -> Result<(), String>;
    /// Leaves trailing bytes alone: servers send them, and Java ignores them.
    fn decode(body: &mut Bytes, version: i16) -> Result<Self::Answer, String>;
    fn throttle_ms(answer: &Self::Answer) -> i32;
}

/// Refuses an answer whose first array claims more elements than its bytes could hold, before the codec reserves
/// memory for them. The array's count stands `skip` bytes into the body; an element takes `least` bytes or more.
pub(super) fn check_count(
    body: &Bytes,
    skip: usize,
    compact: bool,
    least: usize,
) -> Result<(), String> {
    let mut rest = body.get(skip..).unwrap_or_default();
    let count = if compact {
        let mut value: u64 = 0;
        for shift in [0, 7, 14, 21, 28] {
            if rest.is_empty() {
                return Err("it ends inside its first count".to_owned());
            }
            let byte = rest.get_u8();
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value.saturating_sub(1)
    } else {
        let count = rest
            .try_get_i32()
            .map_err(|_short| "it ends inside its first count".to_owned());
        // Negative stands for null.
        u64::try_from(count?).unwrap_or(0)
    };
    let room = (rest.len() / least.max(1)) as u64;
    if count > room {
        return Err(format!(
            "it claims {count} elements in {} bytes",
            rest.len()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_beyond_the_bytes_are_refused() {
        let plain = Bytes::from_static(&[0, 0, 0x30, 0, 0, 0, 1, 2]);
        assert!(
            check_count(&plain, 2, false, 1)
                .unwrap_err()
                .contains("805306368 elements")
        );
        let compact = Bytes::from_static(&[0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1]);
        assert!(
            check_count(&compact, 2, true, 1)
                .unwrap_err()
                .contains("4294967294 elements")
        );
        assert!(check_count(&Bytes::from_static(&[0]), 2, true, 1).is_err());
        assert!(check_count(&Bytes::from_static(&[0, 0, 0]), 0, false, 1).is_err());
    }

    #[test]
    fn counts_within_the_bytes_and_nulls_pass() {
        let fits = Bytes::from_static(&[0, 0, 0, 2, 9, 9, 9, 9]);
        assert_eq!(check_count(&fits, 0, false, 2), Ok(()));
        let null = Bytes::from_static(&[0xFF, 0xFF, 0xFF, 0xFF]);
        assert_eq!(check_count(&null, 0, false, 2), Ok(()));
        assert_eq!(check_count(&Bytes::from_static(&[0]), 0, true, 2), Ok(()));
    }
}
