//! The bound on bodies: what says that it is larger is refused at once, and what turns out to be
//! ends where the bound is. It never reads a body itself.

use std::io::{Error, ErrorKind};

use example_common::limits::MAX_BODY;
use example_common::problem::Problem;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use poem::http::header::CONTENT_LENGTH;
use poem::{Body, Request, Result};

use crate::answer::Refused;

/// Nothing over 64 KiB is read, by whichever handler.
pub(crate) fn body_limit(mut request: Request) -> Result<Request> {
    let length = request.headers().get(CONTENT_LENGTH);
    // hyper has refused what is no number.
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > MAX_BODY) {
        return Err(Refused::from(Problem::too_large()).into());
    }
    let body: BoxBody<_, _> = request.take_body().into();
    let limited = Limited::new(body, MAX_BODY).map_err(|error| {
        let over = error.is::<LengthLimitError>();
        Error::from(if over { ErrorKind::FileTooLarge } else { ErrorKind::UnexpectedEof })
    });
    request.set_body(Body::from(limited.boxed()));
    Ok(request)
}
