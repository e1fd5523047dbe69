//! Who is signed in: the session behind a request's cookie.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use lambda_http::{
    Request, RequestExt as _,
    aws_lambda_events::query_map::QueryMap,
    http::{HeaderName, Method},
};
use ring::rand::{SecureRandom as _, SystemRandom};
use shared::{
    auth::{AuthError, Scope},
    domain::Session,
    http::{Context, cookie, sha256},
    store::{SessionKey, SessionsTable, error_chain},
};

use crate::{problem::PageProblem, site::Site};

/// What a page sends with requests that it makes by itself: they are no activity of the person.
pub const BY_ITSELF: HeaderName = HeaderName::from_static("x-refresh");
/// The same in the address, for a page that reloads without a script, as long as the value is [`RELOADING`].
pub const RELOAD: &str = "reload";
/// Reloads every minute. Any other value comes from a person.
pub const RELOADING: &str = "on";

/// The secret of a session, which only the browser's cookie has.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret(String);

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The subject of the tokens of their sign-in.
    pub subject: String,
    /// What their forms must carry.
    pub form_token: String,
    /// The key of their session.
    pub key: SessionKey,
    scope: String,
}

impl SessionSecret {
    /// A new one. `None` if the system has no randomness.
    #[must_use]
    pub fn random() -> Option<Self> {
        random_token().map(Self)
    }

    /// The secret in the request's cookie, if that has the form of one.
    #[must_use]
    pub fn of_request(site: &Site, request: &Request) -> Option<Self> {
        let value = cookie::cookie(request.headers(), site.session_cookie())?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(value).ok()?;
        (bytes.len() == 32).then(|| Self(value.to_owned()))
    }

    /// The cookie's value.
    #[must_use]
    pub fn cookie_value(&self) -> &str {
        &self.0
    }

    /// The key of the session's row.
    #[must_use]
    pub fn key(&self) -> SessionKey {
        SessionKey(sha256(self.0.as_bytes()))
    }

    /// What forms of this session carry. It does not tell the secret.
    #[must_use]
    pub fn form_token(&self) -> String {
        sha256(format!("form {}", self.0).as_bytes())
    }
}

/// 256 random bits in base64. `None` if the system has no randomness.
#[must_use]
pub fn random_token() -> Option<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

impl Visitor {
    /// The person who is signed in. Reads the session strongly consistently, so that a sign-out holds at once.
    ///
    /// # Errors
    /// [`PageProblem::SignInFirst`], or the store failed.
    pub async fn of_request(
        site: &Site,
        sessions: &SessionsTable,
        request: &Request,
        context: &Context,
    ) -> Result<Self, PageProblem> {
        Ok(Self::with_session(site, sessions, request, context).await?.0)
    }

    /// As [`Self::of_request`], for a page that the person asked for: records that they are active. If that fails, they
    /// get the page nevertheless.
    ///
    /// # Errors
    /// As [`Self::of_request`].
    pub async fn active(
        site: &Site,
        sessions: &SessionsTable,
        request: &Request,
        context: &Context,
    ) -> Result<Self, PageProblem> {
        let (visitor, session) = Self::with_session(site, sessions, request, context).await?;
        if session.is_activity_due(context.now)
            && !is_by_itself(request)
            && let Err(fault) = sessions.record_activity(&visitor.key, context.now).await
        {
            let (request_id, error) = (context.request_id.as_str(), error_chain(&fault));
            tracing::warn!(request_id, error, "activity_not_recorded");
        }
        Ok(visitor)
    }

    async fn with_session(
        site: &Site,
        sessions: &SessionsTable,
        request: &Request,
        context: &Context,
    ) -> Result<(Self, Session), PageProblem> {
        let sign_in_first = || PageProblem::SignInFirst { to: asked_page(request, context) };
        let secret = SessionSecret::of_request(site, request).ok_or_else(sign_in_first)?;
        let key = secret.key();
        let session = sessions.session(&key).await?.filter(|session| session.is_live(context.now));
        let session = session.ok_or_else(sign_in_first)?;
        let (subject, scope) = (session.subject.clone(), session.scope.clone());
        Ok((Self { subject, form_token: secret.form_token(), key, scope }, session))
    }

    /// Checks that the issuer granted a scope at sign-in.
    ///
    /// # Errors
    /// [`AuthError::ScopeMissing`].
    pub fn require(&self, scope: Scope) -> Result<(), AuthError> {
        let required = scope.to_string();
        let is_granted = self.scope.split(' ').any(|own| own == required);
        if is_granted { Ok(()) } else { Err(AuthError::ScopeMissing(scope)) }
    }
}

/// Whether a page sent the request, and nobody asked for it.
#[must_use]
pub fn is_by_itself(request: &Request) -> bool {
    let query = request.query_string_parameters_ref();
    request.headers().contains_key(BY_ITSELF)
        || query.is_some_and(|query| query.first(RELOAD) == Some(RELOADING))
}

/// The page that was asked for, where to go after signing in: its path without the base path, and its query. `None` for
/// a form that was sent.
fn asked_page(request: &Request, context: &Context) -> Option<String> {
    let query = request.query_string_parameters_ref();
    let query = query.map(QueryMap::to_query_string).filter(|query| !query.is_empty());
    let page = query
        .map_or_else(|| context.instance.clone(), |query| format!("{}?{query}", context.instance));
    (request.method() == Method::GET).then_some(page)
}
