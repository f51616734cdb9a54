//! A server's text on one line of an error.

use std::fmt::Write;

/// How much of a server's text is shown, in characters.
const MAX_SHOWN: usize = 300;

/// Appends the text, shortened and with its control characters escaped.
pub(super) fn push_escaped(line: &mut String, text: &str) {
    for (index, character) in text.chars().enumerate() {
        if index == MAX_SHOWN {
            line.push('…');
            break;
        }
        // Marks that change the direction of text hide what follows, as control characters do.
        if character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            let _ = write!(line, "{}", character.escape_unicode());
        } else {
            line.push(character);
        }
    }
}
