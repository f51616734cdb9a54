//! Proof Key for Code Exchange (RFC 7636), with `S256`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac_sha256::Hash;
use secrecy::{ExposeSecret, SecretString};

use crate::auth::AuthError;

/// 32 random bytes, as 43 characters (section 4.1).
pub(super) fn verifier() -> Result<SecretString, AuthError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?).into())
}

/// What the authorization endpoint is sent in place of the verifier (section 4.2).
pub(super) fn challenge(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(Hash::hash(verifier.expose_secret().as_bytes()))
}

/// From the system's generator.
pub(super) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], AuthError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| {
        AuthError::configuration(format!("the system gives no random numbers: {error}"))
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_the_one_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(
            challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn each_verifier_is_another_one_of_the_right_form() {
        let [one, other] = [verifier().unwrap(), verifier().unwrap()];
        assert_ne!(one.expose_secret(), other.expose_secret());
        let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        assert_eq!(one.expose_secret().len(), 43);
        assert!(one.expose_secret().bytes().all(is_unreserved));
    }
}
