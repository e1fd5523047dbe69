//! The page of who does not get the page that they asked for.

use askama::Template;
use lambda_http::{Body, Request, http::StatusCode};
use shared::{
    domain::Timestamp,
    http::{Problem, Response},
    operations::AccessError,
};

use super::{Frame, Framed, page_with_status};
use crate::{problem::PageProblem, site::Site, visitor::SessionSecret};

/// The explanation of a problem as a page.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    advice: &'a str,
    /// What an administrator needs to register the person.
    subject: Option<&'a str>,
    /// What an operator needs to find the request in the log.
    request_id: Option<&'a str>,
    sign_in: Option<String>,
    /// What the form to sign out carries, for who is signed in and cannot go on.
    sign_out: Option<String>,
}

impl Framed for ProblemPage<'_> {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}

/// The answer to a request that does not get its page. Who is not signed in is sent to sign in, and comes back.
#[must_use]
pub fn problem_page(
    site: &Site,
    request: &Request,
    now: Timestamp,
    request_id: &str,
    problem: &PageProblem,
) -> Response {
    if let PageProblem::SignInFirst { to: Some(to) } = problem {
        let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
        return site.see_other(&site.path(&format!("/web?to={to}")));
    }
    let explanation = problem.explanation();
    let page = ProblemPage::new(site, request, request_id, problem);
    page_with_status(site, request, now, problem.status(), page).unwrap_or_else(|_| {
        let mut response = Response::new(Body::Text(explanation.heading.to_owned()));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        site.secured(response)
    })
}

impl<'a> ProblemPage<'a> {
    fn new(site: &Site, request: &Request, request_id: &'a str, problem: &'a PageProblem) -> Self {
        let explanation = problem.explanation();
        let session = SessionSecret::of_request(site, request).filter(|_| is_dead_end(problem));
        Self {
            frame: Frame::new(site, explanation.heading, None),
            advice: explanation.advice,
            subject: match problem {
                PageProblem::NotRegistered { subject } => Some(subject),
                _ => None,
            },
            request_id: problem.status().is_server_error().then_some(request_id),
            sign_in: is_of_sign_in(problem).then(|| site.path("/web")),
            sign_out: session.map(|secret| secret.form_token()),
        }
    }
}

/// Whether the person has to sign in again.
const fn is_of_sign_in(problem: &PageProblem) -> bool {
    matches!(
        problem,
        PageProblem::SignInFirst { .. }
            | PageProblem::SignInNotBegun
            | PageProblem::SignInRefused
            | PageProblem::SignInCodeRefused
            | PageProblem::SignInInvalid(_)
            | PageProblem::IssuerUnavailable(_)
    )
}

/// Whether the person is signed in and gets no page at all, until somebody registers them.
const fn is_dead_end(problem: &PageProblem) -> bool {
    matches!(
        problem,
        PageProblem::NotRegistered { .. }
            | PageProblem::Problem(Problem::Access(AccessError::UserInactive))
    )
}
