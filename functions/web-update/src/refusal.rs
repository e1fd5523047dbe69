//! What people are told if a form changed nothing: never less than what is true now, and never with their words lost.

use std::error::Error;

use lambda_http::Request;
use shared::{
    http::{Context, Panicked, Problem, Representation, RequestError, Response, service_id},
    operations::UpdateError,
    store::StoreFault,
};
use web::{
    asked::FormError,
    page::{Frame, Person, page_with_status, problem_page},
    pages::{UpdateForm, UpdateProblem, UpdateRefused},
    problem::PageProblem,
    site::Site,
    status::StatusView,
};

use super::{Deps, change::SentForm};

/// Why a form changed nothing, or may have.
pub(crate) enum Refusal {
    /// This is explained.
    Explained(PageProblem),
    /// The form is shown again.
    Again(Problem, Box<UpdateRefused>),
}

impl SentForm<'_> {
    /// What the person is told if their change is not stored.
    pub(crate) async fn refused(
        self,
        deps: &Deps,
        context: &Context,
        error: UpdateError<Problem>,
    ) -> Refusal {
        match error {
            UpdateError::KeyReused
            | UpdateError::Conflict
            | UpdateError::Rejected(
                Problem::PreconditionFailed(_) | Problem::NoDeadline | Problem::ValidationFailed(_),
            ) => self.again(deps, context, error).await.unwrap_or_else(Refusal::Explained),
            other => Refusal::Explained(self.explained(other)),
        }
    }

    fn explained(&self, error: UpdateError<Problem>) -> PageProblem {
        match error {
            UpdateError::Access(error) => PageProblem::of_access(error, &self.visitor.subject),
            other => PageProblem::MaybeStored(other.into()),
        }
    }

    /// The form again. The status is read anew, so that the person decides on the newest.
    async fn again(
        self,
        deps: &Deps,
        context: &Context,
        error: UpdateError<Problem>,
    ) -> Result<Refusal, PageProblem> {
        let current = self.authorise(deps, context, None).await;
        let current = current.map_err(|error| self.explained(error))?;
        let (service, username) = (current.service(), current.username().to_owned());
        let problem = match error {
            UpdateError::KeyReused => {
                let effective = service.record.clone().effective_at(context.now);
                let current = Representation::new(&service.details, effective)?;
                Problem::PreconditionFailed(current.etag().clone())
            }
            other => other.into(),
        };
        let errors = match &problem {
            Problem::ValidationFailed(errors) => {
                errors.iter().map(|error| FormError::new(error, &self.asked)).collect()
            }
            _ => Vec::new(),
        };
        let person =
            Person { username, form_token: self.visitor.form_token.clone(), may_update: true };
        let title = if errors.is_empty() { "Look again" } else { "Error" };
        let title = format!("{title}: {}", service.details.name);
        let frame = Frame::new(&deps.site, &title, Some(person));
        let wanted = self.asked.in_words();
        let form = UpdateForm::new(service, deps.reset_limits, context.now, self.asked.typed())?;
        let service = StatusView::new(service.clone(), context.now);
        let page = UpdateRefused { frame, service, wanted, form: form.with_errors(errors) };
        Ok(Refusal::Again(problem, Box::new(page)))
    }
}

impl Refusal {
    /// The answer.
    pub(crate) fn response(self, site: &Site, request: &Request, context: &Context) -> Response {
        let (now, request_id) = (context.now, context.request_id.as_str());
        let explained = |problem| problem_page(site, request, now, request_id, &problem);
        let rendered = match self {
            Self::Again(problem, page) => {
                page_with_status(site, request, now, problem.status(), *page)
            }
            Self::Explained(problem) => match leading_back(site, request, context, &problem) {
                Some(page) => page_with_status(site, request, now, problem.status(), page),
                None => Err(problem),
            },
        };
        rendered.unwrap_or_else(explained)
    }
}

/// The explanation that leads to the service: of a session that has ended, of a failure of the system, and of a form that
/// is too large to be read and shown again.
fn leading_back(
    site: &Site,
    request: &Request,
    context: &Context,
    problem: &PageProblem,
) -> Option<UpdateProblem> {
    let page = format!("/web/services/{}", service_id(request)?);
    let (link, request_id) = match problem {
        PageProblem::SignInFirst { .. } => {
            let to = page.replace('/', "%2F");
            ((site.path(&format!("/web?to={to}")), "Sign in"), None)
        }
        PageProblem::MaybeStored(_) => {
            ((site.path(&page), "Look at the status"), Some(context.request_id.clone()))
        }
        PageProblem::Problem(Problem::BodyTooLarge) => ((site.path(&page), "Begin again"), None),
        _ => return None,
    };
    let explanation = problem.explanation();
    let frame = Frame::new(site, explanation.heading, None);
    Some(UpdateProblem { frame, advice: explanation.advice, link, request_id })
}

impl RequestError for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Explained(problem) => problem.code(),
            Self::Again(problem, _) => problem.code(),
        }
    }

    fn fault(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Explained(problem) => problem.fault(),
            Self::Again(problem, _) => problem.fault(),
        }
    }
}

impl From<PageProblem> for Refusal {
    fn from(problem: PageProblem) -> Self {
        Self::Explained(match problem {
            // Whatever failed, the person wants to know of their change.
            PageProblem::Problem(problem) if problem.status().is_server_error() => {
                PageProblem::MaybeStored(problem)
            }
            other => other,
        })
    }
}

impl From<StoreFault> for Refusal {
    fn from(fault: StoreFault) -> Self {
        Self::Explained(PageProblem::MaybeStored(fault.into()))
    }
}

impl From<Panicked> for Refusal {
    fn from(panicked: Panicked) -> Self {
        Self::Explained(PageProblem::MaybeStored(panicked.into()))
    }
}
