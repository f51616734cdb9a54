//! Everything that any crate logs or traces in this process, at every level, and all panic
//! messages.

use std::io;
use std::sync::{Mutex, Once};

use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Starts capturing, once.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Captures the `log` facade as well.
        tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Writer)
            .init();
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.lock().unwrap().push(panic.to_string());
            // Ignores the many intended panics.
            if panic
                .location()
                .is_none_or(|place| !place.file().ends_with("secrets/shown.rs"))
            {
                tell(panic);
            }
        }));
    });
}

/// Returns everything captured so far.
pub(crate) fn written() -> String {
    String::from_utf8_lossy(&WRITTEN.lock().unwrap()).into_owned()
}

/// Returns the messages of all panics so far.
pub(crate) fn panics() -> Vec<String> {
    PANICS.lock().unwrap().clone()
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
