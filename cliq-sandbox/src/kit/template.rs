//! A path read by the template that it was made from.

use percent_encoding::percent_decode_str;

/// What stands in the places of the template's placeholders, decoded and in order; `None` where the
/// path is of another form.
pub(super) fn capture(template: &str, path: &str) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let mut segments = path.split('/');
    // Split first and decode then: a `%2F` is part of a value.
    for template in template.split('/') {
        capture_segment(template, segments.next()?, &mut values)?;
    }
    segments.next().is_none().then_some(values)
}

/// In how many segments the two differ.
pub(super) fn distance(template: &str, path: &str) -> usize {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    let mut distance = 0;
    loop {
        match (template.next(), path.next()) {
            (None, None) => return distance,
            (Some(template), Some(segment))
                if capture_segment(template, segment, &mut Vec::new()).is_some() => {}
            _ => distance += 1,
        }
    }
}

fn capture_segment(template: &str, segment: &str, values: &mut Vec<String>) -> Option<()> {
    let Some((before, placeholder)) = template.split_once('<') else {
        return (template == segment).then_some(());
    };
    let (_, after) = placeholder.split_once('>')?;
    let segment = segment.strip_prefix(before)?;
    // A value ends where what stands behind it begins: at the next placeholder's text, or at the
    // segment's end.
    let end = match after.split_once('<') {
        None => segment.strip_suffix(after)?.len(),
        Some((between, _)) => segment.find(between)?,
    };
    let (value, rest) = segment.split_at(end);
    if value.is_empty() {
        return None;
    }
    values.push(percent_decode_str(value).decode_utf8_lossy().into_owned());
    capture_segment(after, rest, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_where_the_template_has_them() {
        let values = |template, path| capture(template, path).map(|values| values.join(" | "));
        assert_eq!(
            values("/threads/<ID>/follow", "/threads/CT_1%2F2/follow").as_deref(),
            Some("CT_1/2")
        );
        assert_eq!(
            values("/files/<ID>.json", "/files/a.json.json").as_deref(),
            Some("a.json")
        );
        assert_eq!(
            values("/files/v<MAJOR>.<MINOR>-x", "/files/v1.2-x").as_deref(),
            Some("1 | 2")
        );
        assert_eq!(values("/threads", "/threads").as_deref(), Some(""));
        for path in [
            "/threads//follow",
            "/threads/a",
            "/threads/a/follow/",
            "/threads/a/b/follow",
            "",
        ] {
            assert_eq!(values("/threads/<ID>/follow", path), None, "{path}");
        }
    }

    #[test]
    fn the_distance_is_in_segments() {
        assert_eq!(distance("/threads/<ID>/follow", "/threads/a/follow"), 0);
        assert_eq!(distance("/threads/<ID>/follow", "/threads/a/unfollow"), 1);
        assert_eq!(distance("/threads/<ID>/follow", "/threads/a"), 1);
    }
}
