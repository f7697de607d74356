//! Stylesheets and the icon, in the binary. Their addresses change with their bytes, so browsers may keep them for good.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

const KIT: Asset =
    Asset { path: "/static/pico-2.1.1.min.css", kind: "text/css; charset=utf-8", bytes: include_bytes!("../../static/pico-2.1.1.min.css") };
const CHARTS: Asset = Asset {
    path: "/static/charts-1.2.0.min.css",
    kind: "text/css; charset=utf-8",
    bytes: include_bytes!("../../static/charts-1.2.0.min.css"),
};
const STYLE: Asset =
    Asset { path: "/static/counterfoil.css", kind: "text/css; charset=utf-8", bytes: include_bytes!("../../static/counterfoil.css") };
const ICON: Asset = Asset { path: "/static/icon.svg", kind: "image/svg+xml", bytes: include_bytes!("../../static/icon.svg") };

/// A file in the binary.
struct Asset {
    path: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn address(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.bytes.hash(&mut hasher);
        format!("{}?v={:016x}", self.path, hasher.finish())
    }

    fn response(&self) -> impl IntoResponse + use<> {
        let kept = "public, max-age=31536000, immutable";
        ([(header::CONTENT_TYPE, self.kind), (header::CACHE_CONTROL, kept)], self.bytes)
    }
}

/// Addresses of the stylesheets, in order: the kits, then our own.
#[must_use]
pub fn stylesheets() -> [String; 3] {
    [KIT.address(), CHARTS.address(), STYLE.address()]
}

/// Address of the icon.
#[must_use]
pub fn icon() -> String {
    ICON.address()
}

/// The routes of the files.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let router = Router::new();
    [&KIT, &CHARTS, &STYLE, &ICON].into_iter().fold(router, |router, asset| router.route(asset.path, get(async || asset.response())))
}
