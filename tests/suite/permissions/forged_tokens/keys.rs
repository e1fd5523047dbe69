//! Attacks with keys that the issuer publishes but that must not verify tokens.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use capacityctl::signing_key::SigningKey;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Class, class};
use crate::harness::{
    NOW, TokenVerifier,
    token_verifier::{CLIENT, ISSUER, base64url, claims, jwk, sign},
};

/// Keys that are too short: id, modulus, and the signature of [`weak`] with it. The library that
/// signs in these tests refuses such keys, so they come from `openssl genrsa BITS`.
const SHORT: [(&str, &str, &str); 2] = [
    (
        "rsa-1024",
        "sb5lCB5zLe2Pgc6pPw9H0nccJXdlqqK_bbZ177gVtk6CSqTKKsTuDejLhtTuu70N4UfR0xrTFfy_Du6jlvkqOF2Y\
         fLs3azhy4IIOzb3UIyFtGGS71CJiXVNtrCimyvgm3rMjKClH1dGmVMB6vV_F1hw3-w_xXeFuxCxtvYtUbO8",
        "BdMLqWJ0aVx_qCoQR5-FWD-OkW62f2YHCph2C3pRWpKKcOPGpG1hzIicZZA9e_hkfgBKlzQstLdMrfqtjOigGQvw\
         nM7_v5Iz7DmgFkDKpKvbW0MMDBx_WawTOBtV0bv1qwlrVyvzhZ3mS1ceuKZLe2RIobmY5Jrjm1Zf1jr-2is",
    ),
    (
        "rsa-2047",
        "Z53LVQZFnYZZ2R3__kY8-d4sWF2Up2UcF6F-5ypLR-kee-HkAKZDh4Lux0zyiE9EVgJi7aRgFcdYNgbgV4MNEvCe\
         M4Md9qCvc92X39e4sBldBAuQWEm0Uz1Dgcq8Hk2SL22VFn1c9cQ-H7eWZXdSANT6_4DoKE4pcQeg2MYVEb8TXLcH\
         PEtJCTFMZPVaZa94U6ExJC-3FtKBBiX5hpt4NUafPpUd-foFctX2iU4REpAjVs1RfKG3Dhpnvkq8v9FYjsDwOYif\
         i-Y0LsZH8VKHpUnimPz08cuE51ishiQmU1xGDr0DETSz4XmRoiv82PGBuGuEBWgGvhPXfiAh3dh1mw",
        "ULOtQG0NtAytu9SEgy2Uv8o_jQnzCOUYK0c1618FPYWukrJFLwHRr3tfHGNGGlJUAWU5Q5bgzFw0Nc0StSqh9lpw\
         FdSECK4Z4kmRNIrziAk-X29CyAEM9zGQeqaS8NAkvJg-Efr-O18r3BLq9-zFqkE1ljK-ngr06yfOt8XWrqfD669s\
         qOronWJQGIsDPT5b42A5sdKMQ0knoL7yVNKprdf6yuq0-yG78gUakKgSbp3C-q9Lor_M911rtv88BZl0BXcMccDG\
         2iYNvFw6nKupYf10RPRGSW7HRWZpTVNC2sUvOOlkKVakxc0OlbOqpTcJz_lCWhQT3DnSZehAdAB-WA",
    ),
];

/// Alters a published key.
type Alteration = fn(&mut Value);

/// Alterations of a good published key that make it unusable: the name for its id, and the change.
const ALTERATIONS: [(&str, Alteration); 8] = [
    ("for encryption", |key| key["use"] = "enc".into()),
    ("for no stated use", |key| drop(key.as_object_mut().map(|key| key.remove("use")))),
    ("for RS512", |key| key["alg"] = "RS512".into()),
    ("for PS256", |key| key["alg"] = "PS256".into()),
    ("of an elliptic curve", |key| key["kty"] = "EC".into()),
    ("of a type that is no text", |key| key["kty"] = json!(["RSA"])),
    ("with exponent one", |key| key["e"] = "AQ".into()),
    ("without an exponent", |key| drop(key.as_object_mut().map(|key| key.remove("e")))),
];

