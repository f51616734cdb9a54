//! Responses as text.

use std::fmt;
use std::ops::Deref;

use http::Response;
use http::header::CONTENT_TYPE;

use super::error::DecodeError;
use super::lenient::without_bom;
use super::{FromResponse, content, decode};
use crate::body::Body;
use crate::request::Call;

/// A response that is text, as the return type of an endpoint.
///
/// It is read as UTF-8, without a byte order mark, or as ISO-8859-1 if its `Content-Type` names
/// that charset. Text in another charset, or that isn't valid, is an error: return
/// [`Bytes`](crate::Bytes) to decode it yourself.
///
/// ```
/// # use cliq_api::prelude::*;
/// use cliq_api::Text;
///
/// # #[endpoints]
/// # pub trait Documents {
/// #[endpoint(GET "/documents/<NAME>")]
/// fn read_document(&self, name: String) -> Text;
/// # }
/// # async fn example(client: Client) -> Result<(), Error> {
/// let readme = client.read_document("README.md").await?;
/// println!("{} lines", readme.lines().count());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Text(String);

impl Text {
    /// Returns the text.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Returns the text, without consuming it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[diagnostic::do_not_recommend]
impl FromResponse<decode::Text> for Text {
    fn from_response(_: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError> {
        let charset = charset(response);
        let body = content(response);
        let charset = charset.as_deref().unwrap_or("utf-8");
        match charset {
            "utf-8" | "utf8" | "us-ascii" | "ascii" => {
                let text = std::str::from_utf8(without_bom(body)).map_err(|error| {
                    let at = error.valid_up_to();
                    DecodeError::new("", format!("expected UTF-8, found another byte at {at}"))
                })?;
                Ok(text.into())
            }
            // Its characters are the first 256 of Unicode.
            "iso-8859-1" | "latin1" => Ok(Self(body.iter().copied().map(char::from).collect())),
            _ => Err(DecodeError::new(
                "",
                "expected text in UTF-8 or ISO-8859-1, found another charset",
            )),
        }
    }
}

/// Returns the charset of the response's `Content-Type`, in lower case.
fn charset(response: &Response<Body>) -> Option<String> {
    let content_type = response.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta::EndpointMeta;

    fn read(content_type: Option<&str>, body: &'static [u8]) -> Result<Text, String> {
        static META: EndpointMeta = EndpointMeta::DEFAULT;
        let mut response = Response::new(Body::from(body));
        if let Some(content_type) = content_type {
            let value = content_type.parse().unwrap();
            response.headers_mut().insert(CONTENT_TYPE, value);
        }
        Text::from_response(&Call::new(&META), &mut response).map_err(|error| error.to_string())
    }

    #[test]
    fn text_is_read_by_its_charset() {
        assert_eq!(
            read(None, "\u{feff}gr\u{fc}n".as_bytes()).unwrap(),
            "gr\u{fc}n"
        );
        let latin = "text/plain; Charset=\"ISO-8859-1\"";
        assert_eq!(read(Some(latin), b"gr\xfcn").unwrap(), "gr\u{fc}n");
        assert_eq!(read(Some("text/plain"), b"").unwrap(), "");
    }

    #[test]
    fn other_text_is_an_error_without_its_content() {
        let error = read(Some("text/plain; charset=utf-8"), b"canary \xfc").unwrap_err();
        assert_eq!(error, "expected UTF-8, found another byte at 7");
        let error = read(Some("text/plain; charset=utf-16"), b"canary").unwrap_err();
        assert!(error.contains("another charset"), "{error}");
    }
}
