//! Tokens of a real login at an emulated Cognito. Built with the feature `e2e` only. `.ci/cognito`
//! starts the emulation, signs a user in, passes on the tokens and runs these tests.

use serde_json::Value;

use crate::harness::{World, log::keep_secret};

fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set by .ci/cognito"))
}

/// The access token passes verification but lacks a scope of this API, because a login by password
/// never grants one. The ID token of the same login does not pass.
#[tokio::test]
async fn the_access_token_of_a_login_passes_and_its_id_token_does_not() {
    let subject = given("COGNITO_SUBJECT");
    let app = World::family().editor(&subject, &[20]).start().await;
    let app =
        app.verifying(&given("COGNITO_ISSUER"), &given("COGNITO_CLIENT"), &given("COGNITO_JWKS"));
    app.at_real_time();
    let answers = ["COGNITO_ACCESS_TOKEN", "COGNITO_ID_TOKEN"].map(async |name| {
        let token = given(name);
        keep_secret(&token);
        let call = app.get(30).header("authorization", &format!("Bearer {token}"));
        let reply = call.send().await;
        (reply.status.as_u16(), reply.body["code"].clone())
    });
    let [access, id] = answers;
    assert_eq!(access.await, (403, Value::from("SCOPE_MISSING")));
    assert_eq!(id.await, (401, Value::from("UNAUTHENTICATED")));
}
