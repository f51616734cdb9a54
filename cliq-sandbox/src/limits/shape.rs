//! Which endpoints a server can distinguish.

use std::fmt;
use std::hash::{Hash, Hasher};

use cliq_api::{Endpoint, EndpointMeta};

/// What a server counts calls by: the method and the path, without the names and values of
/// placeholders, or the `bucket` that the endpoint declares.
///
/// ```
/// use cliq_api::threads::{CreateThreadByChatIdRequest, SendThreadMessageRequest};
/// use cliq_sandbox::limits::Shape;
///
/// let shape = Shape::of::<SendThreadMessageRequest>();
/// assert_eq!(shape.to_string(), "POST /api/v3/chats/<>/messages");
/// assert_eq!(shape, Shape::of::<CreateThreadByChatIdRequest>());
/// ```
#[derive(Clone, Copy)]
pub struct Shape(&'static EndpointMeta);

impl Shape {
    /// Returns the shape of an endpoint.
    pub fn of<E: Endpoint>() -> Self {
        Self(E::META)
    }

    /// Returns an endpoint of this shape; one of them, if there are several.
    pub fn endpoint(&self) -> &'static EndpointMeta {
        self.0
    }

    /// Returns base and path as one text, with `<` for each placeholder, and `<..` for one of
    /// several segments.
    fn erased(&self) -> impl Iterator<Item = u8> {
        let mut inside = false;
        self.0
            .base()
            .bytes()
            .chain(self.0.path().bytes())
            .filter(move |&byte| {
                let kept = !inside || byte == b'.';
                inside = byte == b'<' || inside && byte != b'>';
                kept
            })
    }
}

impl From<&'static EndpointMeta> for Shape {
    fn from(endpoint: &'static EndpointMeta) -> Self {
        Self(endpoint)
    }
}

/// Method and path, regardless of the endpoint's bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Url(Shape);

impl From<&'static EndpointMeta> for Url {
    fn from(endpoint: &'static EndpointMeta) -> Self {
        Self(Shape(endpoint))
    }
}

impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.0, other.0);
        one.0.method() == other.0.method() && one.erased().eq(other.erased())
    }
}

impl Eq for Url {}

impl Hash for Url {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.0.method().hash(state);
        for byte in self.0.erased() {
            state.write_u8(byte);
        }
    }
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        if std::ptr::eq(self.0, other.0) {
            return true;
        }
        match (self.0.bucket(), other.0.bucket()) {
            (None, None) => self.0.method() == other.0.method() && self.erased().eq(other.erased()),
            (one, other) => one == other,
        }
    }
}

impl Eq for Shape {}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(bucket) = self.0.bucket() {
            return bucket.hash(state);
        }
        self.0.method().hash(state);
        for byte in self.erased() {
            state.write_u8(byte);
        }
    }
}

/// Such as `POST /api/v3/threads/<>/follow`, or the name of the bucket.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(bucket) = self.0.bucket() {
            return write!(f, "bucket {bucket}");
        }
        write!(f, "{} {}", self.0.method(), self.0.base())?;
        let mut pieces = self.0.path().split('<');
        f.write_str(pieces.next().unwrap_or_default())?;
        for piece in pieces {
            let (name, behind) = piece.split_once('>').unwrap_or_default();
            let several = if name.ends_with("..") { ".." } else { "" };
            write!(f, "<{several}>{behind}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({self})")
    }
}
