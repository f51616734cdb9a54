//! Times in RFC 3339, whose offset is kept both ways.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[expect(clippy::ref_option, reason = "the form that serde calls")]
pub(super) fn serialize<S: Serializer>(
    time: &Option<OffsetDateTime>,
    out: S,
) -> Result<S::Ok, S::Error> {
    let text = time
        .map(|time| time.format(&Rfc3339))
        .transpose()
        .map_err(S::Error::custom)?;
    // Zoho writes UTC as an offset too.
    text.map(|text| {
        text.strip_suffix('Z')
            .map_or_else(|| text.clone(), |time| format!("{time}+00:00"))
    })
    .serialize(out)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<OffsetDateTime>, D::Error> {
    let text = Option::<std::borrow::Cow<'_, str>>::deserialize(value)?;
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339);
    text.as_deref().map(parse).transpose().map_err(|_| {
        D::Error::custom(format_args!(
            "invalid value: text, expected a time in RFC 3339"
        ))
    })
}
