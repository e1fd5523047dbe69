//! AUTH_MODE=jwt: the function verifies tokens itself, with the local issuer's keys.

use capacityctl::token::{self, Bearer, Issuer};
use local_stack::issuer::{CLIENT_ID, LocalIssuer};
use serde_json::json;

use crate::harness::{App, Call, NOW, World};

/// The functions, verifying tokens of their own issuer.
async fn verifying(issuer: &LocalIssuer) -> App {
    World::family().start().await.verifying(&issuer.issuer().url, CLIENT_ID, "")
}

fn mint(issuer: &Issuer, subject: &str) -> String {
    let bearer = Bearer::user(subject, "whatever");
    token::mint(issuer, &bearer, NOW as u64).expect("a token")
}

fn bearing<'a>(call: Call<'a>, scheme: &str, token: &str) -> Call<'a> {
    call.header("authorization", &format!("{scheme} {token}"))
}

#[tokio::test]
async fn a_valid_token_is_accepted_and_identifies_its_subject() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    let token = mint(issuer.issuer(), "editor");
    bearing(app.get(30), "Bearer", &token).send().await.ok();
    for scheme in ["bEARER", "BEARER", "bearer", "Bearer ", "Bearer    "] {
        bearing(app.get(30), scheme, &token).send().await.ok();
    }
    let put = bearing(app.put(30, json!({"status": "RED"})), "Bearer", &token);
    assert_eq!(put.send().await.ok()["modifiedBy"], "editor-name");
}

#[tokio::test]
async fn a_refused_token_gets_a_challenge() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    let (url, client_id) = (issuer.issuer().url.clone(), CLIENT_ID.to_owned());
    let stranger = Issuer { url, client_id, key: local_stack::key::make().expect("a key") };
    let reply = bearing(app.get(30), "Bearer", &mint(&stranger, "editor")).send().await;
    assert_eq!(
        (reply.refused(401), reply.header("www-authenticate")),
        ("UNAUTHENTICATED", "Bearer")
    );
}

#[tokio::test]
async fn gateway_claims_are_ignored_without_a_gateway() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    assert_eq!(app.get(30).by("editor").send().await.refused(401), "UNAUTHENTICATED");
}

#[tokio::test]
async fn no_token_is_accepted_while_the_issuer_does_not_answer() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let app = verifying(&issuer).await;
    let token = mint(issuer.issuer(), "editor");
    issuer.finish().await;
    assert_eq!(bearing(app.get(30), "Bearer", &token).send().await.refused(401), "UNAUTHENTICATED");
}
