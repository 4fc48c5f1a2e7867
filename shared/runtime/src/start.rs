//! A function's first moments: log, settings.

use settings::Settings;
use tracing_subscriber::fmt::format::FmtSpan;

/// Any error that ends a function.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Sets up the log and reads the configuration with `load`.
///
/// # Errors
/// One sentence that names every setting that is missing or malformed. Lambda shows it as the reason why the function did
/// not start.
pub fn start<C>(load: impl FnOnce(&mut Settings<'_>) -> C) -> Result<C, Error> {
    log_as_json(env("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let mut settings = Settings::new(env);
    let config = load(&mut settings);
    // Read here although the Lambda client reads it again: it would panic.
    for name in ["AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME"] {
        settings.text(name);
    }
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

/// One JSON object a line on standard output, which Lambda carries to CloudWatch Logs. `level` is Lambda's advanced logging
/// control; without it, `INFO`.
fn log_as_json(level: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(tracing::Level::INFO);
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_target(false)
        .with_max_level(level)
        .finish();
    // Already set in a test that starts two functions in one process: the first one's stays.
    let _ = tracing::subscriber::set_global_default(lines);
}
