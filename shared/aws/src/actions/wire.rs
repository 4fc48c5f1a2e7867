//! What a client of the SDK sent and got, as it was on the wire: HTTP APIs hand on the service's own answer.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_sqs::error::SdkError;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut},
            dyn_dispatch_hint,
        },
        orchestrator::HttpResponse,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use gateway::{CallProblem, Headers, HttpAnswer, MAX_PAYLOAD_BYTES};

use crate::{
    answer::error_code,
    attempts::{Attempt, unreachable},
};

/// Keeps the answer to one call.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire {
    answer: Arc<Mutex<Option<HttpAnswer>>>,
    /// Put before the host's name by the client, which does so even where a setting says what the host is.
    unwanted_prefix: Option<&'static str>,
}

impl Wire {
    /// One that takes `prefix` off the host again.
    pub(super) fn without_prefix(prefix: &'static str) -> Self {
        Wire { unwanted_prefix: Some(prefix), ..Wire::default() }
    }

    /// What came of the call.
    pub(super) fn attempt<E>(&self, sent: Result<(), SdkError<E, HttpResponse>>) -> Attempt<HttpAnswer>
    where
        E: Error + 'static,
    {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (answer, sent) {
            (Some(answer), _) if answer.body.len() > MAX_PAYLOAD_BYTES => Attempt::Final(Err(CallProblem::TooLarge)),
            (Some(answer), Ok(()) | Err(SdkError::ServiceError(_))) => {
                Attempt::of(answer.status, error_code(&answer).as_deref(), Ok(answer))
            }
            (_, Err(error)) => unreachable(&error),
            (None, Ok(())) => Attempt::Final(Err(CallProblem::Unreachable("there was no answer".to_owned()))),
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for Wire {
    fn name(&self) -> &'static str {
        "Wire"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let Some((scheme, rest)) = request.uri().split_once("://") else { return Ok(()) };
        if let Some(rest) = self.unwanted_prefix.and_then(|prefix| rest.strip_prefix(prefix)) {
            let uri = format!("{scheme}://{rest}");
            request.set_uri(uri)?;
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let headers = response.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let answer = HttpAnswer {
            status: response.status().as_u16(),
            headers: Headers(headers),
            body: Bytes::copy_from_slice(response.body().bytes().unwrap_or_default()),
        };
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        Ok(())
    }
}
