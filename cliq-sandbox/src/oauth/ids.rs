//! Random tokens and codes.

use crate::random::Random;

/// The characters of user codes: no vowels, so no words, and no characters that look alike.
const USER_CODE: &[u8; 16] = b"BCDFGHJKLMNPQRST";

/// Generates unique tokens and codes from a seed.
#[derive(Debug)]
pub(super) struct Ids(Random);

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self(Random::of_call(seed, "accounts", 0))
    }

    /// Returns a token in the format of Zoho's codes and tokens.
    pub(super) fn token(&mut self) -> String {
        let [a, b, c, d] = [(); 4].map(|()| self.0.next());
        format!("1000.{a:016x}{b:016x}.{c:016x}{d:016x}")
    }

    /// Returns a code for a user to enter.
    pub(super) fn user_code(&mut self) -> String {
        let code: String = self
            .0
            .next()
            .to_be_bytes()
            .map(|byte| char::from(USER_CODE[usize::from(byte % 16)]))
            .iter()
            .collect();
        format!("{}-{}", &code[..4], &code[4..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_reproduces_unique_tokens() {
        let tokens = |seed| {
            let mut ids = Ids::new(seed);
            [(); 100].map(|()| ids.token())
        };
        assert_eq!(tokens(7), tokens(7));
        let mut all: Vec<_> = [tokens(7), tokens(8)].into_iter().flatten().collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 200);
        assert!(
            all.iter()
                .all(|token| token.len() == "1000.".len() + 32 + 1 + 32)
        );
    }

    #[test]
    fn user_codes_are_short_and_legible() {
        let code = Ids::new(7).user_code();
        assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'), "{code}");
    }
}
