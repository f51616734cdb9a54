//! All that is logged and traced in this process, at every level, by every crate; and all messages
//! of panics.

use std::io;
use std::sync::{Mutex, Once};

use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Begins to listen, if nobody has.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // It takes what goes to the `log` facade as well.
        tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Writer)
            .init();
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.lock().unwrap().push(panic.to_string());
            // Those that are meant to happen are many.
            if panic
                .location()
                .is_none_or(|place| !place.file().ends_with("secrets/shown.rs"))
            {
                tell(panic);
            }
        }));
    });
}

/// What was written so far.
pub(crate) fn written() -> String {
    String::from_utf8_lossy(&WRITTEN.lock().unwrap()).into_owned()
}

/// The messages of all panics so far.
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
