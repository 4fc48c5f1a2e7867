//! A function's first moments: log, settings.

use settings::Settings;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    filter::Targets,
    fmt::{MakeWriter, format::FmtSpan},
    layer::SubscriberExt as _,
};

/// Any error that ends a function.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Sets up the log and reads the configuration with `load`.
///
/// # Errors
/// One sentence that names every setting that is missing or malformed. Lambda shows it as the reason why the function did
/// not start.
pub fn start<C>(load: impl FnOnce(&mut Settings<'_>) -> C) -> Result<C, Error> {
    start_server(|settings| {
        let config = load(settings);
        // Read here although the Lambda client reads it again: it would panic.
        for name in ["AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME"] {
            settings.text(name);
        }
        config
    })
}

/// The same for a process that Lambda does not run.
///
/// # Errors
/// As [`start`].
pub fn start_server<C>(load: impl FnOnce(&mut Settings<'_>) -> C) -> Result<C, Error> {
    let level = env("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    // The function's crate is the one that the configuration is defined in.
    let function = std::any::type_name::<C>().split("::").next().unwrap_or_default();
    // Already set in a test that starts two functions in one process: the first one's stays.
    let _ = tracing::subscriber::set_global_default(json_lines(function, level, std::io::stdout));
    let mut settings = Settings::new(env);
    let config = load(&mut settings);
    Ok(settings.finish(config)?)
}

/// Reads what was packed beside the function's `bootstrap`.
///
/// # Errors
/// One sentence that names the file, when it cannot be read or `read` refuses its text.
pub fn packed<T>(file: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Error> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot start: {file} cannot be read: {error}; `tollgate build` writes it"))?;
    Ok(read(&text).map_err(|why| format!("cannot start: {file} is refused: {why}"))?)
}

/// A variable of the process's environment.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Milliseconds since 1970, by this machine's clock.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn clock_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// 64 random bits, from the system.
///
/// # Errors
/// When it has none.
pub fn random_id() -> Result<u64, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random bytes: {error}"))?;
    Ok(u64::from_be_bytes(bytes))
}

/// One JSON object a line, which Lambda carries from standard output to CloudWatch Logs. `level` is Lambda's advanced logging
/// control. It is the function's own: what others tell in more detail than `INFO` holds whole events, requests and
/// credentials, and is never written.
fn json_lines<W>(function: &str, level: LevelFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_target(false)
        .with_max_level(level)
        .with_writer(writer)
        .finish();
    lines.with(Targets::new().with_target(function, level).with_default(level.min(LevelFilter::INFO)))
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn others_write() {
        tracing::trace!(target: "lambda_runtime::layers::api_response", body = "s3cr3t", "an event");
        tracing::debug!(target: "aws_smithy_runtime::client", request = "s3cr3t", "a request");
        tracing::info!(target: "aws_config", "others' word");
    }

    /// Which of five lines are written at `level`.
    fn written(level: &str) -> Vec<&'static str> {
        let written = Written::default();
        let writer = written.clone();
        let lines = json_lines("router", level.parse().unwrap(), move || writer.clone());
        tracing::subscriber::with_default(lines, || {
            others_write();
            tracing::trace!(target: "router::admit", "own detail");
            tracing::error!(target: "router", "own failure");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("s3cr3t"), "{text}");
        let all = ["an event", "a request", "others' word", "own detail", "own failure"];
        all.into_iter().filter(|line| text.contains(line)).collect()
    }

    #[test]
    fn at_no_level_is_an_event_or_a_request_written() {
        for (level, lines) in [
            ("TRACE", &["others' word", "own detail", "own failure"][..]),
            ("DEBUG", &["others' word", "own failure"]),
            ("INFO", &["others' word", "own failure"]),
            ("ERROR", &["own failure"]),
        ] {
            assert_eq!(written(level), lines, "{level}");
        }
    }
}
