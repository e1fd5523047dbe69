//! Attacks on the header: another algorithm, another key, and fields that would change the rules.

use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::{Class, and, class, headed, with};
use crate::harness::{
    TokenVerifier,
    token_verifier::{base64url, claims, jwk},
};

pub(super) fn classes(verifying: &TokenVerifier) -> Vec<Class> {
    let changed = |name: &str, member: &str, value: Option<Value>| {
        headed(verifying, name, &with(verifying.header(), member, value))
    };
    let mut classes = algorithms(verifying);
    classes.extend([
        changed("no alg", "alg", None),
        changed("alg null", "alg", Some(Value::Null)),
        changed("alg a number", "alg", Some(json!(256))),
        changed("alg a list", "alg", Some(json!(["RS256"]))),
        changed("alg an object", "alg", Some(json!({"RS256": true}))),
        changed("alg in lower case", "alg", Some(json!("rs256"))),
        changed("alg with a space", "alg", Some(json!("RS256 "))),
        changed("alg with a NUL", "alg", Some(json!("RS256\0"))),
        changed("alg empty", "alg", Some(json!(""))),
        changed("no kid", "kid", None),
        changed("kid null", "kid", Some(Value::Null)),
        changed("kid a number", "kid", Some(json!(0))),
        changed("kid a list", "kid", Some(json!([verifying.key.id()]))),
        changed("kid empty", "kid", Some(json!(""))),
        changed("kid unknown", "kid", Some(json!("unknown"))),
        changed("kid a path", "kid", Some(json!("../../../../dev/null"))),
        changed("kid a query", "kid", Some(json!("' UNION SELECT 'secret'--"))),
        changed("kid a URL", "kid", Some(json!("http://127.0.0.1:1/key"))),
        changed("kid with a space", "kid", Some(json!(format!("{} ", verifying.key.id())))),
        changed("kid with a NUL", "kid", Some(json!(format!("{}\0", verifying.key.id())))),
        changed("typ of an id token", "typ", Some(json!("id+jwt"))),
        changed("typ of a logout token", "typ", Some(json!("logout+jwt"))),
        changed("typ as a media type", "typ", Some(json!("application/at+jwt"))),
        changed("typ in lower case", "typ", Some(json!("jwt"))),
        changed("typ empty", "typ", Some(json!(""))),
        changed("typ null", "typ", Some(Value::Null)),
        changed("typ a list", "typ", Some(json!(["JWT"]))),
    ]);
    classes.extend(extensions(verifying));
    classes.extend(twice(verifying));
    classes
}

/// Another algorithm than RS256, with a valid signature for it.
fn algorithms(verifying: &TokenVerifier) -> Vec<Class> {
    let key = jwk(&verifying.key);
    let modulus = key["n"].as_str().expect("a modulus");
    let signed = |name: &str, alg: &str, key: &EncodingKey, algorithm: Algorithm| {
        let header = with(verifying.header(), "alg", Some(json!(alg)));
        let signed = format!("{}.{}", base64url(header.as_bytes()), base64url(claims_text()));
        let signature = crypto::sign(signed.as_bytes(), key, algorithm).expect("a signature");
        class(format!("algorithm: {name}"), format!("{signed}.{signature}"))
    };
    let unsigned = |name: &str, alg: &str| {
        let header = with(verifying.header(), "alg", Some(json!(alg)));
        let parts = [base64url(header.as_bytes()), base64url(claims_text())].join(".");
        class(format!("algorithm: {name}"), format!("{parts}."))
    };
    let secret = EncodingKey::from_secret;
    let own = verifying.key.private();
    vec![
        unsigned("none", "none"),
        unsigned("none in capitals", "NONE"),
        unsigned("none in mixed case", "nOnE"),
        unsigned("none called RS256", "RS256"),
        headed(
            verifying,
            "alg none on a genuine signature",
            &with(verifying.header(), "alg", Some(json!("none"))),
        ),
        signed(
            "HS256 by the public modulus",
            "HS256",
            &secret(modulus.as_bytes()),
            Algorithm::HS256,
        ),
        signed(
            "HS256 by the published JWK",
            "HS256",
            &secret(key.to_string().as_bytes()),
            Algorithm::HS256,
        ),
        signed(
            "HS256 by the key's id",
            "HS256",
            &secret(verifying.key.id().as_bytes()),
            Algorithm::HS256,
        ),
        signed("HS256 by a guessed secret", "HS256", &secret(b"secret"), Algorithm::HS256),
        signed("HS256 by an empty secret", "HS256", &secret(b""), Algorithm::HS256),
        signed("HS256 called RS256", "RS256", &secret(modulus.as_bytes()), Algorithm::HS256),
        signed("HS384", "HS384", &secret(modulus.as_bytes()), Algorithm::HS384),
        signed("HS512", "HS512", &secret(modulus.as_bytes()), Algorithm::HS512),
        signed("RS384 by the right key", "RS384", own, Algorithm::RS384),
        signed("RS512 by the right key", "RS512", own, Algorithm::RS512),
        signed("PS256 by the right key", "PS256", own, Algorithm::PS256),
        signed("RS384 called RS256", "RS256", own, Algorithm::RS384),
        signed("RS512 called RS256", "RS256", own, Algorithm::RS512),
        signed("PS256 called RS256", "RS256", own, Algorithm::PS256),
        signed("RS256 called PS256", "PS256", own, Algorithm::RS256),
        signed("RS256 called RS384", "RS384", own, Algorithm::RS256),
        signed("RS256 called ES256", "ES256", own, Algorithm::RS256),
        signed("RS256 called EdDSA", "EdDSA", own, Algorithm::RS256),
    ]
}

fn claims_text() -> &'static [u8] {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| claims().to_string()).as_bytes()
}

/// Fields that name another key, encoding or rule (RFC 7515, 7516, 7797, 8555).
fn extensions(verifying: &TokenVerifier) -> Vec<Class> {
    let members = [
        ("crit", json!(["exp"])),
        ("crit of nothing", json!([])),
        ("b64", json!(false)),
        ("b64 true", json!(true)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("jku", json!(verifying.server.url())),
        ("jwk", jwk(&verifying.key)),
        ("x5u", json!(verifying.server.url())),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("enc", json!("A256GCM")),
        ("epk", json!({})),
        ("p2c", json!(2_147_483_647)),
        ("nonce", json!("AAAA")),
        ("url", json!("https://id.example.org")),
        ("iss", json!("https://id.example.org/pool")),
        ("unknown", Value::Null),
        ("", json!("")),
    ];
    let classes = members.into_iter().map(|(name, value)| {
        let member = name.split(' ').next().expect("a word");
        headed(
            verifying,
            &format!("a member {name:?}"),
            &with(verifying.header(), member, Some(value)),
        )
    });
    classes.collect()
}

/// Duplicate fields, from which two parsers may take different values.
fn twice(verifying: &TokenVerifier) -> Vec<Class> {
    let header = verifying.header();
    vec![
        headed(verifying, "alg twice", &and(&header, r#""alg":"none""#)),
        headed(verifying, "alg twice alike", &and(&header, r#""alg":"RS256""#)),
        headed(verifying, "alg twice by an escape", &and(&header, r#""\u0061lg":"none""#)),
        headed(verifying, "kid twice", &and(&header, r#""kid":"other""#)),
        headed(verifying, "typ twice", &and(&header, r#""typ":"JWT","typ":"at+jwt""#)),
    ]
}
