//! Matches a path with the template of an endpoint.

use percent_encoding::percent_decode_str;

/// Returns the decoded values of the template's placeholders, in order; `None` if the path doesn't
/// match.
pub(super) fn capture(template: &str, path: &str) -> Option<Vec<String>> {
    // Splits before decoding: `%2F` is part of a value.
    let (template, mut segments): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    let mut values = Vec::new();
    if let Some(at) = template.iter().position(|segment| is_rest(segment)) {
        // `<PATH..>` takes the segments that the others leave.
        let taken = (segments.len() + 1).checked_sub(template.len())?;
        let rest = segments.get(at..at + taken)?.join("/");
        if taken == 0 || rest.split('/').any(str::is_empty) {
            return None;
        }
        segments.splice(at..at + taken, ["_"]);
        for (index, (template, segment)) in template.iter().zip(&segments).enumerate() {
            if index == at {
                values.push(rest.split('/').map(decoded).collect::<Vec<_>>().join("/"));
            } else {
                capture_segment(template, segment, &mut values)?;
            }
        }
        return Some(values);
    }
    if template.len() != segments.len() {
        return None;
    }
    for (template, segment) in template.iter().zip(&segments) {
        capture_segment(template, segment, &mut values)?;
    }
    Some(values)
}

/// Returns whether the segment is a placeholder like `<PATH..>`.
fn is_rest(segment: &str) -> bool {
    segment.starts_with('<') && segment.ends_with("..>")
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A sort key for templates that match the same path: a server prefers the lowest. Text comes
/// before a placeholder, from left to right, and `<PATH..>` last.
pub(super) fn looseness(template: &str) -> (bool, Vec<u8>) {
    let segments = template.split('/').map(|segment| {
        match (
            segment.starts_with('<') && segment.ends_with('>'),
            segment.contains('<'),
        ) {
            (_, false) => 0,
            // Text around a placeholder.
            (false, true) => 1,
            (true, true) => 2,
        }
    });
    (template.split('/').any(is_rest), segments.collect())
}

/// Returns the number of segments that differ.
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
    // A value ends at the text before the next placeholder, or at the end of the segment.
    let end = match after.split_once('<') {
        None => segment.strip_suffix(after)?.len(),
        Some((between, _)) => segment.find(between)?,
    };
    let (value, rest) = segment.split_at(end);
    if value.is_empty() {
        return None;
    }
    values.push(decoded(value));
    capture_segment(after, rest, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_placeholders_are_captured() {
        let values = |template, path| capture(template, path).map(|values| values.join(" | "));
        assert_eq!(
            values("/tickets/<ID>/close", "/tickets/a%2Fb/close").as_deref(),
            Some("a/b")
        );
        assert_eq!(
            values("/files/<ID>.json", "/files/a.json.json").as_deref(),
            Some("a.json")
        );
        assert_eq!(
            values("/files/v<MAJOR>.<MINOR>-x", "/files/v1.2-x").as_deref(),
            Some("1 | 2")
        );
        assert_eq!(values("/tickets", "/tickets").as_deref(), Some(""));
        for path in [
            "/tickets//close",
            "/tickets/a",
            "/tickets/a/close/",
            "/tickets/a/b/close",
            "",
        ] {
            assert_eq!(values("/tickets/<ID>/close", path), None, "{path}");
        }
    }

    #[test]
    fn several_segments_are_captured() {
        let values = |template, path| capture(template, path).map(|values| values.join(" | "));
        let template = "/<OWNER>/contents/<PATH..>";
        assert_eq!(
            values(template, "/a/contents/src/main%20x.rs").as_deref(),
            Some("a | src/main x.rs")
        );
        assert_eq!(values(template, "/a/contents/b").as_deref(), Some("a | b"));
        assert_eq!(values("/<PATH..>/raw", "/a/b/raw").as_deref(), Some("a/b"));
        for path in ["/a/contents", "/a/contents/", "/a/contents/b//c", "/a/x/b"] {
            assert_eq!(values(template, path), None, "{path}");
        }
    }

    #[test]
    fn text_is_preferred_to_placeholders() {
        let mut templates = [
            "/a/<PATH..>",
            "/<A>/<B>",
            "/a/<B>",
            "/<A>/b",
            "/a/<B>.json",
            "/a/b",
        ];
        templates.sort_by_key(|template| looseness(template));
        let expected = [
            "/a/b",
            "/a/<B>.json",
            "/a/<B>",
            "/<A>/b",
            "/<A>/<B>",
            "/a/<PATH..>",
        ];
        assert_eq!(templates, expected);
    }

    #[test]
    fn the_distance_is_in_segments() {
        assert_eq!(distance("/tickets/<ID>/close", "/tickets/a/close"), 0);
        assert_eq!(distance("/tickets/<ID>/close", "/tickets/a/reopen"), 1);
        assert_eq!(distance("/tickets/<ID>/close", "/tickets/a"), 1);
    }
}
