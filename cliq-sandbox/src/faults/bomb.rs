//! A small body that decompresses to a large one.

use std::io::Write;

use bytes::{BufMut, Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;

const MEBIBYTE: usize = 1024 * 1024;

/// Returns a gzip file of this many MiB of spaces, compressed to about a thousandth. It repeats one
/// member, which RFC 1952 allows and which is fast.
pub(super) fn gzip(mebibytes: usize) -> Bytes {
    let mut member = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to a `Vec` doesn't fail.
    let _ = member.write_all(&vec![b' '; MEBIBYTE]);
    let member = member.finish().unwrap_or_default();
    let mut bomb = BytesMut::with_capacity(member.len() * mebibytes);
    (0..mebibytes).for_each(|_| bomb.put_slice(&member));
    bomb.freeze()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::MultiGzDecoder;

    use super::*;

    #[test]
    fn it_is_small_and_unpacks_to_the_given_size() {
        let bomb = gzip(3);
        assert!(bomb.len() < 3 * MEBIBYTE / 100, "{}", bomb.len());
        let mut unpacked = Vec::new();
        MultiGzDecoder::new(&*bomb)
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked.len(), 3 * MEBIBYTE);
    }
}
