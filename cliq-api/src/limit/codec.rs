//! A bucket as bytes, for stores outside the process.
//!
//! Version 2, all numbers big-endian: the version (1 byte), base, locked until, cautious until,
//! late until, cold until, quota until (8 bytes each), the quota (4), the lockout's source (4), the
//! number of stamps (4) and each stamp (4), the number of leases (4), and of each lease its name
//! (8), its end (4) and a byte: the lowest bits say whether it is old (1) and stale (2), the others
//! how long it lasts at most, which earlier programs left 0. There is no version 1.

use std::collections::VecDeque;

use super::bucket::{Bucket, Length, Out, Stamp};
use super::message::{LeaseId, Source};

const VERSION: u8 = 2;
/// Without stamps and leases.
const FIXED: usize = 1 + 6 * 8 + 4 * 4;

/// The bytes are not a bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Written by a later version of this crate.
    #[error(
        "the limits' shared state has version {0}, and this program reads up to version {VERSION}: update the program"
    )]
    Newer(u8),
    /// Truncated or otherwise invalid.
    #[error("the limits' shared state is damaged")]
    Damaged,
}

impl Bucket {
    /// Encodes the bucket.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FIXED + 4 * self.held.len() + 13 * self.out.len());
        bytes.push(VERSION);
        for time in [
            self.base,
            self.locked_until,
            self.cautious_until,
            self.late_until,
            self.cold_until,
            self.quota_until,
        ] {
            bytes.extend(time.to_be_bytes());
        }
        bytes.extend(self.quota_left.to_be_bytes());
        bytes.extend(self.lock_from.0.to_be_bytes());
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
        bytes.extend(length(self.held.len()));
        for stamp in &self.held {
            bytes.extend(stamp.0.to_be_bytes());
        }
        bytes.extend(length(self.out.len()));
        for out in &self.out {
            bytes.extend(out.lease.0.to_be_bytes());
            bytes.extend(out.ends.0.to_be_bytes());
            bytes.push(u8::from(out.old) | u8::from(out.stale) << 1 | out.lasts.0 << 2);
        }
        bytes
    }

    /// Decodes a bucket. Use [`assume_lost`](Self::assume_lost) in place of a damaged one, not a
    /// new one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        match bytes.first() {
            Some(&VERSION) => read(&mut &bytes[1..]).ok_or(DecodeError::Damaged),
            Some(&version) if version > VERSION => Err(DecodeError::Newer(version)),
            _ => Err(DecodeError::Damaged),
        }
    }
}

fn read(bytes: &mut &[u8]) -> Option<Bucket> {
    let mut times = [0; 6];
    for time in &mut times {
        *time = u64::from_be_bytes(take(bytes)?);
    }
    let [
        base,
        locked_until,
        cautious_until,
        late_until,
        cold_until,
        quota_until,
    ] = times;
    let quota_left = u32::from_be_bytes(take(bytes)?);
    let lock_from = Source(u32::from_be_bytes(take(bytes)?));
    let held = (0..u32::from_be_bytes(take(bytes)?))
        .map(|_| Some(Stamp(u32::from_be_bytes(take(bytes)?))))
        .collect::<Option<VecDeque<_>>>()?;
    let out = (0..u32::from_be_bytes(take(bytes)?))
        .map(|_| {
            let lease = LeaseId(u64::from_be_bytes(take(bytes)?));
            let ends = Stamp(u32::from_be_bytes(take(bytes)?));
            let [flags] = take(bytes)?;
            Some(Out {
                lease,
                ends,
                lasts: Length((flags >> 2).min(31)),
                old: flags & 1 != 0,
                stale: flags & 2 != 0,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let in_order = held.iter().is_sorted();
    (bytes.is_empty() && in_order).then_some(Bucket {
        base,
        locked_until,
        cautious_until,
        late_until,
        cold_until,
        quota_until,
        quota_left,
        lock_from,
        held,
        out,
    })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}
