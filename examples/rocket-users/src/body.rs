//! The data guard: a JSON body, read within its bound and parsed straight into secrets. It never
//! quotes what it was sent.

use example_common::input::{self, Incoming};
use example_common::limits::MAX_BODY;
use example_common::problem::Problem;
use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::request::Request;
use rocket::tokio::io::AsyncReadExt;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::answer::refuse;

/// A body of which the members are known by name.
pub(crate) trait Members: DeserializeOwned {
    const MEMBERS: &'static [&'static str];
}

/// A parsed body. What was read is wiped; the buffers of TLS, hyper and Rocket are theirs.
pub(crate) struct Body<T>(pub(crate) T);

#[rocket::async_trait]
impl<'r, T: Members> FromData<'r> for Body<T> {
    type Error = Problem;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(body) => Outcome::Success(Self(body)),
            Err(problem) => Outcome::Error(refuse(request, problem)),
        }
    }
}

async fn read<T: Members>(request: &Request<'_>, data: Data<'_>) -> Result<T, Problem> {
    let length = request.headers().get_one("content-length");
    let mut incoming = Incoming::new(length.and_then(|length| length.parse().ok()))?;
    // One byte more than there may be: it says that there is more.
    let mut stream = data.open((MAX_BODY + 1).bytes());
    let mut piece = Zeroizing::new(vec![0; 4096]);
    loop {
        let read = stream.read(&mut piece).await;
        match read.map_err(|_| Problem::bad_request("the body ended early"))? {
            0 => break,
            read => incoming.push(piece.get(..read).unwrap_or_default())?,
        }
    }
    let content_type = request.headers().get_one("content-type").map(str::as_bytes);
    input::parse(content_type, &incoming.finish(), T::MEMBERS)
}
