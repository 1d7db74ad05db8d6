//! Reads and writes the flexible ("compact") encoding by hand, for the requests that the codec does not have.
//! Nothing is reserved by a count on the wire; every read is bounded by the bytes at hand.
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use uuid::Uuid;

type Read<T> = Result<T, String>;

/// A position in an answer.
pub(in super::super) struct Cursor<'a> {
    rest: &'a mut Bytes,
}

impl<'a> Cursor<'a> {
    pub(in super::super) fn new(rest: &'a mut Bytes) -> Self {
        Self { rest }
    }

    pub(in super::super) fn i8(&mut self, field: &str) -> Read<i8> {
        self.rest.try_get_i8().map_err(|_short| ends(field))
    }

    pub(in super::super) fn bool(&mut self, field: &str) -> Read<bool> {
        Ok(self.i8(field)? != 0)
    }

    pub(in super::super) fn i16(&mut self, field: &str) -> Read<i16> {
        self.rest.try_get_i16().map_err(|_short| ends(field))
    }

    pub(in super::super) fn i32(&mut self, field: &str) -> Read<i32> {
        self.rest.try_get_i32().map_err(|_short| ends(field))
    }

    pub(in super::super) fn i64(&mut self, field: &str) -> Read<i64> {
        self.rest.try_get_i64().map_err(|_short| ends(field))
    }

    pub(in super::super) fn uuid(&mut self, field: &str) -> Read<Uuid> {
        self.rest
            .try_get_u128()
            .map(Uuid::from_u128)
            .map_err(|_short| ends(field))
    }

    /// Unsigned, seven bits a byte, the lowest first; 32 bits at most.
    pub(in super::super) fn uvarint(&mut self, field: &str) -> Read<u32> {
        let mut value: u64 = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.rest.try_get_u8().map_err(|_short| ends(field))?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return u32::try_from(value).map_err(|_large| format!("{field}: number too large"));
            }
        }
        Err(format!("{field}: number too long"))
    }

    /// A string whose length is stored plus one; zero is null.
    pub(in super::super) fn string_or_null(&mut self, field: &str) -> Read<Option<Arc<str>>> {
        let Some(length) = self.uvarint(field)?.checked_sub(1) else {
            return Ok(None);
        };
        let length = length as usize;
        if length > self.rest.remaining() {
            return Err(ends(field));
        }
        let bytes = self.rest.split_to(length);
        let text = std::str::from_utf8(&bytes).map_err(|_invalid| format!("{field}: not UTF-8"))?;
        Ok(Some(text.into()))
    }

    pub(in super::super) fn string(&mut self, field: &str) -> Read<Arc<str>> {
        self.string_or_null(field)?
            .ok_or_else(|| format!("{field}: null"))
    }

    /// An array whose count is stored plus one; null reads as empty.
    pub(in super::super) fn array<T>(
        &mut self,
        field: &str,
        mut element: impl FnMut(&mut Self) -> Read<T>,
    ) -> Read<Vec<T>> {
        let count = self.uvarint(field)?.saturating_sub(1);
        // Every element takes a byte or more.
        if count as usize > self.rest.remaining() {
            return Err(format!(
                "{field}: it claims {count} elements in {} bytes",
                self.rest.remaining()
            ));
        }
        let mut elements = Vec::new();
        for _ in 0..count {
            elements.push(element(self)?);
        }
        Ok(elements)
    }

    /// A nullable struct: a byte below zero stands for null.
    pub(in super::super) fn nullable<T>(
        &mut self,
        field: &str,
        content: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<Option<T>> {
        if self.i8(field)? < 0 {
            Ok(None)
        } else {
            content(self).map(Some)
        }
    }

    /// Passes over the tagged fields that end every struct.
    pub(in super::super) fn tags(&mut self) -> Read<()> {
        for _ in 0..self.uvarint("tags")? {
            self.uvarint("tag")?;
            let length = self.uvarint("tag length")? as usize;
            if length > self.rest.remaining() {
                return Err(ends("tag"));
            }
            self.rest.advance(length);
        }
        Ok(())
    }
}

fn ends(field: &str) -> String {
    format!("it ends inside {field}")
}

/// Writes a count, stored plus one.
pub(in super::super) fn put_count(out: &mut BytesMut, count: usize) -> Result<(), String> {
    let count = u32::try_from(count)
        .ok()
        .and_then(|count| count.checked_add(1));
    put_uvarint(out, count.ok_or("too many elements")?);
    Ok(())
}

/// Writes a string with its length plus one before it.
pub(in super::super) fn put_string(out: &mut BytesMut, text: &str) -> Result<(), String> {
    put_count(out, text.len())?;
    out.put_slice(text.as_bytes());
    Ok(())
}

/// Writes the end of a struct without tagged fields.
pub(in super::super) fn put_no_tags(out: &mut BytesMut) {
    put_uvarint(out, 0);
}

fn put_uvarint(out: &mut BytesMut, mut value: u32) {
    while value >= 0x80 {
        out.put_u8((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.put_u8((value & 0x7F) as u8);
}
