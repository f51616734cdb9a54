//! What was too large to be returned at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many results are kept.
const KEPT: usize = 16;
/// How many bytes they may have together.
const MAX_SIZE: usize = 32 << 20;

/// The latest results that were too large, by number. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Rests(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    last: u64,
    kept: VecDeque<(u64, Arc<str>)>,
}

impl Rests {
    /// Keeps a result. Returns its number.
    pub(super) fn keep(&self, text: String) -> u64 {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.last += 1;
        let number = inner.last;
        inner.kept.push_back((number, text.into()));
        let size = |kept: &VecDeque<(u64, Arc<str>)>| {
            kept.iter().map(|(_, text)| text.len()).sum::<usize>()
        };
        while inner.kept.len() > KEPT || (inner.kept.len() > 1 && size(&inner.kept) > MAX_SIZE) {
            inner.kept.pop_front();
        }
        number
    }

    pub(super) fn get(&self, number: u64) -> Option<Arc<str>> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = inner.kept.iter();
        let found = kept.find(|(kept, _)| *kept == number);
        found.map(|(_, text)| Arc::clone(text))
    }
}

/// At most so many bytes of a text from `offset` on, cut between characters; and where the next
/// piece starts, if there is one. `None`: there is nothing at that offset.
pub(super) fn piece(text: &str, offset: usize, max: usize) -> Option<(&str, Option<usize>)> {
    let rest = text.get(offset..).filter(|rest| !rest.is_empty())?;
    if rest.len() <= max {
        return Some((rest, None));
    }
    let end = rest.floor_char_boundary(max);
    // A character that is larger than the piece.
    let end = if end == 0 {
        rest.ceil_char_boundary(1)
    } else {
        end
    };
    Some((&rest[..end], Some(offset + end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_the_whole() {
        let text = "日本語 and more";
        for max in 1..=text.len() {
            let (mut whole, mut offset) = (String::new(), 0);
            while let Some((piece, next)) = piece(text, offset, max) {
                whole.push_str(piece);
                let Some(next) = next else { break };
                offset = next;
            }
            assert_eq!(whole, text, "{max}");
        }
        assert_eq!(piece(text, 1, 5), None);
        assert_eq!(piece(text, 999, 5), None);
    }

    #[test]
    fn only_the_latest_are_kept() {
        let rests = Rests::default();
        let first = rests.keep("first".to_owned());
        assert_eq!(rests.get(first).as_deref(), Some("first"));
        for _ in 0..KEPT {
            rests.keep("another".to_owned());
        }
        assert_eq!(rests.get(first), None);
        let large = rests.keep("x".repeat(MAX_SIZE + 1));
        assert!(rests.get(large).is_some());
        assert_eq!(rests.get(large - 1), None);
    }
}
