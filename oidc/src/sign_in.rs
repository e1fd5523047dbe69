//! The second half of a sign-in: the issuer's page has sent the browser back with a code, and the code is exchanged
//! for tokens. This is a public client: it has no secret, and PKCE ties the code to the sign-in (RFC 7636).

use std::{error::Error, fmt};

use form_urlencoded::Serializer;
use http::{
    Request, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use http_body_util::Full;
use hyper::body::Bytes;
use strict_json::{Json, Object};

use super::{
    AccessToken, Verifier,
    http_client::{FetchError, HttpClient, in_time},
    id_token::{self, Expected},
    issuer::{TokenError, text},
};

/// The errors of a token endpoint (RFC 6749, section 5.2).
const REASONS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// The issuer's endpoints for signing people in.
#[derive(Debug)]
pub struct SignIn {
    verifier: Verifier,
    client_id: String,
    token_url: String,
    redirect_uri: String,
    client: HttpClient,
}

/// Who has signed in, and what they allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The claim `sub`.
    pub subject: String,
    /// The access token's claim `scope`, separated by spaces.
    pub scope: String,
}

/// Why nobody is signed in. No text of an error has a code, a verifier or a token.
#[derive(Debug)]
pub enum SignInError {
    /// The issuer refuses the code: it is used or expired, or its verifier is another.
    Refused,
    /// A token that the issuer returned is missing or does not pass the checks.
    InvalidTokens,
    /// The issuer cannot be reached, takes too long, or answers with something else than tokens.
    IssuerUnavailable(FetchError),
}

impl SignIn {
    /// Without `jwks_url` the keys' URL is read from the issuer's discovery document. All addresses should be
    /// [acceptable](super::is_acceptable_url).
    #[must_use]
    pub fn new(
        issuer: String,
        client_id: String,
        token_url: String,
        jwks_url: Option<String>,
        redirect_uri: String,
    ) -> Self {
        let verifier = Verifier::new(issuer, vec![client_id.clone()], jwks_url);
        Self { verifier, client_id, token_url, redirect_uri, client: HttpClient::new() }
    }

    /// Exchanges an authorization code (RFC 6749, section 4.1.3), and verifies both tokens at `now` (seconds since
    /// the Unix epoch). `nonce` and `code_verifier` are those that the sign-in began with.
    ///
    /// # Errors
    /// The issuer refuses the code, cannot be used, or returns tokens that do not pass the checks.
    pub async fn exchange(
        &self,
        code: &str,
        code_verifier: &str,
        nonce: &str,
        now: i64,
    ) -> Result<SignedIn, SignInError> {
        let (access, id) = self.tokens(code, code_verifier).await?;
        let AccessToken { subject, scope } = self.verifier.checked(&access, now).await?;
        let expected = Expected { client_id: &self.client_id, nonce, subject: &subject };
        let issuer = &self.verifier.issuer;
        issuer.verify(&id, &id_token::TYPES, now, |claims| expected.check(claims)).await?;
        Ok(SignedIn { subject, scope })
    }

    /// The access token and the ID token, unverified.
    async fn tokens(
        &self,
        code: &str,
        code_verifier: &str,
    ) -> Result<(String, String), SignInError> {
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("client_id", &self.client_id)
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("code_verifier", code_verifier)
            .finish();
        let response = in_time(self.post(form)).await.map_err(SignInError::IssuerUnavailable)?;
        let status = response.status();
        if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
            tracing::warn!(status = status.as_u16(), reason = reason(&response), "code_refused");
            return Err(SignInError::Refused);
        }
        if !status.is_success() {
            return Err(SignInError::IssuerUnavailable(format!("status {status}").into()));
        }
        let response = object(response.body())
            .ok_or_else(|| SignInError::IssuerUnavailable("the answer is no JSON object".into()))?;
        read(&response).ok_or(SignInError::InvalidTokens)
    }

    async fn post(&self, form: String) -> Result<Response<Bytes>, FetchError> {
        let request = Request::post(&self.token_url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(Full::from(form))?;
        self.client.send(request).await
    }
}

/// Why the issuer refuses, if it says so as the standard has it. Any other text could quote what was sent.
fn reason(response: &Response<Bytes>) -> &'static str {
    let body = object(response.body());
    let given = body.as_ref().and_then(|body| text(body, "error"));
    REASONS.into_iter().find(|known| Some(*known) == given).unwrap_or("unknown")
}

fn object(body: &[u8]) -> Option<Object> {
    match strict_json::parse(str::from_utf8(body).ok()?).ok()? {
        Json::Object(object) => Some(object),
        _ => None,
    }
}

/// The tokens in a response (RFC 6749, section 5.1).
fn read(response: &Object) -> Option<(String, String)> {
    let bearer = text(response, "token_type")?.eq_ignore_ascii_case("bearer");
    let tokens =
        (text(response, "access_token")?.to_owned(), text(response, "id_token")?.to_owned());
    bearer.then_some(tokens)
}

impl From<TokenError> for SignInError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Refused => Self::InvalidTokens,
            TokenError::NoKeys => {
                Self::IssuerUnavailable("its signing keys could not be fetched".into())
            }
        }
    }
}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "the issuer refuses the code",
            Self::InvalidTokens => "the issuer's tokens do not pass the checks",
            Self::IssuerUnavailable(_) => "the issuer cannot be used",
        })
    }
}

impl Error for SignInError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::IssuerUnavailable(error) => Some(&**error),
            Self::Refused | Self::InvalidTokens => None,
        }
    }
}
