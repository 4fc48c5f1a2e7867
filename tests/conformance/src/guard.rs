//! Keeps what one case does wrong from the others: a panic and a hang are failures like any other.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::Failure;

/// Does `work`; a panic in it is a failure.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Failure::cannot("panic", message(&*panic))))
}

/// Does `work` on a thread called `name`; a panic in it is a failure, and so is that it takes longer than `time`. Then its
/// thread is left alone: nothing can end it but the end of the process.
pub(crate) fn within(
    time: Duration,
    name: &str,
    work: impl FnOnce() -> Result<(), Failure> + Send + 'static,
) -> Result<(), Failure> {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::Builder::new().name(name.to_owned());
    let started = thread.spawn(move || {
        // Nobody listens any more when it took too long.
        let _ = sender.send(guarded(work));
    });
    started.map_err(|error| Failure::cannot("thread", error))?;
    let late = |_| Err(Failure::cannot("case", format_args!("it did not end within {} s", time.as_secs())));
    receiver.recv_timeout(time).unwrap_or_else(late)
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_with_its_message() {
        let told: Result<(), Failure> = guarded(|| panic!("out of {}", "luck"));
        assert_eq!(told.unwrap_err().to_string(), "panic: out of luck");
        let told: Result<(), Failure> = guarded(|| panic!("fixed"));
        assert_eq!(told.unwrap_err().to_string(), "panic: fixed");
        assert_eq!(guarded(|| Ok(1)), Ok(1));
    }

    #[test]
    fn what_does_not_end_is_a_failure() {
        let (sender, receiver) = mpsc::channel::<()>();
        let waits = move || {
            let _ = receiver.recv();
            Ok(())
        };
        let told = within(Duration::from_millis(1), "waits", waits);
        assert_eq!(told.unwrap_err().to_string(), "case: it did not end within 0 s");
        drop(sender);
        let patience = Duration::from_secs(60);
        assert_eq!(within(patience, "ends", || Ok(())), Ok(()));
        let told = within(patience, "panics", || panic!("fixed"));
        assert_eq!(told.unwrap_err().to_string(), "panic: fixed");
    }
}
