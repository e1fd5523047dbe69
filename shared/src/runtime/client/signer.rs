//! Signature Version 4 for DynamoDB ([AWS]). The SDK's signer costs a quarter of a warm call. This one computes
//! the day's key once a day, and reads credentials and region once, because they never change. Tests compare its
//! signatures with the SDK's.
//!
//! [AWS]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use aws_sdk_dynamodb::{config::Credentials, error::BoxError};
use aws_smithy_runtime_api::client::{
    auth::{AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId, Sign},
    identity::{Identity, SharedIdentityResolver},
    orchestrator::HttpRequest,
    runtime_components::{GetIdentityResolver, RuntimeComponents},
};
use aws_smithy_types::config_bag::ConfigBag;
use ring::hmac;
use time::OffsetDateTime;

use crate::http::{hex, sha256};

/// The authentication scheme that DynamoDB requires.
const SCHEME: AuthSchemeId = AuthSchemeId::new("sigv4");

/// Signs requests with one set of credentials.
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
    /// The host that requests go to.
    host: String,
    /// The last day that was signed on, with its key.
    key: Mutex<Option<(String, hmac::Key)>>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("region", &self.region).finish_non_exhaustive()
    }
}

impl AuthScheme for Signer {
    fn scheme_id(&self) -> AuthSchemeId {
        SCHEME
    }

    fn identity_resolver(
        &self,
        resolvers: &dyn GetIdentityResolver,
    ) -> Option<SharedIdentityResolver> {
        resolvers.identity_resolver(SCHEME)
    }

    fn signer(&self) -> &dyn Sign {
        self
    }
}

impl Sign for Signer {
    fn sign_http_request(
        &self,
        request: &mut HttpRequest,
        _: &Identity,
        _: AuthSchemeEndpointConfig<'_>,
        components: &RuntimeComponents,
        _: &ConfigBag,
    ) -> Result<(), BoxError> {
        let now = components.time_source().ok_or("there is no clock")?.now();
        self.sign(request, now)
    }
}

impl Signer {
    pub(super) fn new(credentials: Credentials, region: String, host: String) -> Self {
        Self { credentials, region, host, key: Mutex::default() }
    }

    /// Signs a request at that time, by adding headers.
    fn sign(&self, request: &mut HttpRequest, now: SystemTime) -> Result<(), BoxError> {
        if request.method() != "POST" {
            return Err("only POST is signed".into());
        }
        let body = request.body().bytes().ok_or("the body is not there as a whole")?;
        let body = sha256(body);
        let (date, time) = date_and_time(now);
        let headers = request.headers_mut();
        headers.try_insert("x-amz-date", format!("{date}T{time}Z"))?;
        if let Some(token) = self.credentials.session_token() {
            headers.try_insert("x-amz-security-token", token.to_owned())?;
        }
        let (names, canonical) = self.canonical(request, &body);
        let scope = format!("{date}/{}/dynamodb/aws4_request", self.region);
        let hash = sha256(canonical.as_bytes());
        let text = format!("AWS4-HMAC-SHA256\n{date}T{time}Z\n{scope}\n{hash}");
        let signature = hex(hmac::sign(&self.key(&date), text.as_bytes()).as_ref());
        let id = self.credentials.access_key_id();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
        );
        request.headers_mut().try_insert("authorization", authorization)?;
        Ok(())
    }

    /// The names of the signed headers, and the canonical request, which is always a POST to the root. The
    /// signature must cover the host, the content type and all `x-amz-` headers.
    fn canonical(&self, request: &HttpRequest, body: &str) -> (String, String) {
        let signed = |name: &str| name == "content-type" || name.starts_with("x-amz-");
        let mut headers: Vec<_> =
            request.headers().iter().filter(|(name, _)| signed(name)).collect();
        headers.push(("host", &self.host));
        headers.sort_unstable_by_key(|(name, _)| *name);
        let mut names = String::new();
        let mut canonical = String::with_capacity(2048);
        canonical.push_str("POST\n/\n\n");
        for (name, value) in headers {
            canonical.extend([name, ":", value.trim(), "\n"]);
            let separator = if names.is_empty() { "" } else { ";" };
            names.extend([separator, name]);
        }
        canonical.extend(["\n", &names, "\n", body]);
        (names, canonical)
    }

    fn key(&self, date: &str) -> hmac::Key {
        let mut last = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = last.as_ref().filter(|(day, _)| day == date) {
            return key.clone();
        }
        let key = self.key_of(date);
        *last = Some((date.to_owned(), key.clone()));
        key
    }

    fn key_of(&self, date: &str) -> hmac::Key {
        let secret = format!("AWS4{}", self.credentials.secret_access_key());
        let mut key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        for part in [date, &self.region, "dynamodb", "aws4_request"] {
            key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
        }
        key
    }
}

/// Date and time in UTC, as `20261122` and `090000`.
fn date_and_time(now: SystemTime) -> (String, String) {
    let now = OffsetDateTime::from(now);
    let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
    let (hour, minute, second) = (now.hour(), now.minute(), now.second());
    (format!("{year:04}{month:02}{day:02}"), format!("{hour:02}{minute:02}{second:02}"))
}
