//! The page of the demonstration, from files that are part of the program. It is served where
//! `--demo` was given and nowhere else: it hands out the tokens of the demonstration.

pub(crate) mod item;
pub(crate) mod token;

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{MethodRouter, get};
use example_common::backend::Backend;
use example_common::demo::Demo;
use example_common::options::Options;
use example_common::origin::Origins;
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
