//! Copies the example events for use with the running stack: replaces the authorizer's claims, which only a
//! gateway adds, by a valid token with the same claims.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use capacityctl::token::{self, Bearer, Issuer};
use serde_json::Value;

use crate::Error;

/// Writes a copy with a valid token of every `events/<function>/<case>.json`.
///
/// # Errors
///
/// A file cannot be read or written, or is not JSON.
pub fn write_copies_with_tokens(
    events: &Path,
    copies: &Path,
    issuer: &Issuer,
) -> Result<(), Error> {
    for event in event_files(events).map_err(|error| Error::File(events.to_owned(), error))? {
        let copy = copies.join(event.strip_prefix(events).unwrap_or(&event));
        write_copy_with_token(&event, &copy, issuer)
            .map_err(|error| Error::File(event.clone(), error))?;
    }
    Ok(())
}

fn event_files(events: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for function in fs::read_dir(events)?.flatten().filter(|entry| entry.path().is_dir()) {
        let files = fs::read_dir(function.path())?.flatten().map(|entry| entry.path());
        found.extend(
            files.filter(|file| file.extension().is_some_and(|extension| extension == "json")),
        );
    }
    Ok(found)
}

fn write_copy_with_token(event: &Path, copy: &Path, issuer: &Issuer) -> io::Result<()> {
    let event = serde_json::from_slice(&fs::read(event)?)?;
    let event = with_token(event, issuer).map_err(io::Error::other)?;
    copy.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(copy, serde_json::to_vec_pretty(&event)?)
}

/// The event as a function gets it without a gateway: no authorizer, but a token with the same claims. An
/// event without claims gets no token.
///
/// # Errors
///
/// The token cannot be signed.
pub fn with_token(mut event: Value, issuer: &Issuer) -> Result<Value, jsonwebtoken::errors::Error> {
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
