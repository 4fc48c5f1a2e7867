//! Takes from an event what would make `lambda_http` panic, before it makes a request of it.
//!
//! `lambda_http` 1.3 puts a URI together and unwraps it: an event whose `Host` or `X-Forwarded-Proto` header, query
//! string or path is not fit for one ends the execution environment; so does a body that is declared as base64 and is
//! not. The service needs neither URI nor query.

use aws_lambda_events::query_map::QueryMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lambda_http::{
    LambdaEvent, aws_lambda_events,
    http::{HeaderMap, header::HOST},
    request::LambdaRequest,
};

/// The longest path that is looked at: API Gateway's limit for a request line with its headers. A longer one cannot
/// come from there; it becomes `/`, which is answered with 404. (A URI must stay below 65,536 bytes, each byte of a
/// path may take three.)
const MAX_PATH_BYTES: usize = 10_240;

/// The longest name of a stage, AWS's limit. `lambda_http` puts it before the path.
const MAX_STAGE_BYTES: usize = 128;

/// The same event, harmless.
#[must_use]
pub fn disarmed(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    match &mut event.payload {
        LambdaRequest::ApiGatewayV2(request) => {
            request.raw_query_string = None;
            request.query_string_parameters = QueryMap::default();
            request.request_context.domain_name = None;
            request.request_context.stage.take_if(|stage| stage.len() > MAX_STAGE_BYTES);
            without_host(&mut request.headers);
            request.raw_path = Some(path(request.raw_path.take()));
            request.is_base64_encoded &= is_base64(request.body.as_deref());
        }
        LambdaRequest::ApiGatewayV1(request) => {
            request.query_string_parameters = QueryMap::default();
            request.multi_value_query_string_parameters = QueryMap::default();
            request.request_context.domain_name = None;
            request.request_context.stage.take_if(|stage| stage.len() > MAX_STAGE_BYTES);
            without_host(&mut request.headers);
            request.path = Some(path(request.path.take()));
            request.is_base64_encoded &= is_base64(request.body.as_deref());
        }
        _ => {}
    }
    event
}

/// Without a host, `lambda_http` takes `localhost` and `http`.
fn without_host(headers: &mut HeaderMap) {
    headers.remove(HOST);
}

fn path(path: Option<String>) -> String {
    path.filter(|path| path.starts_with('/') && path.len() <= MAX_PATH_BYTES).unwrap_or_else(|| "/".to_owned())
}

/// What is not base64 is taken as it stands: it is no JSON then, and is refused as such.
fn is_base64(body: Option<&str>) -> bool {
    body.is_none_or(|body| STANDARD.decode(body).is_ok())
}

#[cfg(test)]
mod tests;
