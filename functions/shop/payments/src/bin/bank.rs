//! The bank that stands in for tests, at the address in `LISTEN`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let listen = runtime::start_server(|settings| settings.text("LISTEN"))?;
    payments::run_bank(&listen, payments::stopped()).await
}
