//! Every route that there is, as the routers have it.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::{api, pages};

use crate::pages::program::MadeUp;

/// A method and an address, with parts such as `{claim}`.
pub type Route = (String, String);

/// The routes of the pages. Axum lists routes only when it is asked to describe itself.
pub fn of_pages() -> Vec<Route> {
    let told = format!("{:?}", pages::router(Arc::new(MadeUp { more: 0, named: 0 })));
    let told = told.split("fallback_router:").next().unwrap();
    let (routes, paths) = told.split_once("node: Node { paths: {").unwrap();
    let number = |text: &str| text.split(')').next().unwrap().parse::<u32>().unwrap();
    let methods: BTreeMap<u32, &str> = routes
        .split("RouteId(")
        .skip(1)
        .map(|route| {
            (number(route), route.split("allow_header: Bytes(b\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default())
        })
        .collect();
    let paths = paths.split("RouteId(").skip(1).map(|path| (number(path), path.split('"').nth(1).unwrap()));
    let mut routes: Vec<Route> = Vec::new();
    for (number, path) in paths {
        let methods = methods[&number].split(',').filter(|method| !method.is_empty() && *method != "HEAD");
        routes.extend(methods.map(|method| (method.to_owned(), path.to_owned())));
    }
    routes.sort_by_key(|(method, path)| (path.clone(), method.clone()));
    assert!(routes.len() > 90, "axum tells of its routes in another way: {told}");
    routes
}

/// The routes of the REST API, from its table of operations.
pub fn of_api() -> Vec<Route> {
    let document = api::openapi();
    let paths = document["paths"].as_object().unwrap();
    let routes = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(move |method| (method.to_uppercase(), path.clone()))
    });
    routes.collect()
}
