//! Attacks on the envelope: the HTTP header, the three parts, their base64url and their JSON.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use lambda_http::{
    Body, Request,
    http::{HeaderValue, header::AUTHORIZATION},
};
use serde_json::json;

use super::{Class, and, claiming, class, headed};
use crate::harness::{
    TokenVerifier,
    token_verifier::{base64url, bearing, claims, sign, with_header},
};

pub(super) fn classes(verifying: &TokenVerifier) -> Vec<Class> {
    let mut classes = transport(verifying);
    classes.extend(parts(verifying));
    classes.extend(encodings(verifying));
    classes.extend(json_texts(verifying));
    classes
}

/// A good token that is not sent as the request's one bearer token.
fn transport(verifying: &TokenVerifier) -> Vec<Class> {
    let token = verifying.good();
    let sent = |name: &str, header: &str, value: &str| {
        let request = with_header(header, value.as_bytes()).expect("a header's value");
        Class(format!("transport: {name}"), request)
    };
    let authorization = |name: &str, value: &str| sent(name, "authorization", value);
    let mut two = bearing(token.as_bytes()).expect("a header's value");
    two.headers_mut().append(AUTHORIZATION, HeaderValue::from_static("Bearer a.b.c"));
    let mut same = bearing(token.as_bytes()).expect("a header's value");
    let again = same.headers()[AUTHORIZATION].clone();
    same.headers_mut().append(AUTHORIZATION, again);
    let mut query = Request::new(Body::Empty);
    *query.uri_mut() = format!("/?access_token={token}").parse().expect("a URI");
    vec![
        Class("transport: no header".to_owned(), Request::new(Body::Empty)),
        Class("transport: two headers".to_owned(), two),
        Class("transport: the same header twice".to_owned(), same),
        Class("transport: in the query".to_owned(), query),
        sent("in a cookie", "cookie", &format!("access_token={token}")),
        sent("in a header of its own", "x-access-token", &token),
        sent("in Proxy-Authorization", "proxy-authorization", &format!("Bearer {token}")),
        authorization("nothing", ""),
        authorization("no scheme", &token),
        authorization("no token", "Bearer"),
        authorization("no token but a space", "Bearer "),
        authorization("no token but spaces", "Bearer    "),
        authorization("no space", &format!("Bearer{token}")),
        authorization("a tab", &format!("Bearer\t{token}")),
        authorization("a space and a tab", &format!("Bearer \t{token}")),
        authorization("a tab and a space", &format!("Bearer\t {token}")),
        authorization("a space before", &format!(" Bearer {token}")),
        authorization("a space after", &format!("Bearer {token} ")),
        authorization("a colon", &format!("Bearer: {token}")),
        authorization("Basic", &format!("Basic {token}")),
        authorization("Basic in base64", &format!("Basic {}", BASE64_STANDARD.encode(&token))),
        authorization("DPoP", &format!("DPoP {token}")),
        authorization("Token", &format!("Token {token}")),
        authorization("the scheme twice", &format!("Bearer Bearer {token}")),
        authorization("two tokens", &format!("Bearer {token}, Bearer {token}")),
        authorization("quoted", &format!("Bearer \"{token}\"")),
        authorization("a parameter", &format!("Bearer token={token}")),
    ]
}

/// Not three parts, or parts in the wrong order.
fn parts(verifying: &TokenVerifier) -> Vec<Class> {
    let token = verifying.good();
    let (head, signature) = token.rsplit_once('.').expect("a signature");
    let (header, claims) = head.split_once('.').expect("claims");
    let whole = json!({"protected": header, "payload": claims, "signature": signature});
    [
        ("one part", header.to_owned()),
        ("two parts", head.to_owned()),
        ("four parts", format!("{token}.{signature}")),
        ("five parts, as if encrypted", format!("{header}..{claims}.{signature}.{signature}")),
        ("nothing but dots", "..".to_owned()),
        ("a dot", ".".to_owned()),
        ("no header", format!(".{claims}.{signature}")),
        ("no claims", format!("{header}..{signature}")),
        ("a dot before", format!(".{token}")),
        ("a dot after", format!("{token}.")),
        ("header and claims exchanged", format!("{claims}.{header}.{signature}")),
        ("dots percent-encoded", token.replace('.', "%2E")),
        ("dots of another script", token.replace('.', "\u{3002}")),
        ("JSON serialisation", whole.to_string()),
        ("JSON serialisation in base64url", base64url(whole.to_string().as_bytes())),
        ("encoded twice", base64url(token.as_bytes())),
        ("more than 8 KiB", "a".repeat(9_000)),
        (
            "more than 8 KiB, and well signed",
            verifying.sign(
                &verifying.header().to_string(),
                &and(&super::claims(), &format!("\"pad\":\"{}\"", "x".repeat(6_000))),
            ),
        ),
    ]
    .into_iter()
    .map(|(name, token)| class(format!("parts: {name}"), token))
    .collect()
}

