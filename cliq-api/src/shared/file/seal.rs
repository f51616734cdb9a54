//! The outside of a shared file, which is the same for all versions of what is inside, so that a
//! damaged file is told from a newer one.
//!
//! 12 bytes that say what it is; a checksum (8 bytes, big-endian) of all that follows; the version
//! of the inside (1 byte); the inside.

/// What is inside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seal {
    pub(super) magic: &'static [u8; 12],
    /// The latest version that is known.
    pub(super) version: u8,
}

/// Why the inside can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Damaged,
    Newer(u8),
}

impl Seal {
    pub(super) fn close(&self, inside: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.magic.len() + 9 + inside.len());
        bytes.extend(self.magic);
        bytes.extend([0; 8]);
        bytes.push(self.version);
        bytes.extend(inside);
        let sum = sum(&bytes[20..]);
        bytes[12..20].copy_from_slice(&sum);
        bytes
    }

    /// The inside, and its version.
    pub(super) fn open<'b>(&self, bytes: &'b [u8]) -> Result<(u8, &'b [u8]), Unreadable> {
        let rest = bytes.strip_prefix(self.magic).ok_or(Unreadable::Damaged)?;
        let (told, rest) = rest.split_first_chunk::<8>().ok_or(Unreadable::Damaged)?;
        let (&version, inside) = rest.split_first().ok_or(Unreadable::Damaged)?;
        if *told != sum(rest) || version == 0 {
            return Err(Unreadable::Damaged);
        }
        if version > self.version {
            Err(Unreadable::Newer(version))
        } else {
            Ok((version, inside))
        }
    }
}

/// FNV-1a, in which each single byte that is altered shows for certain. It is against accidents,
/// not against those who may write the file.
fn sum(bytes: &[u8]) -> [u8; 8] {
    let fold = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, fold).to_be_bytes()
}
