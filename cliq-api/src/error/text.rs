//! A server's text on one line of an error.

use std::fmt::Write;

/// How much of a server's text is shown, in characters.
const MAX_SHOWN: usize = 300;

/// How much of a body's start is shown, in characters.
const MAX_START: usize = 80;

/// Appends the text, shortened and with its control characters escaped.
pub(super) fn push_escaped(line: &mut String, text: &str) {
    for (index, character) in text.chars().enumerate() {
        if index == MAX_SHOWN {
            line.push('…');
            break;
        }
        push_character(line, character);
    }
}

/// Appends the start of a body, between quotation marks: text with what could be mistaken escaped,
/// or bytes.
pub(super) fn push_start(line: &mut String, body: &[u8]) {
    // As many bytes as that many characters can have.
    let start = &body[..body.len().min(4 * MAX_START)];
    // A character that is cut off at the end is no reason to show bytes.
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => {
            let shown = &start[..start.len().min(MAX_START / 4)];
            let _ = write!(line, "{}", shown.escape_ascii());
            if shown.len() < body.len() {
                line.push('…');
            }
            return;
        }
    };
    let mut shown = 0;
    for character in text.chars().take(MAX_START) {
        shown += character.len_utf8();
        match character {
            '"' => line.push_str("\\\""),
            character => push_character(line, character),
        }
    }
    if shown < body.len() {
        line.push('…');
    }
}

fn push_character(line: &mut String, character: char) {
    // Marks that change the direction of text hide what follows, as control characters do.
    if character.is_control()
        || matches!(
            character,
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
    {
        let _ = write!(line, "{}", character.escape_unicode());
    } else {
        line.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_characters_are_shown() {
        let escaped = |text: &str| {
            let mut line = String::new();
            push_escaped(&mut line, text);
            line
        };
        assert_eq!(escaped(&"é".repeat(300)), "é".repeat(300));
        assert_eq!(escaped(&"é".repeat(301)), format!("{}…", "é".repeat(300)));
        assert_eq!(escaped("a\r\"\u{2066}"), "a\\u{d}\"\\u{2066}");
        let start = |body: &[u8]| {
            let mut line = String::new();
            push_start(&mut line, body);
            line
        };
        for character in ["a", "é", "€", "🦀"] {
            let whole = character.repeat(80);
            assert_eq!(start(whole.as_bytes()), whole);
            let longer = character.repeat(81);
            assert_eq!(start(longer.as_bytes()), format!("{whole}…"));
        }
        assert_eq!(start(b"\"a\n"), "\\\"a\\u{a}");
        // As many as take the same room.
        assert_eq!(start(&[0xff; 20]), "\\xff".repeat(20));
        assert_eq!(start(&[0xff; 21]), format!("{}…", "\\xff".repeat(20)));
    }
}
