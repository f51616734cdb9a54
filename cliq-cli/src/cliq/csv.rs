//! Comma-separated values (RFC 4180).

/// Reads rows of cells. Empty lines are left out.
pub(super) fn rows(text: &str) -> Result<Vec<Vec<String>>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut chars = text.chars().peekable();
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut end = |row: &mut Vec<String>, cell: &mut String| {
        row.push(std::mem::take(cell));
        let row = std::mem::take(row);
        if row != [""] {
            rows.push(row);
        }
    };
    while let Some(char) = chars.next() {
        match char {
            '"' if cell.is_empty() => loop {
                match chars.next() {
                    Some('"') if chars.next_if_eq(&'"').is_some() => cell.push('"'),
                    Some('"') => break,
                    Some(char) => cell.push(char),
                    None => return Err("a quoted cell has no end".to_owned()),
                }
            },
            ',' => row.push(std::mem::take(&mut cell)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => end(&mut row, &mut cell),
            char => cell.push(char),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        end(&mut row, &mut cell);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read() {
        let read = |text: &str| rows(text).unwrap();
        assert_eq!(read("a,b\r\n1,2\r\n\r\n"), [["a", "b"], ["1", "2"]]);
        assert_eq!(
            read("\u{feff}a,\"b, \"\"c\"\"\nd\"\n,"),
            [vec!["a", "b, \"c\"\nd"], vec!["", ""]]
        );
        assert_eq!(read(""), Vec::<Vec<String>>::new());
        assert!(rows("a,\"b").is_err());
    }
}
