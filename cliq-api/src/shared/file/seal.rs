//! The envelope of a shared file. It distinguishes a damaged file from one that a newer version
//! wrote, from another file under this name, and from an older one.
//!
//! Layout: magic (12 bytes); checksum of all that follows (8 bytes, big-endian); version of the
//! content (1 byte); the length of the file's name (1) and the name; the number of the write (8);
//! content. Versions up to `unbound` have neither name nor number.

/// Identifies the content of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seal {
    pub(super) magic: &'static [u8; 12],
    /// The latest version that this program reads.
    pub(super) version: u8,
    /// The last version that has neither name nor number.
    pub(super) unbound: u8,
}

/// Why the content can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Damaged,
    /// A later version wrote it.
    Newer(u8),
    /// It was written as another file.
    Misplaced,
    /// It was replaced by a later one, which is gone.
    Outdated,
}

impl Seal {
    /// Wraps the content of the file of this name, for its write of this number.
    pub(super) fn close(&self, name: &str, number: u64, content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.magic.len() + 18 + name.len() + content.len());
        bytes.extend(self.magic);
        bytes.extend([0; 8]);
        bytes.push(self.version);
        bytes.push(length(name));
        bytes.extend(name.as_bytes());
        bytes.extend(number.to_be_bytes());
        bytes.extend(content);
        let sum = sum(&bytes[20..]);
        bytes[12..20].copy_from_slice(&sum);
        bytes
    }

    /// Returns the number and the content of the file of this name.
    pub(super) fn open<'b>(
        &self,
        name: &str,
        bytes: &'b [u8],
    ) -> Result<(u64, &'b [u8]), Unreadable> {
        let rest = bytes.strip_prefix(self.magic).ok_or(Unreadable::Damaged)?;
        let (checksum, rest) = rest.split_first_chunk::<8>().ok_or(Unreadable::Damaged)?;
        let (&version, content) = rest.split_first().ok_or(Unreadable::Damaged)?;
        if *checksum != sum(rest) || version == 0 {
            return Err(Unreadable::Damaged);
        }
        if version > self.version {
            return Err(Unreadable::Newer(version));
        }
        if version <= self.unbound {
            return Ok((0, content));
        }
        let content = content
            .strip_prefix(&[length(name)])
            .and_then(|rest| rest.strip_prefix(name.as_bytes()))
            .ok_or(Unreadable::Misplaced)?;
        let (number, content) = content.split_first_chunk().ok_or(Unreadable::Damaged)?;
        Ok((u64::from_be_bytes(*number), content))
    }
}

/// The length of a file's name, which file systems limit to 255 bytes.
fn length(name: &str) -> u8 {
    u8::try_from(name.len()).unwrap_or(u8::MAX)
}

/// Returns the FNV-1a checksum, which detects every change of a single byte. It protects against
/// accidents, not against an attacker who can write the file.
fn sum(bytes: &[u8]) -> [u8; 8] {
    let fold = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, fold).to_be_bytes()
}
