//! The document, and a page that shows it: Swagger UI, whose files are in the program. It never sends
//! a browser elsewhere: the policy names no other place, and the page's files none.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use example_common::Result;
use example_common::axum::Answer;
use example_common::problem::Problem;
use helmet_core::{ContentSecurityPolicy, Header};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::app::Service;

/// Where the document is.
const DOCUMENT: &str = "/openapi.json";
/// The files of Swagger UI that the page loads; the others are not served.
const FILES: [&str; 7] = [
    "favicon-16x16.png",
    "favicon-32x32.png",
    "index.css",
    "swagger-initializer.js",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
];

/// The document, written once.
pub(crate) fn document(document: &OpenApi) -> Result<Router<Service>> {
    let json = Bytes::from(document.to_json()?);
    let answer = move || {
        let json = json.clone();
        async { ([(CONTENT_TYPE, "application/json")], json) }
    };
    Ok(Router::new().route(DOCUMENT, get(answer)))
}

/// The page and its files.
pub(crate) fn page() -> Router<Service> {
    let config = Config::from(DOCUMENT)
        .validator_url("none")
        .query_config_enabled(false)
        .persist_authorization(false)
        .use_base_layout();
    let config = Arc::new(config);
    let index = config.clone();
    Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(move || async { file("index.html", index) }))
        .route(
            "/docs/{file}",
            get(|Path(name): Path<String>| async move {
                let known = FILES.into_iter().find(|known| *known == name);
                file(known.ok_or_else(Problem::not_found)?, config)
            }),
        )
}

fn file(name: &'static str, config: Arc<Config<'static>>) -> Answer {
    let file = utoipa_swagger_ui::serve(name, config).map_err(|_| Problem::internal())?;
    let file = file.ok_or_else(Problem::not_found)?;
    let answer: Response =
        ([(CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response();
    Ok(answer)
}

/// The page runs, styles and fetches what this service gives, and nothing else: no inline script or
/// style, no other host. Its icons are in its style sheet, as `data:`.
pub(crate) fn headers() -> Vec<Header> {
    let this = || vec!["'self'"];
    let policy = ContentSecurityPolicy::new()
        .default_src(vec!["'none'"])
        .script_src(this())
        .style_src(this())
        .img_src(vec!["'self'", "data:"])
        .connect_src(this())
        .frame_ancestors(vec!["'none'"])
        .base_uri(vec!["'none'"])
        .form_action(vec!["'none'"]);
    example_common::headers::with_policy(policy)
}
