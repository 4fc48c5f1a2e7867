//! HTTP APIs' parameter mapping at work, on the way to a backend and back.
//! (API Gateway developer guide, `http-api-parameter-mapping`.)

use definition::{Change, ChangeOperation, ChangeTarget, Piece};
use mapping::Body;

use crate::{GatewayRequest, GatewayResponse, Headers, Refusal, exchange::Exchange, outgoing::one_line, url};

/// The request with its changes; the path, if it is to be another, beside it.
///
/// # Errors
/// 400 where the body is to be looked into and is broken JSON.
pub(crate) fn of_request(
    changes: &[Change],
    exchange: &Exchange<'_>,
) -> Result<(GatewayRequest, Option<String>), Refusal> {
    let mut request = exchange.request.clone();
    let mut query = request.query_pairs();
    let mut path = None;
    let mut query_changes = false;
    for change in changes {
        let value = request_value(change, exchange)?;
        match &change.target {
            ChangeTarget::Header(name) => change_header(&mut request.headers, name, change.operation, value),
            ChangeTarget::Query(name) => {
                query_changes = true;
                if change.operation != ChangeOperation::Append {
                    query.retain(|(other, _)| other != name);
                }
                query.extend(value.map(|value| (name.clone(), value)));
            }
            ChangeTarget::Path => path = value,
            ChangeTarget::StatusCode => {}
        }
    }
    if query_changes {
        request.query = url::query(&query);
    }
    Ok((request, path))
}

/// Applies the changes that are for the response's status.
///
/// # Errors
/// 500 where the body is to be looked into and is broken JSON.
pub(crate) fn of_response(
    changes: &[(u16, Vec<Change>)],
    exchange: &Exchange<'_>,
    response: &mut GatewayResponse,
) -> Result<(), Refusal> {
    let Some((_, changes)) = changes.iter().find(|(status, _)| *status == response.status) else { return Ok(()) };
    let before = response.headers.clone();
    let body = Body::new(String::from_utf8_lossy(&response.body).into_owned());
    for change in changes {
        let value = response_value(change, exchange, &before, &body)?;
        match &change.target {
            ChangeTarget::Header(name) => change_header(&mut response.headers, name, change.operation, value),
            ChangeTarget::StatusCode => {
                let status = value.and_then(|value| value.parse().ok()).filter(|status| (200..=599).contains(status));
                response.status = status.unwrap_or(response.status);
            }
            ChangeTarget::Query(_) | ChangeTarget::Path => {}
        }
    }
    Ok(())
}

fn change_header(headers: &mut Headers, name: &str, operation: ChangeOperation, value: Option<String>) {
    if operation != ChangeOperation::Append {
        headers.remove(&[name]);
    }
    if let Some(value) = value {
        headers.add(name, one_line(&value));
    }
}

/// The value, if the change has one; of nothing found, nothing.
fn request_value(change: &Change, exchange: &Exchange<'_>) -> Result<Option<String>, Refusal> {
    join(change, |piece| match piece {
        Piece::Literal(text) => Ok(text.clone()),
        Piece::RequestPath => Ok(exchange.request.path.clone()),
        Piece::Value(source) => Ok(exchange.values(source)?.join(",")),
    })
}

fn response_value(
    change: &Change,
    exchange: &Exchange<'_>,
    headers: &Headers,
    body: &Body,
) -> Result<Option<String>, Refusal> {
    join(change, |piece| match piece {
        Piece::Literal(text) => Ok(text.clone()),
        Piece::RequestPath => Ok(exchange.request.path.clone()),
        Piece::Value(source) => Ok(exchange.response_value(source, headers, body)?.unwrap_or_default()),
    })
}

fn join(change: &Change, value: impl Fn(&Piece) -> Result<String, Refusal>) -> Result<Option<String>, Refusal> {
    if change.operation == ChangeOperation::Remove {
        return Ok(None);
    }
    let text = change.value.iter().map(value).collect::<Result<String, Refusal>>()?;
    Ok((!text.is_empty()).then_some(text))
}
