//! What went wrong with an object, and its cure.

use std::error::Error;
use std::path::Path;

use object_store::client::{HttpError, HttpErrorKind};

use super::address::{FORMS, Kind};

/// How much of what a store says is told, in letters; some answer with a page.
const TEXT_MAX: usize = 400;

/// Why objects cannot be listed, read, written or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The URL is of no known form.
    #[error("`{url}` cannot be used: {message}; expected {FORMS}")]
    Url {
        /// The URL, without what may be secret.
        url: String,
        /// What is wrong with it.
        message: String,
    },
    /// The environment does not say enough to open it.
    #[error("`{url}` cannot be opened: {message}")]
    Setup {
        /// The URL.
        url: String,
        /// What is missing, with the variable that cures it.
        message: String,
    },
    /// There is nothing there, or no such bucket or container.
    #[error("`{url}` is not there; {cure}")]
    NotFound {
        /// The URL.
        url: String,
        /// What would cure it.
        cure: &'static str,
    },
    /// The store refuses.
    #[error("`{url}` may not be used; {cure}")]
    Forbidden {
        /// The URL.
        url: String,
        /// What would cure it.
        cure: &'static str,
        /// What the store says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store does not answer.
    #[error("`{url}` cannot be reached; {cure}")]
    Unreachable {
        /// The URL.
        url: String,
        /// What would cure it.
        cure: &'static str,
        /// What happened.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store answers that it cannot.
    #[error("`{url}` cannot be used now; try again, and ask whoever runs the storage when it stays so")]
    Failed {
        /// The URL.
        url: String,
        /// What the store says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An object ended too early.
    #[error("`{url}` ended after {read} of {bytes} bytes; fetch it again")]
    Cut {
        /// The URL.
        url: String,
        /// How many bytes came.
        read: u64,
        /// How many it has.
        bytes: u64,
    },
    /// A file on this machine cannot be read or written.
    #[error("cannot read or write `{path}`; check the disk and the folder's rights")]
    File {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl ObjectsError {
    /// Whether there is nothing of that name.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    pub(super) fn url(url: &str, message: String) -> Self {
        // keys that somebody put into a URL are not told again
        let end = url.find(['?', '#']).unwrap_or(url.len());
        let shown = match (url[..end].split_once("://"), url[..end].split_once('@')) {
            (Some((scheme, rest)), Some((_, host))) if rest.split('/').next().is_some_and(|host| host.contains('@')) => {
                format!("{scheme}://…@{host}")
            }
            _ => url[..end].to_owned(),
        };
        Self::Url { url: shown, message }
    }

    pub(super) fn setup(url: &str, error: &object_store::Error) -> Self {
        let text = match error {
            object_store::Error::Generic { source, .. } => source.to_string(),
            other => other.to_string(),
        };
        let message = if text.contains("Account must be specified") {
            "no account is named; set `AZURE_STORAGE_ACCOUNT_NAME`, or write `abfss://container@account.dfs.core.windows.net/prefix`"
                .to_owned()
        } else {
            format!("{text}; check the variables that begin with `AWS_` or `AZURE_STORAGE_`")
        };
        Self::Setup { url: url.to_owned(), message }
    }

    pub(super) fn missing(kind: Kind, url: &str) -> Self {
        let cure = match kind {
            Kind::Folder => "check the spelling",
            Kind::S3 => "check the spelling of bucket and prefix, and the region in `AWS_REGION`",
            Kind::Azure => "check the spelling of container and prefix, and the account in `AZURE_STORAGE_ACCOUNT_NAME`",
        };
        Self::NotFound { url: url.to_owned(), cure }
    }

    pub(super) fn folder(folder: &Path, error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::NotFound {
            return Self::missing(Kind::Folder, &folder.display().to_string());
        }
        Self::file(folder, error)
    }

    pub(super) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), source }
    }

    pub(super) fn cut(url: &str, read: u64, bytes: u64) -> Self {
        Self::Cut { url: url.to_owned(), read, bytes }
    }

    /// What an error of a store means.
    pub(super) fn of(kind: Kind, url: &str, error: object_store::Error) -> Self {
        use object_store::Error as Of;
        let url_of = || url.to_owned();
        let text = texts(&error);
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        // without keys, the machine's own identity is asked for at an address that only machines of a cloud have
        let has_no_keys = says(&["169.254.169.254", "169.254.170.2"]);
        let is_away = connection(&error).is_some();
        if matches!(error, Of::NotFound { .. }) || says(&["NoSuchBucket", "ContainerNotFound", "404 Not Found"]) {
            return Self::missing(kind, url);
        }
        let is_refused = matches!(error, Of::PermissionDenied { .. } | Of::Unauthenticated { .. });
        if is_refused || has_no_keys || says(&["403 Forbidden", "401 Unauthorized", "AuthenticationFailed", "AccessDenied"]) {
            let cure = match kind {
                Kind::Folder => "check the folder's rights",
                Kind::S3 => "check `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_REGION`, and what they may do there",
                Kind::Azure => {
                    "check `AZURE_STORAGE_ACCOUNT_NAME` and `AZURE_STORAGE_ACCOUNT_KEY` or `AZURE_STORAGE_SAS_TOKEN`, and what they may do there"
                }
            };
            return Self::Forbidden { url: url_of(), cure, source: short(&error) };
        }
        if is_away {
            let cure = match kind {
                Kind::Folder => "check the disk",
                Kind::S3 => "check the network, and the endpoint in `AWS_ENDPOINT_URL` if there is one",
                Kind::Azure => {
                    "check the network, `AZURE_STORAGE_ACCOUNT_NAME`, and the endpoint in `AZURE_STORAGE_ENDPOINT` if there is one"
                }
            };
            return Self::Unreachable { url: url_of(), cure, source: short(&error) };
        }
        Self::Failed { url: url_of(), source: short(&error) }
    }
}

/// What a store says, as one line that can be read.
fn short(error: &object_store::Error) -> Box<dyn Error + Send + Sync> {
    let text = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = text.char_indices().nth(TEXT_MAX).map_or(text.len(), |(at, _)| at);
    if cut < text.len() { format!("{}…", &text[..cut]).into() } else { text.into() }
}

/// An error with its causes, as text.
fn texts(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| (*error).source()).map(|error| format!("{error}\n")).collect()
}

/// How a connection failed, when one did.
fn connection(error: &(dyn Error + 'static)) -> Option<HttpErrorKind> {
    std::iter::successors(Some(error), |error| (*error).source())
        .filter_map(|error| error.downcast_ref::<HttpError>())
        .map(HttpError::kind)
        .find(|kind| !matches!(kind, HttpErrorKind::Decode | HttpErrorKind::Unknown))
}
