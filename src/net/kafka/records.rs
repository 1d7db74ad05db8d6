//! Record batches (version 2), decoded within bounds: duplicate headers kept, the broker's time where it set it,
//! control batches skipped, aborted transactions filtered, a cut last batch tolerated. The CRC is not checked: the
//! broker checked it when the batch came, and TCP carried it here.
mod batch;
mod inflate;

use std::collections::{BTreeMap, BTreeSet};

use batch::{Batch, Next};
use bytes::Bytes;

use super::Record;

/// What a read wants of the batches that came.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Earlier records are left out: the first batch may begin before.
    pub(super) from: i64,
    /// Leave out records of aborted transactions.
    pub(super) committed: bool,
    /// First offset and producer of each aborted transaction in the range, as the broker lists them.
    pub(super) aborted: Vec<(i64, i64)>,
    /// Bytes that all compressed batches together may inflate to.
    pub(super) max_decompressed: usize,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) records: Vec<Record>,
    pub(super) next_offset: i64,
    pub(super) cut: Option<String>,
}

/// Decodes as many whole batches as there are. A batch that cannot be read ends the work; `next_offset` then lies
/// behind it and `cut` says what is left out. Where the bound on inflated bytes is reached, it lies before.
pub(super) fn decode(mut bytes: Bytes, wanted: &Wanted) -> Decoded {
    let mut decoded = Decoded {
        next_offset: wanted.from,
        ..Decoded::default()
    };
    let mut transactions = Transactions::new(&wanted.aborted);
    let mut budget = wanted.max_decompressed;
    loop {
        let batch = match batch::next(&mut bytes) {
            Next::End => return decoded,
            Next::Batch(batch) => batch,
            Next::Unreadable { last_offset, why } => {
                decoded.next_offset = decoded.next_offset.max(last_offset.saturating_add(1));
                decoded.cut = Some(why);
                return decoded;
            }
        };
        let past = batch.last_offset.saturating_add(1);
        if batch.last_offset < wanted.from {
            continue;
        }
        transactions.reach(batch.last_offset);
        let skipped = wanted.committed && batch.transactional && transactions.aborted(&batch);
        if batch.control || !skipped {
            match inflate::records(&batch, budget) {
                Ok(content) => {
                    if batch.codec != 0 {
                        budget = budget.saturating_sub(content.len());
                    }
                    if let Err(why) = take(&batch, content, wanted, &mut transactions, &mut decoded)
                    {
                        let (first, last) = (batch.base_offset, batch.last_offset);
                        decoded.cut = Some(format!("offsets {first} to {last}: {why}"));
                        decoded.next_offset = decoded.next_offset.max(past);
                        return decoded;
                    }
                }
                Err(inflate::Fault::Bound) if budget < wanted.max_decompressed => {
                    decoded.cut = Some("the bound on decompressed bytes is reached".to_owned());
                    return decoded;
                }
                Err(fault) => {
                    let (first, last) = (batch.base_offset, batch.last_offset);
                    decoded.cut = Some(format!("offsets {first} to {last} left out: {fault}"));
                    decoded.next_offset = decoded.next_offset.max(past);
                    return decoded;
                }
            }
        }
        decoded.next_offset = decoded.next_offset.max(past);
    }
}

/// Reads the records of one batch into the result, or a control batch into the transactions.
fn take(
    batch: &Batch,
    content: Bytes,
    wanted: &Wanted,
    transactions: &mut Transactions,
    decoded: &mut Decoded,
) -> Result<(), String> {
    if batch.control {
        if batch::control_type(batch, content) == Some(batch::ABORT) {
            transactions.end(batch.producer_id);
        }
        return Ok(());
    }
    batch::records(batch, content, |record| {
        if record.offset >= wanted.from {
            decoded.records.push(record);
        }
    })
}

/// Which producers are inside a transaction that was aborted later.
struct Transactions {
    /// Not begun yet: producers by first offset.
    ahead: BTreeMap<i64, Vec<i64>>,
    open: BTreeSet<i64>,
}

impl Transactions {
    fn new(aborted: &[(i64, i64)]) -> Self {
        let mut ahead: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (first_offset, producer) in aborted {
            ahead.entry(*first_offset).or_default().push(*producer);
        }
        Self {
            ahead,
            open: BTreeSet::new(),
        }
    }

    /// Begins all that began up to this offset.
    fn reach(&mut self, offset: i64) {
        while let Some(entry) = self.ahead.first_entry()
            && *entry.key() <= offset
        {
            self.open.extend(entry.remove());
        }
    }

    fn aborted(&self, batch: &Batch) -> bool {
        self.open.contains(&batch.producer_id)
    }

    fn end(&mut self, producer: i64) {
        self.open.remove(&producer);
    }
}

#[cfg(test)]
#[path = "records/tests.rs"]
mod tests;
