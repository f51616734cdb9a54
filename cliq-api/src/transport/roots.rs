//! Root certificates that are trusted besides those of the platform, or in their place.

use super::SetupError;
use crate::body::BoxError;

/// Certificates in PEM.
#[derive(Default)]
pub(super) struct Roots {
    pem: Vec<Vec<u8>>,
    without_platform: bool,
}

impl Roots {
    pub(super) fn add(&mut self, pem: &[u8]) {
        self.pem.push(pem.to_owned());
    }

    pub(super) fn only(&mut self, pem: &[u8]) {
        self.add(pem);
        self.without_platform = true;
    }

    pub(super) fn is_touched(&self) -> bool {
        !self.pem.is_empty()
    }

    /// Whether the platform's are not trusted.
    pub(super) fn is_without_platform(&self) -> bool {
        self.without_platform
    }

    /// Reads the certificates, each by `read`.
    pub(super) fn parse<C, E: Into<BoxError>>(
        &self,
        read: impl Fn(&[u8]) -> Result<C, E>,
    ) -> Result<Vec<C>, SetupError> {
        let mut all = Vec::new();
        for pem in &self.pem {
            let before = all.len();
            for one in split(pem) {
                all.push(read(one).map_err(|error| {
                    SetupError::new("a root certificate can't be read").caused_by(error)
                })?);
            }
            if all.len() == before {
                return Err(SetupError::new(
                    "the PEM of the root certificates holds no certificate",
                ));
            }
        }
        Ok(all)
    }
}

/// Each certificate, with whatever is before it.
fn split(pem: &[u8]) -> impl Iterator<Item = &[u8]> {
    const END: &[u8] = b"-----END CERTIFICATE-----";

    let mut rest = pem;
    std::iter::from_fn(move || {
        let at = rest.windows(END.len()).position(|window| window == END)?;
        let (one, after) = rest.split_at(at + END.len());
        rest = after;
        Some(one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_certificate_is_read_and_none_is_an_error() {
        let one = "# ours\n-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n";
        let parsed = |pems: &[&str]| {
            let mut roots = Roots::default();
            for pem in pems {
                roots.only(pem.as_bytes());
            }
            roots.parse(|pem| match std::str::from_utf8(pem) {
                Ok(pem) if pem.contains("QQ==") => Ok(pem.len()),
                _ => Err("no certificate"),
            })
        };
        assert_eq!(parsed(&[&one.repeat(3), one]).unwrap().len(), 4);
        for (pems, why) in [
            (&[one, ""][..], "holds no certificate"),
            (&["-----END CERTIFICATE-----"], "can't be read"),
        ] {
            let error = parsed(pems).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
