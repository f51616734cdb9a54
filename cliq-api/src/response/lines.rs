//! Lines of a stream, whose pieces end anywhere.

use bytes::{Buf as _, BytesMut};

use crate::body::TooLarge;

/// Splits pieces into lines.
pub(crate) struct Lines {
    buffer: BytesMut,
    /// How much of the buffer is known to hold no end of a line.
    scanned: usize,
    /// How long a line may be, in bytes.
    max: usize,
}

impl Lines {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            scanned: 0,
            max,
        }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
    }

    /// Returns the next line with the byte that ends it, which is one of `ends`; `None` if that
    /// hasn't arrived.
    pub(crate) fn next(&mut self, ends: &[u8]) -> Result<Option<(BytesMut, u8)>, TooLarge> {
        let unscanned = self.buffer[self.scanned..].iter();
        let offset = unscanned.clone().position(|byte| ends.contains(byte));
        let length = self.scanned + offset.unwrap_or(unscanned.len());
        if length > self.max {
            return Err(TooLarge { max: self.max });
        }
        if offset.is_none() {
            self.scanned = length;
            return Ok(None);
        }
        let line = self.buffer.split_to(length);
        self.scanned = 0;
        Ok(Some((line, self.buffer.get_u8())))
    }

    /// Skips a byte, if it is the next one. Returns `None` if that hasn't arrived.
    pub(crate) fn skip(&mut self, byte: u8) -> Option<()> {
        if *self.buffer.first()? == byte {
            self.buffer.advance(1);
        }
        Some(())
    }

    /// Returns what is left after the last line.
    pub(crate) fn rest(&mut self) -> BytesMut {
        self.scanned = 0;
        self.buffer.split()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_wherever_pieces_end() {
        let text = b"one\ntwo\n\nthree";
        for size in 1..=text.len() {
            let mut lines = Lines::new(100);
            let mut found = Vec::new();
            for piece in text.chunks(size) {
                lines.push(piece);
                while let Some((line, end)) = lines.next(b"\n").unwrap() {
                    assert_eq!(end, b'\n');
                    found.push(line);
                }
            }
            assert_eq!(found, [&b"one"[..], b"two", b""], "{size}");
            assert_eq!(lines.rest(), &b"three"[..]);
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_an_error_before_it_ends() {
        let mut lines = Lines::new(4);
        lines.push(b"1234\n12345");
        assert!(lines.next(b"\n").unwrap().is_some());
        assert_eq!(lines.next(b"\n"), Err(TooLarge { max: 4 }));
    }
}
