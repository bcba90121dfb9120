//! The page of the demonstration, from files that are part of the program. It is served where
//! `--demo` was given and nowhere else: it hands out the tokens of the demonstration.

pub(crate) mod item;
pub(crate) mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::routing::{MethodRouter, get};
use example_common::axum::Refused;
use example_common::backend::Backend;
use example_common::demo::Demo;
use example_common::options::Options;
use example_common::origin::Origins;
use example_common::problem::Problem;
use example_common::stored::StoredItems;

use crate::app::Service;
use crate::record::Profile;

/// What the demonstration's routes work with.
pub(crate) struct Demonstration {
    demo: Arc<Demo>,
    origins: Origins,
    items: StoredItems,
}

impl Demonstration {
    /// Where the options ask for one; not where a service made one because it was given no key.
    pub(crate) fn of(
        options: &Options,
        demo: Option<&Arc<Demo>>,
        backend: &Backend,
    ) -> Option<Self> {
        let demo = demo.filter(|_| options.demo.is_some())?;
        Some(Self {
            demo: Arc::clone(demo),
            origins: Origins::new(&options.hosts),
            items: StoredItems::of::<Profile>(backend),
        })
    }
}

/// That the request comes from the page.
pub(crate) struct FromPage;

impl FromRequestParts<Service> for FromPage {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Refused> {
        let demonstration = service.demonstration.as_ref().ok_or_else(Problem::not_found)?;
        let headers = &parts.headers;
        // HTTP/2 has it in the target, HTTP/1.1 in a header.
        let target = parts.uri.authority().map(|authority| authority.as_str().as_bytes());
        let hosts = headers.get_all(HOST).iter().map(AsRef::as_ref);
        let sent_to: Vec<&[u8]> = target.map_or_else(|| hosts.collect(), |target| vec![target]);
        let origin = headers.get_all(ORIGIN).iter().map(AsRef::as_ref);
        let site = headers.get_all("sec-fetch-site").iter().map(AsRef::as_ref);
        demonstration.origins.check(sent_to, origin, site)?;
        Ok(Self)
    }
}

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/", file("text/html; charset=utf-8", include_str!("../page/index.html")))
        .route("/demo/page.css", file("text/css; charset=utf-8", include_str!("../page/page.css")))
        .route(
            "/demo/page.js",
            file("text/javascript; charset=utf-8", include_str!("../page/page.js")),
        )
        .route("/demo/icon.svg", file("image/svg+xml", include_str!("../page/icon.svg")))
}

fn file(content_type: &'static str, text: &'static str) -> MethodRouter<Service> {
    get(move || async move { ([(CONTENT_TYPE, content_type)], text) })
}