/// A verifier whose issuer also publishes unusable keys, and the key that these are made from.
pub(super) fn verifying() -> (TokenVerifier, SigningKey) {
    let odd = local_stack::key::make().expect("a key");
    let mut published: Vec<Value> = ALTERATIONS
        .iter()
        .map(|(id, alter)| {
            let mut key = jwk(&odd);
            key["kid"] = (*id).into();
            alter(&mut key);
            key
        })
        .collect();
    published.extend(SHORT.map(|(id, ..)| short_key(id)));
    published.push(json!({"kty": "oct", "use": "sig", "kid": "symmetric", "k": "c2VjcmV0"}));
    (TokenVerifier::beside(&published), odd)
}

/// A published key that is too short.
pub(crate) fn short_key(id: &str) -> Value {
    let (_, n, _) = SHORT.into_iter().find(|(own, ..)| *own == id).expect("one of two");
    json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": n, "e": "AQAB"})
}

pub(super) fn classes(verifying: &TokenVerifier, odd: &SigningKey) -> Vec<Class> {
    let header = |id: &str| json!({"alg": "RS256", "kid": id}).to_string();
    let claims = claims().to_string();
    let mut classes: Vec<Class> = ALTERATIONS
        .iter()
        .map(|(id, _)| {
            let token = sign(odd, header(id).as_bytes(), claims.as_bytes());
            class(format!("key: {id}"), token)
        })
        .collect();
    classes
        .extend(SHORT.map(|(id, _, signature)| class(format!("key: {id}"), weak(id, signature))));
    let symmetric = base64url(header("symmetric").as_bytes());
    let signed = format!("{symmetric}.{}", base64url(claims.as_bytes()));
    classes.push(class("key: symmetric", format!("{signed}.{}", base64url(b"secret"))));
    let one = format!(
        "{}.{}",
        base64url(header("with exponent one").as_bytes()),
        base64url(claims.as_bytes())
    );
    classes.push(class(
        "key: with exponent one, where the padded digest is its own signature",
        format!("{one}.{}", base64url(&padded_digest(one.as_bytes()))),
    ));
    // A key that the issuer does not publish.
    let unlisted = local_stack::key::make().expect("a key");
    let token = sign(&unlisted, header(unlisted.id()).as_bytes(), claims.as_bytes());
    classes.push(class("key: published by nobody", token));
    let own = sign(&unlisted, header(verifying.key.id()).as_bytes(), claims.as_bytes());
    classes.push(class("key: by the name of another", own));
    classes
}

/// The token that the short keys signed.
fn weak(id: &str, signature: &str) -> String {
    let header = format!(r#"{{"alg":"RS256","kid":"{id}"}}"#);
    let claims = format!(
        r#"{{"iss":"{ISSUER}","sub":"editor","client_id":"{CLIENT}","token_use":"access","scope":"capacity/read capacity/write","iat":{NOW},"exp":{}}}"#,
        NOW + 3_600
    );
    format!("{}.{}.{signature}", base64url(header.as_bytes()), base64url(claims.as_bytes()))
}

/// The encoded message that RSASSA-PKCS1-v1_5 signs (RFC 8017, section 9.2).
fn padded_digest(message: &[u8]) -> Vec<u8> {
    const SHA256: [u8; 19] =
        [0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32];
    let digest = Sha256::digest(message);
    let padding = vec![0xff; 256 - 3 - SHA256.len() - digest.len()];
    [&[0, 1], padding.as_slice(), &[0], &SHA256, &digest].concat()
}

/// Shows that these keys are refused for their length alone.
#[test]
fn the_short_key_really_signs() {
    use aws_lc_rs::signature::{
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as ANY_LENGTH, RsaPublicKeyComponents,
    };
    let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url");
    for (id, n, signature) in SHORT {
        let token = weak(id, signature);
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let key = RsaPublicKeyComponents { n: bytes(n), e: vec![1, 0, 1] };
        let genuine = key.verify(&ANY_LENGTH, signed.as_bytes(), &bytes(signature));
        assert!(genuine.is_ok(), "{id}");
    }
}
