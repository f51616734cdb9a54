//! Server-sent events, as the HTML standard has them (section 9.2.6), without I/O.

use std::time::Duration;

use super::lines::Lines;
use crate::body::TooLarge;

/// Reads events from pieces.
pub(crate) struct Parser {
    lines: Lines,
    /// How large an event may be, in bytes.
    max: usize,
    is_first_line: bool,
    /// Whether a line feed that follows belongs to the end of the last line.
    after_return: bool,
    data: String,
    has_data: bool,
    name: String,
    /// The id that the next event has.
    id: Option<String>,
    last_id: Option<String>,
    retry: Option<Duration>,
}

/// An event whose data isn't decoded yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RawEvent {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) data: String,
}

impl Parser {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            lines: Lines::new(max),
            max,
            is_first_line: true,
            after_return: false,
            data: String::new(),
            has_data: false,
            name: String::new(),
            id: None,
            last_id: None,
            retry: None,
        }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.lines.push(piece);
    }

    /// Returns the id of the last event that has one.
    pub(crate) fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// Returns how long the server wants clients to wait before they reconnect.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Returns the next event; `None` if it isn't complete. What is incomplete at the end of the
    /// stream is no event.
    pub(crate) fn next(&mut self) -> Result<Option<RawEvent>, TooLarge> {
        loop {
            if self.after_return {
                if self.lines.skip(b'\n').is_none() {
                    return Ok(None);
                }
                self.after_return = false;
            }
            let Some((line, end)) = self.lines.next(b"\r\n")? else {
                return Ok(None);
            };
            self.after_return = end == b'\r';
            let line = String::from_utf8_lossy(&line);
            let mut line = &*line;
            if std::mem::take(&mut self.is_first_line) {
                line = line.strip_prefix('\u{feff}').unwrap_or(line);
            }
            if line.is_empty() {
                if let Some(event) = self.dispatch() {
                    return Ok(Some(event));
                }
                continue;
            }
            self.field(line);
            if self.data.len() > self.max {
                return Err(TooLarge { max: self.max });
            }
        }
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.data.push_str(value);
                self.has_data = true;
            }
            "event" => value.clone_into(&mut self.name),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().map(Duration::from_millis).ok().or(self.retry);
            }
            // A comment, which begins with a colon, or what the standard doesn't know.
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<RawEvent> {
        self.last_id.clone_from(&self.id);
        let name = std::mem::take(&mut self.name);
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        Some(RawEvent {
            id: self.id.clone(),
            name: Some(name).filter(|name| !name.is_empty()),
            data: std::mem::take(&mut self.data),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: Option<&str>, name: Option<&str>, data: &str) -> RawEvent {
        RawEvent {
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
            data: data.to_owned(),
        }
    }

    fn events(text: &[u8], size: usize) -> (Vec<RawEvent>, Parser) {
        let mut parser = Parser::new(1000);
        let mut found = Vec::new();
        for piece in text.chunks(size) {
            parser.push(piece);
            while let Some(event) = parser.next().unwrap() {
                found.push(event);
            }
        }
        (found, parser)
    }

    #[test]
    fn the_examples_of_the_standard() {
        for (text, expected) in [
            (
                "data: YHOO\ndata: +2\ndata: 10\n\n",
                vec![event(None, None, "YHOO\n+2\n10")],
            ),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
                vec![
                    event(Some("1"), None, "first event"),
                    event(Some(""), None, "second event"),
                ],
            ),
            (
                "data\n\ndata\ndata\n\ndata:",
                vec![event(None, None, ""), event(None, None, "\n")],
            ),
            (
                "data:test\n\ndata: test\n\n",
                vec![event(None, None, "test"), event(None, None, "test")],
            ),
        ] {
            for ending in ["\n", "\r\n", "\r"] {
                let text = text.replace('\n', ending);
                for size in 1..=text.len() {
                    let (mut found, mut parser) = events(text.as_bytes(), size);
                    // A line that ends with a return alone is seen to end with what follows.
                    parser.push(b":\n");
                    found.extend(parser.next().unwrap());
                    assert_eq!(found, expected, "{text:?} in pieces of {size}");
                }
            }
        }
    }

    #[test]
    fn names_ids_and_times() {
        let text = b"\xef\xbb\xbfevent: add\ndata: 1\nid: a\0b\nretry: 5x\n\nretry: 1500\nid: 7\n\ndata: 2\n\n";
        let (found, parser) = events(text, text.len());
        let expected = [event(None, Some("add"), "1"), event(Some("7"), None, "2")];
        assert_eq!(found, expected);
        assert_eq!(parser.last_id(), Some("7"));
        assert_eq!(parser.retry(), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn an_event_without_an_end_is_bounded() {
        let mut parser = Parser::new(10);
        let mut pieces = 0;
        while parser.next().is_ok() {
            parser.push(b"data: 1\n");
            pieces += 1;
        }
        assert!(pieces < 10);
    }
}
