use std::sync::{Mutex, PoisonError};

use lambda_runtime::{Context as Invoked, tower::ServiceExt as _};

use super::*;

/// What happened, in order.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what.into());
    }

    fn read(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Noted(Diary, &'static str);

impl AfterResponse for Noted {
    async fn after_response(&self) {
        tokio::task::yield_now().await;
        self.0.note(format!("{}: after the response", self.1));
    }

    async fn shut_down(&self) {
        self.0.note(format!("{}: at the end", self.1));
    }

    fn restored(&self) -> Result<(), Error> {
        self.0.note(format!("{}: restored", self.1));
        if self.1 == "faulty" { Err("no random bytes".into()) } else { Ok(()) }
    }
}

fn invocation() -> LambdaInvocation {
    let (parts, ()) = http::Response::new(()).into_parts();
    LambdaInvocation { parts, body: bytes::Bytes::new(), context: Invoked::default() }
}

/// A service that posts a response, or fails to.
async fn serve(diary: &Diary, posted: Result<(), &'static str>) -> Result<(), Error> {
    let noting = diary.clone();
    let inner = service_fn(move |_: LambdaInvocation| {
        let diary = noting.clone();
        async move {
            tokio::task::yield_now().await;
            diary.note("the response is posted");
            posted.map_err(Error::from)
        }
    });
    let work = Arc::new((Noted(diary.clone(), "one"), Noted(diary.clone(), "other")));
    Answered { inner, work }.oneshot(invocation()).await
}

#[tokio::test(flavor = "current_thread")]
async fn the_work_begins_when_the_response_is_posted_and_ends_before_the_next_event() {
    let diary = Diary::default();
    assert!(serve(&diary, Ok(())).await.is_ok());
    let mut read = diary.read();
    assert_eq!(read.remove(0), "the response is posted");
    read.sort();
    assert_eq!(read, ["one: after the response", "other: after the response"]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_response_that_could_not_be_posted_ends_the_runtime_after_the_work() {
    let diary = Diary::default();
    let failed = serve(&diary, Err("no Runtime API")).await.unwrap_err();
    assert_eq!((failed.to_string().as_str(), diary.read().len()), ("no Runtime API", 3));
}

#[tokio::test(flavor = "current_thread")]
async fn each_of_several_works_hears_of_the_end_and_of_a_restore() {
    let diary = Diary::default();
    let works = (Noted(diary.clone(), "one"), (Noted(diary.clone(), "faulty"), Noted(diary.clone(), "other")));
    works.shut_down().await;
    let mut read = diary.read();
    read.sort();
    assert_eq!(read, ["faulty: at the end", "one: at the end", "other: at the end"]);
    let failed = Restored(Arc::new(works)).after_restore().await.unwrap_err();
    assert_eq!(failed.to_string(), "no random bytes", "a sandbox that cannot be told from others is not used");
}
