//! The routes, one file a resource. None of them decides who may see what: the members do.

pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod members;
pub(crate) mod ssn;

use actix_web::Resource;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web;
use example_common::problem::Problem;

use crate::answer::refuse;
use crate::around;

/// A resource that answers other methods with 405 and these.
fn resource(
    path: &str,
    methods: &'static str,
) -> Resource<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    web::resource(path)
        .default_service(web::to(
            move || async move { refuse(Problem::method_not_allowed(methods)) },
        ))
        .wrap(from_fn(around::bound))
}
