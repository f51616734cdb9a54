//! A digest that identifies credentials and reveals nothing of them.

use std::fmt::{self, Write as _};

use hmac_sha256::Hash;

/// Identifies credentials without revealing them: a SHA-256 digest, the same in every process.
///
/// Two authorizers with one fingerprint are interchangeable, so that what is known of one, such as
/// its access token, holds for the other.
///
/// ```
/// use cliq_api::auth::Fingerprint;
///
/// let vault = Fingerprint::of(["vault", "ticket-bot"]);
/// assert_eq!(vault, Fingerprint::of(["vault", "ticket-bot"]));
/// assert_ne!(vault, Fingerprint::of(["vaultticket", "-bot"]));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Hashes the parts in order, each with its length in front.
    ///
    /// A digest of a weak secret can be guessed: don't show it to anybody who must not know the
    /// secret.
    pub fn of<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Self {
        let mut hash = Hash::new();
        for part in parts {
            let part = part.as_ref();
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize())
    }

    /// 64 hexadecimal digits.
    pub(super) fn digits(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, byte| {
            // Writing to a `String` can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl AsRef<[u8]> for Fingerprint {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Without the digest.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fingerprint").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of eight zero bytes, which is one empty part.
    #[test]
    fn it_is_sha_256() {
        assert_eq!(
            Fingerprint::of([""]).digits(),
            "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"
        );
        assert!(!format!("{:?}", Fingerprint::of([""])).contains("af55"));
    }
}
