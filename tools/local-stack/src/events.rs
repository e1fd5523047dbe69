//! Copies of the example events that work against the running stack: the authorizer's claims, which
//! only a gateway gives, become a live token with the same claims.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use capacityctl::token::{self, Bearer, Issuer};
use serde_json::Value;

use crate::Failure;

/// Writes a live copy of every `events/<function>/<case>.json`, and says how many there are.
///
/// # Errors
///
/// A file cannot be read or written, or is no JSON.
pub fn write_live_copies(events: &Path, copies: &Path, issuer: &Issuer) -> Result<usize, Failure> {
    let mut written = 0;
    for event in cases(events).map_err(|error| Failure::File(events.to_owned(), error))? {
        let copy = copies.join(event.strip_prefix(events).unwrap_or(&event));
        write_live_copy(&event, &copy, issuer)
            .map_err(|error| Failure::File(event.clone(), error))?;
        written += 1;
    }
    Ok(written)
}

fn cases(events: &Path) -> io::Result<Vec<PathBuf>> {
    let mut cases = Vec::new();
    for function in fs::read_dir(events)?.flatten().filter(|entry| entry.path().is_dir()) {
        let files = fs::read_dir(function.path())?.flatten().map(|entry| entry.path());
        cases.extend(
            files.filter(|file| file.extension().is_some_and(|extension| extension == "json")),
        );
    }
    Ok(cases)
}

fn write_live_copy(event: &Path, copy: &Path, issuer: &Issuer) -> io::Result<()> {
    let event = serde_json::from_slice(&fs::read(event)?)?;
    let live = live(event, issuer).map_err(io::Error::other)?;
    copy.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(copy, serde_json::to_vec_pretty(&live)?)
}

/// The event as it reaches a function with nothing in front: no authorizer, and a token that says
/// what the claims said. An event without claims stays without a token.
///
/// # Errors
///
/// The token cannot be signed.
pub fn live(mut event: Value, issuer: &Issuer) -> Result<Value, jsonwebtoken::errors::Error> {
    let context = event.get_mut("requestContext").and_then(Value::as_object_mut);
    let authorizer = context.and_then(|context| context.remove("authorizer"));
    let claims = authorizer.as_ref().and_then(|authorizer| authorizer.pointer("/jwt/claims"));
    let Some(claims) = claims else { return Ok(event) };
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    let bearer = Bearer {
        subject: claim("sub").unwrap_or_default(),
        username: claim("username"),
        client_id: None,
        scope: claim("scope").unwrap_or_default(),
        token_use: claim("token_use").unwrap_or_default(),
    };
    let token = token::mint(issuer, &bearer, token::now_seconds())?;
    if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
        headers.insert("authorization".to_owned(), Value::String(format!("Bearer {token}")));
    }
    Ok(event)
}
