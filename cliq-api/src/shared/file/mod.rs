//! Stores in files that the processes of a host share.
//!
//! A process reads, changes and replaces a file as a whole, under a lock. The lock is held on a
//! separate file, which is never replaced or removed. A lock on the file itself would not exclude
//! processes that open it after it was replaced.

mod clock;
mod disk;
mod limits;
mod line;
mod place;
mod problem;
mod seal;
mod sheet;
#[cfg(test)]
mod tests;
mod tokens;

pub use self::limits::FileLimitStore;
pub use self::tokens::FileTokenStore;

/// Returns a file name that doesn't reveal its parts and is the same in every process: 32 hex
/// digits of FNV-1a. It needn't be a cryptographic hash, as only the owner can write to the
/// directory.
fn stem<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = parts
        .into_iter()
        .flat_map(|part| part.bytes().chain([0xff]));
    let hash = bytes.fold(BASIS, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    });
    format!("{hash:032x}")
}
