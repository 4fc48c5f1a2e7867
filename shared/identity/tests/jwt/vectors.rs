//! Tokens that others signed: the examples of RFC 7515 (appendices A.2 and A.3). Their issuer is `joe`, and they expired
//! on 22 March 2011.

use identity::{JwtRefusal, JwtRules, KeySets, KeySource, TrustedIssuer, verify_jwt};
use serde_json::{Value, json};

use crate::desk::{Web, ready};

const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn check(jwk: &Value, header: &str, signature: &str) {
    let web = Web::default();
    web.put("https://joe/keys", &json!({"keys": [jwk]}), None);
    let issuer = TrustedIssuer { name: "joe".to_owned(), keys: KeySource::Url("https://joe/keys".to_owned()) };
    let rules = JwtRules { issuers: vec![issuer], ..JwtRules::of_issuer("joe") };
    let token = format!("{header}.{CLAIMS}.{signature}");
    let verify = |token: &str, now_s: u64| ready(verify_jwt(token, &rules, &[], &KeySets::new(&web), now_s * 1000));
    assert!(verify(&token, 1_300_819_379).is_ok());
    assert_eq!(verify(&token, 1_300_819_440), Err(JwtRefusal::Expired));
    let other = token.replace("Q.", "A.");
    assert_ne!(other, token);
    assert!(verify(&other, 1_300_819_379).is_err());
}

#[test]
fn the_rsa_example_of_rfc_7515_is_genuine() {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-\
        pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665\
        xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb\
        F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--x\
        i12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQ\
        Ge77Rw";
    check(&json!({"kty": "RSA", "n": n, "e": "AQAB"}), "eyJhbGciOiJSUzI1NiJ9", signature);
}

#[test]
fn the_curve_example_of_rfc_7515_is_genuine() {
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    check(&jwk, "eyJhbGciOiJFUzI1NiJ9", signature);
}
