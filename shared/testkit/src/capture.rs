//! What this thread logs, at every level: for tests that look for what must not be told.

use std::{cell::RefCell, io};

use tracing::Level;

thread_local! {
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Forgets what was logged before.
pub fn begin() {
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_max_level(Level::TRACE);
    // One serves all threads.
    let _ = tracing::subscriber::set_global_default(lines.with_writer(|| Lines).finish());
    WRITTEN.take();
}

/// All that was logged since.
pub fn end() -> String {
    String::from_utf8_lossy(&WRITTEN.take()).into_owned()
}
