//! How an HTTPS backend shows who it is. (API Gateway developer guide, `api-gateway-extensions-integration-tls-config`.)

mod validity;

use std::sync::Arc;

use gateway::Tls;
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

/// Speaks HTTP and HTTPS, HTTP/2 where the server takes it.
///
/// # Errors
/// When `serverNameToVerify` is no name.
pub(crate) fn connector(tls: &Tls, tcp: HttpConnector) -> Result<HttpsConnector<HttpConnector>, Error> {
    let builder = HttpsConnectorBuilder::new();
    let builder = if tls.insecure { builder.with_tls_config(insecure()?) } else { builder.with_webpki_roots() };
    let mut builder = builder.https_or_http();
    if let Some(name) = &tls.server_name {
        let name = ServerName::try_from(name.clone())
            .map_err(|_| Error::General(format!("serverNameToVerify {name:?} is no host name")))?;
        // The name goes into the handshake too: servers choose their certificate by it.
        builder = builder.with_server_name_resolver(FixedServerNameResolver::new(name));
    }
    Ok(builder.enable_http1().enable_http2().wrap_connector(tcp))
}

fn insecure() -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(AnyIssuer(Arc::clone(&provider)));
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// `insecureSkipVerification`: the certificate may be anybody's, its own included, but it must be for the server's name and
/// of today, and the server must hold its key.
///
/// AWS also wants the issuing root to be an authority by its extensions. It is not documented how it gets to see a root
/// that servers do not send, and a check of a root that nobody vouches for keeps nobody out; so there is none here.
#[derive(Debug)]
struct AnyIssuer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyIssuer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        let (not_before, not_after) = validity::read(end_entity).ok_or(CertificateError::BadEncoding)?;
        match now.as_secs() {
            now if now < not_before => Err(CertificateError::NotValidYet.into()),
            now if now > not_after => Err(CertificateError::Expired.into()),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
