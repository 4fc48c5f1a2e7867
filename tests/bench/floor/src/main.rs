//! The floor: `lambda_http` with nothing on it, on the runtime that the functions use. What a function costs above this
//! is its own doing.

use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}

async fn hello(_: Request) -> Result<Response<Body>, Error> {
    let body = Body::from(r#"{"status":"ok"}"#);
    Ok(Response::builder().header("content-type", "application/json").body(body)?)
}
