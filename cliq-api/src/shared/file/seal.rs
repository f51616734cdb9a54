//! The envelope of a shared file. It is the same for all versions of the content, to distinguish a
//! damaged file from one that a newer version wrote.
//!
//! Layout: magic (12 bytes); checksum of all that follows (8 bytes, big-endian); version of the
//! content (1 byte); content.

/// Identifies the content of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seal {
    pub(super) magic: &'static [u8; 12],
    /// The latest version that this program reads.
    pub(super) version: u8,
}

/// Why the content can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Damaged,
    Newer(u8),
}

impl Seal {
    /// Wraps the content.
    pub(super) fn close(&self, content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.magic.len() + 9 + content.len());
        bytes.extend(self.magic);
        bytes.extend([0; 8]);
        bytes.push(self.version);
        bytes.extend(content);
        let sum = sum(&bytes[20..]);
        bytes[12..20].copy_from_slice(&sum);
        bytes
    }

    /// Returns the version and the content.
    pub(super) fn open<'b>(&self, bytes: &'b [u8]) -> Result<(u8, &'b [u8]), Unreadable> {
        let rest = bytes.strip_prefix(self.magic).ok_or(Unreadable::Damaged)?;
        let (checksum, rest) = rest.split_first_chunk::<8>().ok_or(Unreadable::Damaged)?;
        let (&version, content) = rest.split_first().ok_or(Unreadable::Damaged)?;
        if *checksum != sum(rest) || version == 0 {
            return Err(Unreadable::Damaged);
        }
        if version > self.version {
            Err(Unreadable::Newer(version))
        } else {
            Ok((version, content))
        }
    }
}

/// Returns the FNV-1a checksum, which detects every change of a single byte. It protects against
/// accidents, not against an attacker who can write the file.
fn sum(bytes: &[u8]) -> [u8; 8] {
    let fold = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, fold).to_be_bytes()
}
