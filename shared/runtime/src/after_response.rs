//! Work that no client waits for.
//!
//! [`run`] does it between an answer and the next event: when `lambda_runtime` has posted the response, and before it asks
//! for another event. Lambda bills that time and gives the sandbox no other request meanwhile; the client has its answer.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use lambda_runtime::{
    LambdaEvent, LambdaInvocation, Runtime, SnapStartResource,
    layers::TracingLayer,
    service_fn,
    tower::{Service, layer::layer_fn},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, shutdown::Shutdown};

/// What a function does for the requests that it has answered. Several works join as a pair, and are done side by side.
pub trait AfterResponse {
    /// Done after each response. What takes long holds the sandbox, so an implementation bounds its time.
    fn after_response(&self) -> impl Future<Output = ()>;

    /// Done before the sandbox ends, within [`LAST_WORK`](crate::LAST_WORK).
    fn shut_down(&self) -> impl Future<Output = ()> {
        std::future::ready(())
    }

    /// Done when a snapshot was restored, before the first event: what must differ between sandboxes is drawn anew.
    ///
    /// # Errors
    /// Why the sandbox cannot be used.
    fn restored(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl<A: AfterResponse, B: AfterResponse> AfterResponse for (A, B) {
    async fn after_response(&self) {
        tokio::join!(self.0.after_response(), self.1.after_response());
    }

    async fn shut_down(&self) {
        tokio::join!(self.0.shut_down(), self.1.shut_down());
    }

    fn restored(&self) -> Result<(), Error> {
        self.0.restored()?;
        self.1.restored()
    }
}

/// Serves events with `handler`, and does `work` for each when it has been answered.
///
/// # Errors
/// When the Runtime API cannot be reached, or the work of a restored snapshot failed.
pub async fn run<A, F, Fut, R, W>(handler: F, work: W) -> Result<(), Error>
where
    A: DeserializeOwned + 'static,
    F: Fn(LambdaEvent<A>) -> Fut + 'static,
    Fut: Future<Output = Result<R, Error>> + 'static,
    R: Serialize + 'static,
    W: AfterResponse + Send + Sync + 'static,
{
    let work = Arc::new(work);
    let shutdown = Shutdown::announce().await?;
    let runtime = Runtime::new(service_fn(handler))
        .layer(layer_fn(|inner| Answered { inner, work: Arc::clone(&work) }))
        // Outermost, so that what the work logs carries the request.
        .layer(TracingLayer::new())
        .register_snapstart_resource(Arc::new(Restored(Arc::clone(&work))));
    shutdown.or_end(runtime.run(), work.shut_down()).await
}

/// The runtime's service with the work behind it.
struct Answered<S, W> {
    inner: S,
    work: Arc<W>,
}

impl<S, W> Service<LambdaInvocation> for Answered<S, W>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
    S::Future: 'static,
    W: AfterResponse + 'static,
{
    type Response = ();
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        // Ready when the response was posted.
        let answered = self.inner.call(invocation);
        let work = Arc::clone(&self.work);
        Box::pin(async move {
            let posted = answered.await;
            work.after_response().await;
            posted
        })
    }
}

/// The work as `lambda_runtime` calls it around a snapshot.
struct Restored<W>(Arc<W>);

impl<W: AfterResponse + Send + Sync> SnapStartResource for Restored<W> {
    fn after_restore(&self) -> lambda_runtime::BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(self.0.restored()))
    }
}

#[cfg(test)]
mod tests;