/// Base64url that is not canonical: several texts for the same content.
fn encodings(verifying: &TokenVerifier) -> Vec<Class> {
    let token = verifying.good();
    let parts: Vec<&str> = token.split('.').collect();
    let replaced = |at: usize, part: String| {
        let mut parts = parts.clone();
        parts[at] = &part;
        parts.join(".")
    };
    let mut classes = Vec::new();
    for (at, name) in ["header", "claims", "signature"].into_iter().enumerate() {
        let part = parts[at];
        let mut attack = |how: &str, part: String| {
            classes.push(class(format!("encoding: {how} in the {name}"), replaced(at, part)));
        };
        attack("padding", format!("{part}="));
        attack("a character that is none of it", format!("{part}*"));
        attack("a character missing", part[..part.len() - 1].to_owned());
        attack("a character more", format!("{part}A"));
        attack("a percent sign", format!("{part}%3D"));
    }
    // Text that is not canonical is refused even if it is properly signed.
    let claims_of = |length: usize| {
        let padding = format!("\"pad\":\"{}\"", "~".repeat(length));
        and(&claims(), &padding).into_bytes()
    };
    let resigned = |name: &str, alter: &dyn Fn(String) -> String| {
        let length = (0..3).find(|length| claims_of(*length).len() % 3 == 1).expect("one of three");
        let claims = alter(base64url(&claims_of(length)));
        let signed = format!("{}.{claims}", base64url(verifying.header().to_string().as_bytes()));
        let signature = jsonwebtoken::crypto::sign(
            signed.as_bytes(),
            verifying.key.private(),
            jsonwebtoken::Algorithm::RS256,
        );
        let token = format!("{signed}.{}", signature.expect("a signature"));
        class(format!("encoding: well signed, {name}"), token)
    };
    classes.extend([
        resigned("with padding", &|claims| format!("{claims}==")),
        resigned("with bits that count for nothing", &|claims| {
            // Its four lowest bits are zero: the next character decodes to the same byte.
            let last = claims.bytes().last().expect("a character") + 1;
            format!("{}{}", &claims[..claims.len() - 1], char::from(last))
        }),
        resigned("in the alphabet of base64", &|claims| {
            claims.replace('-', "+").replace('_', "/") + "+/"
        }),
    ]);
    // The last character of the signature has four unused bits.
    let signature = parts[2];
    let last = signature.chars().last().expect("a character");
    let next = char::from(u8::try_from(last).expect("ASCII") + 1);
    let altered = format!("{}{next}", &signature[..signature.len() - 1]);
    classes.push(class(
        "encoding: bits that count for nothing in the signature",
        replaced(2, altered),
    ));
    classes
}

/// Properly signed texts that are not one JSON object, or that two parsers may read differently.
fn json_texts(verifying: &TokenVerifier) -> Vec<Class> {
    let (header, good) = (verifying.header(), claims());
    let deep = format!("\"deep\":{}{}", "[".repeat(64), "]".repeat(64));
    let texts = [
        ("an array", format!("[{good}]")),
        ("a string", good.to_string().replace('"', "'")),
        ("null", "null".to_owned()),
        ("a number", "1".to_owned()),
        ("nothing", String::new()),
        ("an empty object", "{}".to_owned()),
        ("two objects", format!("{good}{good}")),
        ("something after the object", format!("{good}x")),
        ("a comma too many", and(&good, "")),
        ("a comment", format!("{good}// no")),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("a NUL after the object", format!("{good}\0")),
        ("an unpaired surrogate", and(&good, r#""x":"\ud800""#)),
        ("a number that is none", and(&good, r#""x":NaN"#)),
        ("a control character", and(&good, "\"x\":\"\n\"")),
        ("nested too deep", and(&good, &deep)),
        ("a member twice", and(&good, r#""x":1,"x":1"#)),
        ("a member twice in depth", and(&good, r#""x":[{"y":1,"y":2}]"#)),
        ("sub twice", and(&good, r#""sub":"reader""#)),
        ("sub twice by an escape", and(&good, r#""s\u0075b":"reader""#)),
        ("exp twice", and(&good, r#""exp":9999999999"#)),
        ("scope twice", and(&good, r#""scope":"capacity/write""#)),
    ];
    let mut classes: Vec<Class> = texts
        .iter()
        .map(|(name, text)| claiming(verifying, &format!("JSON: {name}"), text))
        .collect();
    for text in [json!([header]).to_string(), "null".to_owned(), format!("{header} {header}")] {
        classes.push(headed(verifying, &format!("JSON: {}", &text[..4]), &text));
    }
    let bytes = |name: &str, header: &[u8], claims: &[u8]| {
        class(format!("bytes: {name}"), sign(&verifying.key, header, claims))
    };
    let (header, good) = (header.to_string(), good.to_string());
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let after = |text: &str, bytes: &[u8]| {
        [text.trim_end_matches('}').as_bytes(), b",\"x\":\"", bytes, b"\"}"].concat()
    };
    classes.extend([
        bytes("UTF-16", header.as_bytes(), &utf16),
        bytes("claims that are not UTF-8", header.as_bytes(), &after(&good, b"\xff")),
        bytes("claims in overlong UTF-8", header.as_bytes(), &after(&good, b"\xc0\xaf")),
        bytes("a surrogate as UTF-8", header.as_bytes(), &after(&good, b"\xed\xa0\x80")),
        bytes("a header that is not UTF-8", &after(&header, b"\xff"), good.as_bytes()),
    ]);
    classes
}
