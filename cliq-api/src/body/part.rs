//! What a call keeps of its body, which may have parts (multipart, RFC 7578).

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderValue;
use http_body::{Frame, SizeHint};
use serde::Serialize;

use super::{Body, BoxError, Content};

/// A part of a multipart body: a file, or content of a certain type.
///
/// The guide: [multipart](crate::guide::arguments#multipart).
///
/// It is an argument with `#[part]` of an endpoint with `multipart`. Bytes and a [`Body`] convert
/// into a part, which has neither file name nor content type then.
///
/// ```
/// # use cliq_api::prelude::*;
/// use cliq_api::Part;
///
/// # #[endpoints]
/// # pub trait Tickets {
/// #[endpoint(POST "/tickets/<ID>/files", multipart)]
/// fn attach(&self, id: u64, #[part] file: Part, #[part] comment: Option<String>);
/// # }
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// client.attach(42_u64, Part::file("screenshot.png")?.content_type("image/png")).await?;
/// client.attach(42_u64, Part::new("a,b\n1,2").file_name("table.csv")).comment("Draft").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Part {
    content: Content,
    file_name: Option<String>,
    content_type: Option<String>,
    /// Why it can't be sent.
    problem: Option<String>,
}

impl Part {
    /// Returns a part with this content: bytes, text or a [`Body`].
    pub fn new(content: impl Into<Body>) -> Self {
        Self {
            content: content.into().into_content(),
            file_name: None,
            content_type: None,
            problem: None,
        }
    }

    /// Returns a part with the content of a file, as [`Body::file`], and its name.
    ///
    /// # Errors
    ///
    /// If the file's length can't be read.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let part = Self::new(Body::file(path)?);
        Ok(match path.file_name() {
            Some(name) => part.file_name(name.to_string_lossy()),
            None => part,
        })
    }

    /// Returns a part with JSON. A value that can't be serialized is an error of the call.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => Self::new(json).content_type("application/json"),
            Err(error) => Self {
                problem: Some(error.to_string()),
                ..Self::new(Body::empty())
            },
        }
    }

    /// Sets the file name. Servers treat a part that has one as a file.
    #[must_use]
    pub fn file_name(self, name: impl Into<String>) -> Self {
        Self {
            file_name: Some(name.into()),
            ..self
        }
    }

    /// Sets the content type. Defaults to `application/octet-stream` for a part with a file name,
    /// and to none for others.
    #[must_use]
    pub fn content_type(self, content_type: impl Into<String>) -> Self {
        Self {
            content_type: Some(content_type.into()),
            ..self
        }
    }

    /// Returns why the part can't be sent, if there is a reason.
    pub(crate) fn invalid(&self) -> Option<String> {
        let is_sendable = |text: &String| HeaderValue::try_from(text).is_ok();
        match &self.content_type {
            Some(text) if !is_sendable(text) => Some(format!("invalid content type {text:?}")),
            _ => self.problem.clone(),
        }
    }

    /// Returns the line between the parts, and the headers.
    fn head(&self, boundary: &str, name: &str) -> String {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"");
        push_name(&mut head, name);
        head.push('"');
        if let Some(name) = &self.file_name {
            head.push_str("; filename=\"");
            push_name(&mut head, name);
            head.push('"');
        }
        let default = self.file_name.as_ref().map(|_| "application/octet-stream");
        if let Some(content_type) = self.content_type.as_deref().or(default) {
            let _ = write!(head, "\r\nContent-Type: {content_type}");
        }
        head.push_str("\r\n\r\n");
        head
    }
}

