//! AUTH_MODE=jwt: tokens that the function verifies itself, against a real issuer's keys.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use local_stack::issuer::{CLIENT_ID, LocalIssuer};
use serde_json::{Value, json};

use crate::harness::{App, Call, NOW, World, gateway_settings};

/// The functions verifying tokens of an issuer of their own.
async fn verifying(issuer: &LocalIssuer) -> App {
    let app = World::family().start().await;
    let mut settings = gateway_settings(&app.tables);
    let own =
        [("AUTH_MODE", "jwt"), ("JWT_ISSUER", &issuer.issuer().url), ("JWT_CLIENT_IDS", CLIENT_ID)];
    settings.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    App::new(app.client.clone(), app.tables.clone(), &settings)
}

fn claims(issuer: &LocalIssuer) -> Value {
    json!({
        "iss": issuer.issuer().url, "sub": "editor", "client_id": CLIENT_ID, "token_use": "access",
        "scope": "capacity/read capacity/write", "iat": NOW, "exp": NOW + 3600,
    })
}

fn header(issuer: &LocalIssuer) -> Header {
    Header { kid: Some(issuer.issuer().key.id().to_owned()), ..Header::new(Algorithm::RS256) }
}

fn signed(issuer: &LocalIssuer, claims: &Value) -> String {
    encode(&header(issuer), claims, issuer.issuer().key.private()).expect("a token")
}

fn bearing<'a>(app: &'a App, token: &str) -> Call<'a> {
    app.get(30).header("authorization", &format!("Bearer {token}"))
}

#[tokio::test]
async fn a_good_token_is_accepted_and_speaks_for_its_subject() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    let token = signed(&issuer, &claims(&issuer));
    bearing(&app, &token).send().await.ok();
    app.get(30).header("authorization", &format!("bEARER {token}")).send().await.ok();
    let put =
        app.put(30, json!({"status": "RED"})).header("authorization", &format!("Bearer {token}"));
    assert_eq!(put.send().await.ok()["modifiedBy"], "editor-name");
}

#[tokio::test]
async fn what_cargo_ctl_mints_is_accepted() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    let bearer = capacityctl::token::Bearer::user("reader", "reader-name");
    let token = capacityctl::token::mint(issuer.issuer(), &bearer, NOW as u64).expect("a token");
    bearing(&app, &token).send().await.ok();
}

#[tokio::test]
async fn the_gateways_claims_count_for_nothing_where_there_is_no_gateway() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    assert_eq!(app.get(30).by("editor").send().await.refused(401), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_claim_that_is_missing_or_wrong_is_no_credential() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    for name in ["iss", "sub", "client_id", "token_use", "scope", "iat", "exp"] {
        let mut without = claims(&issuer);
        without.as_object_mut().expect("claims").remove(name);
        let reply = bearing(&app, &signed(&issuer, &without)).send().await;
        assert_eq!(reply.refused(401), "UNAUTHENTICATED", "without {name}");
    }
    let wrong = [
        ("iss", json!("http://127.0.0.1:1")),
        ("iss", json!([issuer.issuer().url])),
        ("sub", json!("")),
        ("sub", json!(1)),
        ("client_id", json!("another")),
        ("token_use", json!("id")),
        ("scope", json!(["capacity/read"])),
        ("exp", json!(NOW)),
        ("exp", json!(NOW + 86_401)),
        ("exp", json!("9999999999")),
        ("exp", json!(1e10)),
        ("iat", json!(NOW + 61)),
        ("nbf", json!(NOW + 1)),
        ("nbf", json!(null)),
    ];
    for (name, value) in wrong {
        let mut altered = claims(&issuer);
        altered[name] = value.clone();
        let reply = bearing(&app, &signed(&issuer, &altered)).send().await;
        assert_eq!(reply.refused(401), "UNAUTHENTICATED", "{name}: {value}");
    }
    for (name, value) in [("exp", NOW + 1), ("exp", NOW + 86_400), ("iat", NOW + 60), ("nbf", NOW)]
    {
        let mut altered = claims(&issuer);
        altered[name] = value.into();
        bearing(&app, &signed(&issuer, &altered)).send().await.ok();
    }
}

#[tokio::test]
async fn a_token_that_the_issuer_did_not_sign_is_no_credential() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let other = local_stack::key::make().expect("a key");
    let app = verifying(&issuer).await;
    let (header, claims) = (header(&issuer), claims(&issuer));
    let genuine = signed(&issuer, &claims);
    let (head, signature) = genuine.rsplit_once('.').expect("a signature");
    let foreign = encode(&header, &claims, other.private()).expect("a token");
    let unknown_key = Header { kid: Some("unknown".to_owned()), ..header.clone() };
    let no_key = Header { kid: None, ..header.clone() };
    let symmetric = Header { alg: Algorithm::HS256, ..header.clone() };
    let stronger = Header { alg: Algorithm::RS512, ..header.clone() };
    let typed = Header { typ: Some("id+jwt".to_owned()), ..header.clone() };
    let pointing = Header { jku: Some("http://127.0.0.1:1/keys".to_owned()), ..header.clone() };
    let own = issuer.issuer().key.private();
    let token = |header: &Header, key: &EncodingKey| encode(header, &claims, key).expect("a token");
    let forged = [
        foreign,
        token(&unknown_key, own),
        token(&no_key, own),
        token(&symmetric, &EncodingKey::from_secret(b"secret")),
        token(&stronger, own),
        token(&typed, own),
        token(&pointing, own),
        format!("{head}."),
        format!("{head}.{signature}="),
        format!("{head}.{signature}.{signature}"),
        head.to_owned(),
        format!("{genuine} "),
        format!(" {genuine}"),
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a".repeat(9_000),
    ];
    for token in forged {
        let reply = bearing(&app, &token).send().await;
        assert_eq!(
            (reply.refused(401), reply.header("www-authenticate")),
            ("UNAUTHENTICATED", "Bearer"),
            "{token}"
        );
    }
    for scheme in ["Basic", "Token", "Bearer\t", ""] {
        let call = app.get(30).header("authorization", &format!("{scheme} {genuine}"));
        assert_eq!(call.send().await.refused(401), "UNAUTHENTICATED", "{scheme:?}");
    }
    bearing(&app, &genuine).send().await.ok();
}

#[tokio::test]
async fn keys_may_come_from_a_url_of_their_own() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = World::family().start().await;
    let settings: HashMap<_, _> = gateway_settings(&app.tables)
        .into_iter()
        .chain([
            ("AUTH_MODE".to_owned(), "jwt".to_owned()),
            ("JWT_ISSUER".to_owned(), "https://id.example.org/pool".to_owned()),
            ("JWT_CLIENT_IDS".to_owned(), format!("another, {CLIENT_ID}")),
            ("JWT_JWKS_URL".to_owned(), issuer.jwks_url()),
        ])
        .collect();
    let app = App::new(app.client.clone(), app.tables.clone(), &settings);
    let mut claims = claims(&issuer);
    claims["iss"] = "https://id.example.org/pool".into();
    bearing(&app, &signed(&issuer, &claims)).send().await.ok();
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_makes_no_token_good() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    let token = signed(&issuer, &claims(&issuer));
    issuer.finish().await;
    assert_eq!(bearing(&app, &token).send().await.refused(401), "UNAUTHENTICATED");
}
