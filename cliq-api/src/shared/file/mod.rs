//! Files that the processes of a host share.
//!
//! A file is read, changed and written whole under a lock, which is on a file of its own: a rename
//! puts another file in the place of the one that was locked, and whoever opened it later would
//! hold another lock. The lock's file is never replaced nor removed.

mod clock;
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

/// Names a file without telling what it is for, the same in every process: 32 digits of FNV-1a,
/// which is no cryptographic digest and needs to be none in a directory that nobody else can write
/// to.
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
