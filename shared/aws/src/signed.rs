//! One signed request, whatever the service. (IAM user guide, `reference_sigv`.)

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningInstructions, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4::SigningParams,
};
use aws_smithy_runtime_api::client::{
    http::HttpConnector as _,
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use gateway::{CallProblem, HttpAnswer, ServiceCall};
use http::Request;

use crate::{
    Connection, answer,
    attempts::{Attempt, unreachable},
    chain,
};

/// Headers that are made here.
const OWN: [&str; 6] =
    ["authorization", "content-length", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];

/// Signs and sends `call` once. Its role and timeout are the caller's matter.
pub(crate) async fn send(
    connection: &Connection,
    call: &ServiceCall,
    credentials: &Credentials,
) -> Attempt<HttpAnswer> {
    let request = match request(connection, call, credentials) {
        Ok(request) => request,
        Err(why) => return Attempt::Final(Err(CallProblem::Unreachable(why))),
    };
    match connection.connector().call(request).await {
        Err(error) => unreachable(&error),
        Ok(response) => match read(response).await {
            Ok(answer) => Attempt::of(answer.status, answer::error_code(&answer).as_deref(), Ok(answer)),
            problem => Attempt::Final(problem),
        },
    }
}

async fn read(response: HttpResponse) -> Result<HttpAnswer, CallProblem> {
    let response = response.try_into_http1x();
    answer::read(response.map_err(|error| CallProblem::Unreachable(chain(&error)))?).await
}

/// The request as it goes over the wire, or why it cannot be written.
fn request(connection: &Connection, call: &ServiceCall, credentials: &Credentials) -> Result<HttpRequest, String> {
    let cannot = |error: &dyn std::error::Error| format!("the request cannot be written: {}", chain(error));
    let url = url(connection, call);
    let headers = call.headers.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers: Vec<_> = headers.filter(|(name, _)| !OWN.iter().any(|own| own.eq_ignore_ascii_case(name))).collect();
    let signature = signature(connection, call, credentials, &url, &headers).map_err(|error| cannot(&*error))?;
    let request = Request::builder().method(call.method.as_str()).uri(&url);
    let request = headers
        .into_iter()
        .chain(signature.headers())
        .fold(request, |request, (name, value)| request.header(name, value));
    let request = request.body(SdkBody::from(call.body.clone())).map_err(|error| cannot(&error))?;
    HttpRequest::try_from(request).map_err(|error| cannot(&error))
}

fn url(connection: &Connection, call: &ServiceCall) -> String {
    let base = match connection.shared().endpoint_url() {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => format!("https://{}", call.host),
    };
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
    format!("{base}{}{query}", call.path)
}

fn signature(
    connection: &Connection,
    call: &ServiceCall,
    credentials: &Credentials,
    url: &str,
    headers: &[(&str, &str)],
) -> Result<SigningInstructions, Box<dyn std::error::Error>> {
    let identity = credentials.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&call.region)
        .name(signing_name(&call.service))
        .time(connection.now())
        .settings(settings(&call.service))
        .build()?
        .into();
    let body = SignableBody::Bytes(&call.body);
    let request = SignableRequest::new(&call.method, url, headers.iter().copied(), body)?;
    Ok(sign(request, &params)?.into_parts().0)
}

/// S3 signs the path as it is sent and wants the body's hash in a header; all others sign the path normalised and encoded
/// once more. (IAM user guide, `reference_sigv-create-signed-request`.)
fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if signing_name(service) == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}

/// The name that a service is signed for, by the name of its host: the same, but for those below, as their models say. Of a
/// name with a subdomain (`bucket.s3`, `a1b2c3.execute-api`) it is the last part.
fn signing_name(service: &str) -> &str {
    match service {
        "email" => "ses",
        "bedrock-agent-runtime" | "bedrock-runtime" => "bedrock",
        "appconfigdata" => "appconfig",
        "streams.dynamodb" => "dynamodb",
        "metering.marketplace" => "aws-marketplace",
        "data-ats.iot" | "data.iot" => "iotdata",
        "runtime.lex" => "lex",
        "runtime.sagemaker" => "sagemaker",
        service => service.rsplit('.').next().unwrap_or_default(),
    }
}