/// Appends a name as browsers do, which servers are made for: in UTF-8, with three characters
/// escaped.
fn push_name(out: &mut String, name: &str) {
    for character in name.chars() {
        match character {
            '"' => out.push_str("%22"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            other => out.push(other),
        }
    }
}

impl<T> From<T> for Part
where
    Bytes: From<T>,
{
    fn from(content: T) -> Self {
        Self::new(Bytes::from(content))
    }
}

impl From<Body> for Part {
    fn from(content: Body) -> Self {
        Self::new(content)
    }
}

/// Without the content, which may hold secrets.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// The body of a call, which may be cloned. Clones share a stream.
#[derive(Clone)]
pub(crate) enum Payload {
    Whole(Content),
    Parts(Box<Parts>),
}

impl Payload {
    /// Whether it can be sent more than once.
    pub(crate) fn is_replayable(&self) -> bool {
        match self {
            Self::Whole(content) => content.is_replayable(),
            Self::Parts(parts) => parts.is_replayable(),
        }
    }

    /// Returns the body for one attempt; `None` where a stream was sent already.
    pub(crate) fn open(&self) -> Option<Body> {
        match self {
            Self::Whole(content) => content.open(),
            Self::Parts(parts) => parts.open(),
        }
    }
}

impl From<Body> for Payload {
    fn from(body: Body) -> Self {
        Self::Whole(body.into_content())
    }
}

impl Default for Payload {
    fn default() -> Self {
        Body::empty().into()
    }
}

/// The parts of one call.
#[derive(Clone)]
pub(crate) struct Parts {
    /// Random, so that no content holds it.
    boundary: String,
    /// In the order in which they are sent.
    parts: Vec<Named>,
}

#[derive(Clone)]
struct Named {
    /// The position of its parameter.
    index: usize,
    name: &'static str,
    part: Part,
}

impl Parts {
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        Ok(Self {
            boundary: format!("{:032x}", u128::from_ne_bytes(random)),
            parts: Vec::new(),
        })
    }

    pub(crate) fn remove(&mut self, index: usize) {
        self.parts.retain(|named| named.index != index);
    }

    /// Adds a part, after others of its parameter.
    pub(crate) fn push(&mut self, index: usize, name: &'static str, part: Part) {
        let at = self.parts.partition_point(|named| named.index <= index);
        self.parts.insert(at, Named { index, name, part });
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    fn is_replayable(&self) -> bool {
        self.parts
            .iter()
            .all(|named| named.part.content.is_replayable())
    }

    fn open(&self) -> Option<Body> {
        let mut pieces = VecDeque::with_capacity(2 * self.parts.len() + 1);
        let mut before = "";
        for Named { name, part, .. } in &self.parts {
            let head = [before, &part.head(&self.boundary, name)].concat();
            pieces.extend([head.into(), part.content.open()?]);
            before = "\r\n";
        }
        pieces.push_back(format!("{before}--{}--\r\n", self.boundary).into());
        Some(Body::wrap(Multipart(pieces)))
    }
}

/// Bodies, one after another.
struct Multipart(VecDeque<Body>);

impl http_body::Body for Multipart {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        while let Some(piece) = self.0.front_mut() {
            match ready!(piece.poll_data(context)) {
                Some(data) => return Poll::Ready(Some(data.map(Frame::data))),
                None => self.0.pop_front(),
            };
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let lengths = self.0.iter().map(|piece| piece.size_hint().exact());
        let length = lengths.sum::<Option<u64>>();
        length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_as_in_browsers() {
        let part = Part::new("x").file_name("gr\u{fc}n \"a\"\r\n.txt");
        assert_eq!(
            part.head("b", "a\"b"),
            "--b\r\nContent-Disposition: form-data; name=\"a%22b\"; \
             filename=\"gr\u{fc}n %22a%22%0D%0A.txt\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
    }

    #[test]
    fn a_part_that_no_header_can_describe_is_invalid() {
        let part = Part::new("x").content_type("text/plain\r\nX-Injected: 1");
        assert!(part.invalid().unwrap().contains("content type"));
        assert!(
            Part::new("x")
                .content_type("text/plain")
                .invalid()
                .is_none()
        );
    }

    #[test]
    fn parts_are_sent_in_the_order_of_the_declaration() {
        let mut parts = Parts::new().unwrap();
        parts.push(1, "b", Part::new("1"));
        parts.push(0, "a", Part::new("0"));
        parts.push(1, "b", Part::new("2"));
        let sent: Vec<_> = parts.parts.iter().map(|named| named.name).collect();
        assert_eq!(sent, ["a", "b", "b"]);
        parts.remove(1);
        assert_eq!(parts.parts.len(), 1);
        assert!(!format!("{:?}", Part::new("canary")).contains("canary"));
    }
}
