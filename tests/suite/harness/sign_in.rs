//! A sign-in at an issuer that returns whatever a test wants.

use capacityctl::signing_key::SigningKey;
use oidc::{SignIn, SignInError, SignedIn};
use serde_json::{Value, json};

use super::{
    KeyServer, NOW, Published, TokenAnswer, TokenEndpoint, log,
    token_verifier::{CLIENT, ISSUER, claims, issuer_key, jwk, sign},
};

pub(crate) const CODE: &str = "code+/=& \u{e9}%41";
pub(crate) const CODE_VERIFIER: &str = "verifier-._~0123456789012345678901234567890";
pub(crate) const NONCE: &str = "nonce-of-this-sign-in";
pub(crate) const REDIRECT_URI: &str = "https://capacity.example.org/v1/web/callback?a=b&c";

/// What signs people in, its issuer's key and endpoints.
pub(crate) struct SigningIn {
    pub(crate) keys: KeyServer,
    pub(crate) endpoint: TokenEndpoint,
    pub(crate) key: SigningKey,
    sign_in: SignIn,
}

impl SigningIn {
    /// An issuer that returns good tokens.
    pub(crate) fn start() -> Self {
        log::watch();
        for secret in [CODE, "code%2B%2F", CODE_VERIFIER, NONCE] {
            log::keep_secret(secret);
        }
        let key = issuer_key();
        let keys = KeyServer::publishing(Published::Keys(vec![jwk(&key)]));
        let endpoint = TokenEndpoint::answering(TokenAnswer::Silence);
        let sign_in = sign_in(&endpoint.url(), &keys.url());
        let started = Self { keys, endpoint, key, sign_in };
        started.returning(&started.tokens());
        started
    }

    /// The same, with tokens from another address.
    pub(crate) fn asking(self, token_url: &str) -> Self {
        Self { sign_in: sign_in(token_url, &self.keys.url()), ..self }
    }

    /// A good response of the token endpoint.
    pub(crate) fn tokens(&self) -> Value {
        json!({
            "access_token": self.sign(&claims()),
            "id_token": self.sign(&id_claims()),
            "token_type": "Bearer",
            "expires_in": 3600,
        })
    }

    /// A token with these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "RS256", "kid": self.key.id()});
        sign(&self.key, header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    /// From now on the endpoint answers 200 with this.
    pub(crate) fn returning(&self, body: &Value) {
        self.endpoint.answer(TokenAnswer::Given(200, body.to_string()));
    }

    /// The end of the sign-in, that many seconds after [`NOW`].
    pub(crate) async fn exchange_at(&self, at: i64) -> Result<SignedIn, SignInError> {
        let exchanged = self.sign_in.exchange(CODE, CODE_VERIFIER, NONCE, NOW + at).await;
        if let Err(error) = &exchanged {
            assert_discreet(error);
        }
        exchanged
    }

    pub(crate) async fn exchange(&self) -> Result<SignedIn, SignInError> {
        self.exchange_at(0).await
    }
}

fn sign_in(token_url: &str, jwks_url: &str) -> SignIn {
    let [issuer, client, token_url, redirect_uri] =
        [ISSUER, CLIENT, token_url, REDIRECT_URI].map(str::to_owned);
    SignIn::new(issuer, client, token_url, Some(jwks_url.to_owned()), redirect_uri)
}

/// The claims of a good ID token.
pub(crate) fn id_claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "editor", "aud": CLIENT, "token_use": "id", "nonce": NONCE,
        "iat": NOW, "exp": NOW + 3600, "email": "editor@example.org",
    })
}

/// Checks that neither text of an error, nor a cause's, has what the log may not have.
fn assert_discreet(error: &SignInError) {
    let mut texts = vec![format!("{error:?}"), error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        texts.extend([format!("{error:?}"), error.to_string()]);
        cause = error.source();
    }
    for text in texts {
        let line = json!({ "error": text }).to_string();
        assert_eq!(log::offence(&line), None, "{line}");
    }
}
