use super::*;
use crate::compile;

const SOURCE: &str = "
openapi: 3.0.3
paths: {}
x-tollgate-websocket: {security: [{api_key: []}, {api_key: [], shopper: [read]}]}
x-tollgate-channels:
  - {channel: 'orders/{tenant}/{sub}', allow: [subscribe], where: {client_id: [web]}}
components:
  securitySchemes:
    api_key: {type: apiKey, name: x-api-key, in: header}
    shopper:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer:
        type: cognito_user_pools
        identityValidationExpression: ^Bearer .+$
        providerARNs: ['${stageVariables.pool}']
    unused:
      type: oauth2
      x-amazon-apigateway-authorizer:
        type: jwt
        jwtConfiguration: {issuer: 'https://id.example.com', audience: [shop]}
";

#[test]
fn the_doors_are_packed_as_what_is_read() {
    let doors = Doors::of(&compile(SOURCE).unwrap());
    assert_eq!(Doors::decode(&doors.encode().unwrap()), Ok(doors.clone()));
    assert_eq!(doors.tokens.keys().collect::<Vec<_>>(), ["shopper"], "what no door asks is not packed");
    assert_eq!(doors.connect.claims, ["client_id", "sub", "tenant"]);
    assert_eq!(doors.connect.alternatives.len(), 2);
    assert!(Doors::decode("{").unwrap_err().contains("line 1"));
}
