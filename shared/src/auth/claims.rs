//! Claims that API Gateway's JWT authorizer has verified: strings in the request context.

use lambda_http::{Request, RequestExt as _, request::RequestContext};

use super::Principal;

/// The principal of the gateway's claims. `None` without claims, without `sub`, if the token is from another issuer,
/// or if it is not an access token: an ID token identifies a user, but authorises nothing.
pub(super) fn principal(issuer: &str, request: &Request) -> Option<Principal> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return None;
    };
    let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
    if claims.get("iss")? != issuer || claims.get("token_use")? != "access" {
        return None;
    }
    Principal::new(claims.get("sub")?, claims.get("scope").map_or("", String::as_str))
}
