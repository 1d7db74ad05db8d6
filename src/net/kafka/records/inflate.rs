//! Decompression within a bound, in Rust alone.
use std::{
    fmt,
    io::{self, Read},
};

use bytes::{Buf, Bytes};

use super::batch::Batch;

/// How the Java snappy library begins what it writes: this, two versions, then blocks with their lengths.
const XERIAL: &[u8] = b"\x82SNAPPY\0";

/// Why a batch cannot be inflated.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is larger than the bound.
    Bound,
    Unknown(i16),
    Broken(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bound => f.write_str("larger than the bound on decompressed bytes"),
            Self::Unknown(codec) => write!(f, "compression {codec} is not known"),
            Self::Broken(why) => write!(f, "cannot be decompressed: {why}"),
        }
    }
}

/// The records of a batch, inflated to `bound` bytes at most.
pub(super) fn records(batch: &Batch, bound: usize) -> Result<Bytes, Fault> {
    let packed = batch.packed.clone();
    match batch.codec {
        0 => Ok(packed),
        1 => read(flate2::read::GzDecoder::new(packed.reader()), bound),
        2 => snappy(packed, bound),
        3 => read(lz4_flex::frame::FrameDecoder::new(packed.reader()), bound),
        4 => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(packed.reader());
            read(
                decoder.map_err(|why| Fault::Broken(why.to_string()))?,
                bound,
            )
        }
        codec => Err(Fault::Unknown(codec)),
    }
}

fn read(from: impl Read, bound: usize) -> Result<Bytes, Fault> {
    let mut content = Vec::new();
    let limit = (bound as u64).saturating_add(1);
    let done: io::Result<usize> = from.take(limit).read_to_end(&mut content);
    done.map_err(|why| Fault::Broken(why.to_string()))?;
    if content.len() > bound {
        return Err(Fault::Bound);
    }
    Ok(content.into())
}

fn snappy(mut packed: Bytes, bound: usize) -> Result<Bytes, Fault> {
    if !packed.starts_with(XERIAL) {
        return block(&packed, bound).map(Bytes::from);
    }
    let short = || Fault::Broken("a snappy stream that is cut off".to_owned());
    if packed.len() < XERIAL.len() + 8 {
        return Err(short());
    }
    packed.advance(XERIAL.len() + 8);
    let mut content = Vec::new();
    while packed.has_remaining() {
        let length = packed.try_get_i32().map_err(|_short| short())?;
        let length = usize::try_from(length).map_err(|_negative| short())?;
        if length > packed.remaining() {
            return Err(short());
        }
        let left = bound.saturating_sub(content.len());
        content.extend(block(&packed.split_to(length), left)?);
    }
    Ok(content.into())
}

/// The length stands in front, so the bound is checked before memory is reserved.
fn block(packed: &[u8], bound: usize) -> Result<Vec<u8>, Fault> {
    let broken = |why: snap::Error| Fault::Broken(why.to_string());
    if snap::raw::decompress_len(packed).map_err(broken)? > bound {
        return Err(Fault::Bound);
    }
    snap::raw::Decoder::new()
        .decompress_vec(packed)
        .map_err(broken)
}
