//! "Did you mean": the candidate nearest to what was written, if any is near.

/// The nearest of `candidates` to `written`, if it is near enough to be meant.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let fold = |text: &str| {
        text.chars()
            .filter(|c| !matches!(c, '_' | '-'))
            .flat_map(char::to_lowercase)
            .collect::<Vec<_>>()
    };
    let written = fold(written);
    let allowed = (written.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&written, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many insertions, deletions, replacements and swaps of neighbours lead from one to the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(a != b))
                .min(rows[i][j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let keys = [
            "scope",
            "limit",
            "lock",
            "base",
            "shares",
            "bucket",
            "idempotent",
            "response",
            "page",
            "form",
            "timeout",
        ];
        for (written, meant) in [
            ("scopes", "scope"),
            ("lmit", "limit"),
            ("lokc", "lock"),
            ("idempotence", "idempotent"),
        ] {
            assert_eq!(nearest(written, keys), Some(meant));
        }
        assert_eq!(
            nearest("tread_chat_id", ["THREAD_CHAT_ID", "CHAT_ID"]),
            Some("THREAD_CHAT_ID")
        );
        assert_eq!(nearest("x", keys), None);
        assert_eq!(nearest("retries", keys), None);
        assert_eq!(nearest("", keys), None);
    }
}
