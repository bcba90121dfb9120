//! Answers and refusals as Rocket's responders, and the catcher that has the last word. It never
//! answers with a text of Rocket's.

use std::io::Cursor;

use dynacrypt::reveal::RevealPass;
use example_common::problem::Problem;
use http::StatusCode;
use rocket::http::{Header, Method, Status};
use rocket::response::{self, Responder, Response};
use rocket::{Request, catch};
use serde::Serialize;

/// What a handler gives.
pub(crate) type Answer = Result<Reply, Refused>;

/// An answer: JSON, or nothing.
#[derive(Debug)]
pub(crate) struct Reply {
    status: Status,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
    pass: Option<RevealPass>,
}

impl Reply {
    /// Nothing but a status.
    pub(crate) fn empty(status: Status) -> Self {
        Self { status, headers: Vec::new(), body: None, pass: None }
    }

    /// 200 with JSON.
    pub(crate) fn json(body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(|_| Problem::internal())?;
        Ok(Self::text(body))
    }

    /// 200 with text that is JSON.
    pub(crate) fn text(json: impl Into<String>) -> Self {
        Self { body: Some(json.into()), ..Self::empty(Status::Ok) }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Lets the body past the egress guard, once: it reveals a secret on purpose.
    pub(crate) fn passing(self, pass: RevealPass) -> Self {
        Self { pass: Some(pass), ..self }
    }
}

impl<'r> Responder<'r, 'static> for Reply {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::new();
        response.set_status(self.status);
        for (name, value) in self.headers {
            response.set_header(Header::new(name, value));
        }
        if let Some(body) = self.body {
            set_json(&mut response, body);
        }
        if self.pass.is_some() {
            request.local_cache(|| Pass(self.pass));
        }
        Ok(response)
    }
}

/// The pass of the answer to a request, where it has one.
pub(crate) struct Pass(pub(crate) Option<RevealPass>);

impl Pass {
    pub(crate) fn of<'r>(request: &'r Request<'_>) -> Option<&'r RevealPass> {
        request.local_cache(|| Self(None)).0.as_ref()
    }
}

/// A refusal of a handler.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Problem);

impl Refused {
    pub(crate) fn response(&self) -> Response<'static> {
        let mut response = Response::new();
        response.set_status(Status::new(self.0.status().as_u16()));
        for (name, value) in self.0.headers() {
            response.set_header(Header::new(name, value.to_owned()));
        }
        set_json(&mut response, self.0.body());
        response
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<dynacrypt::Error> for Refused {
    fn from(error: dynacrypt::Error) -> Self {
        Self(error.into())
    }
}

impl<'r> Responder<'r, 'static> for Refused {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Ok(self.response())
    }
}

fn set_json(response: &mut Response<'_>, body: String) {
    response.set_header(Header::new("content-type", "application/json"));
    response.set_sized_body(body.len(), Cursor::new(body));
}

/// Why a guard or fairing refused a request. A guard hands Rocket a status alone; the catcher finds
/// the rest here. The first refusal stays.
struct Refusal(Problem);

/// Notes the refusal for the catcher; gives the status that a guard fails with.
pub(crate) fn refuse(request: &Request<'_>, problem: Problem) -> (Status, Problem) {
    let Refusal(problem) = request.local_cache(|| Refusal(problem));
    (Status::new(problem.status().as_u16()), problem.clone())
}

/// Every refusal that is no handler's.
#[catch(default)]
pub(crate) fn refused(status: Status, request: &Request<'_>) -> Refused {
    Refused(request.local_cache(|| Refusal(of_rocket(status, request))).0.clone())
}

/// What Rocket refused by itself.
fn of_rocket(status: Status, request: &Request<'_>) -> Problem {
    match StatusCode::from_u16(status.code) {
        Ok(StatusCode::NOT_FOUND) => match methods(request).as_slice() {
            [] => Problem::not_found(),
            // To Rocket, a method without a route is a path without one.
            methods => Problem::method_not_allowed(methods.join(", ")),
        },
        Ok(StatusCode::BAD_REQUEST) => Problem::bad_request("the request is not valid"),
        Ok(StatusCode::UNPROCESSABLE_ENTITY) => Problem::not_found(),
        _ => Problem::internal(),
    }
}

/// The methods that the path of a request has routes for.
fn methods(request: &Request<'_>) -> Vec<&'static str> {
    let path = request.uri().path();
    let segments: Vec<&str> = path.as_str().split('/').collect();
    let fits = |route: &str| {
        let parts: Vec<&str> = route.split('/').collect();
        let fits = |(part, segment): (&&str, &&str)| {
            part == segment || (part.starts_with('<') && !segment.is_empty())
        };
        parts.len() == segments.len() && parts.iter().zip(&segments).all(fits)
    };
    let routes = request.rocket().routes().filter(|route| fits(route.uri.path()));
    let mut methods: Vec<&str> = routes.map(|route| route.method.as_str()).collect();
    if methods.contains(&Method::Get.as_str()) {
        methods.push(Method::Head.as_str());
    }
    methods.sort_unstable();
    methods
}
