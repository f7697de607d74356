//! URLs of object storage, and what they open.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::{ObjectStore, RetryConfig};

use super::trouble::ObjectsError;

/// How long one request is tried again when the store does not answer.
const RETRY_SECONDS: u64 = 20;

/// How often one request is tried again.
const RETRIES_MAX: usize = 3;

/// The forms that a URL may have, for messages.
pub const FORMS: &str =
    "`file:///folder`, `s3://bucket/prefix`, `az://container/prefix`, `abfss://container@account.dfs.core.windows.net/prefix`";

/// Which store it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// S3, or what speaks like it.
    S3,
    /// Azure Blob Storage.
    Azure,
}

/// A URL that was opened.
pub struct Opened {
    pub url: String,
    pub kind: Kind,
    pub store: Arc<dyn ObjectStore>,
    pub prefix: Location,
}

/// A URL in its parts.
#[derive(Debug, PartialEq, Eq)]
enum Address {
    Folder(PathBuf),
    S3 {
        bucket: String,
        prefix: String,
    },
    /// With the whole URL where it names the account.
    Azure {
        container: String,
        prefix: String,
        whole: Option<String>,
    },
}

/// Whether the text is a URL, and not a path.
#[must_use]
pub fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// A URL with a path below it.
#[must_use]
pub fn joined(url: &str, path: &str) -> String {
    if path.is_empty() { url.to_owned() } else { format!("{}/{path}", url.trim_end_matches('/')) }
}

/// Opens what a URL names.
pub fn open(url: &str) -> Result<Opened, ObjectsError> {
    let url = url.trim();
    let setup = |error: object_store::Error| ObjectsError::setup(url, &error);
    let shown = url.trim_end_matches('/').to_owned();
    let prefix_of = |text: &str| Location::parse(text).map_err(|error| ObjectsError::url(url, error.to_string()));
    match parse(url)? {
        Address::Folder(folder) => {
            let folder = folder.canonicalize().map_err(|error| ObjectsError::folder(&folder, error))?;
            // a folder is opened above itself, so that a file can be named as well
            let (root, name) = match (folder.parent(), folder.file_name().and_then(|name| name.to_str())) {
                (Some(root), Some(name)) if folder.is_file() => (root.to_owned(), name.to_owned()),
                _ => (folder.clone(), String::new()),
            };
            let store = LocalFileSystem::new_with_prefix(root).map_err(setup)?.with_automatic_cleanup(true);
            let url = if is_url(&shown) { shown } else { format!("file://{}", folder.display()) };
            Ok(Opened { url, kind: Kind::Folder, store: Arc::new(store), prefix: prefix_of(&name)? })
        }
        Address::S3 { bucket, prefix } => {
            let may = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];
            let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry());
            if is_on_this_machine(&may) {
                builder = builder.with_allow_http(true);
            }
            Ok(Opened { url: shown, kind: Kind::S3, store: Arc::new(builder.build().map_err(setup)?), prefix: prefix_of(&prefix)? })
        }
        Address::Azure { container, prefix, whole } => {
            let may = ["AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"];
            let mut builder = MicrosoftAzureBuilder::from_env().with_retry(retry());
            if is_on_this_machine(&may) {
                builder = builder.with_allow_http(true);
            }
            builder = match whole {
                Some(whole) => builder.with_url(whole),
                None => builder.with_container_name(container),
            };
            Ok(Opened { url: shown, kind: Kind::Azure, store: Arc::new(builder.build().map_err(setup)?), prefix: prefix_of(&prefix)? })
        }
    }
}

/// Makes the folder of a URL; other stores have none.
pub fn make_folder(url: &str) -> Result<(), ObjectsError> {
    match parse(url.trim())? {
        Address::Folder(folder) => std::fs::create_dir_all(&folder).map_err(|error| ObjectsError::file(&folder, error)),
        _ => Ok(()),
    }
}

fn parse(url: &str) -> Result<Address, ObjectsError> {
    let refuse = |message: &str| Err(ObjectsError::url(url, message.to_owned()));
    let Some((scheme, rest)) = url.split_once("://") else { return Ok(Address::Folder(PathBuf::from(url))) };
    if rest.contains(['?', '#']) {
        return refuse("a URL of storage ends with its path; a signature goes into the variable `AZURE_STORAGE_SAS_TOKEN`");
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = path.trim_matches('/').to_owned();
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "file" {
        return match host {
            "" => Ok(Address::Folder(Path::new("/").join(path))),
            _ => refuse("a folder's URL has three slashes: `file:///folder`"),
        };
    }
    let is_named = |name: &str| !name.is_empty() && !name.contains([':', '@']);
    match (scheme.as_str(), host.split_once('@')) {
        ("s3" | "s3a", None) if is_named(host) => Ok(Address::S3 { bucket: host.to_owned(), prefix }),
        ("az" | "azure" | "abfs" | "abfss", None) if is_named(host) => {
            Ok(Address::Azure { container: host.to_owned(), prefix, whole: None })
        }
        ("abfs" | "abfss", Some((container, account))) if is_named(container) && is_named(account) => {
            Ok(Address::Azure { container: container.to_owned(), prefix, whole: Some(url.to_owned()) })
        }
        ("s3" | "s3a" | "az" | "azure" | "abfs" | "abfss", _) => refuse(
            "it names no bucket or container alone; keys go into variables such as `AWS_ACCESS_KEY_ID` or `AZURE_STORAGE_ACCOUNT_KEY`",
        ),
        _ => refuse("this kind of storage is not known"),
    }
}

/// Whether the endpoint that a variable names is of this machine, as an emulator's is: it may be spoken to without TLS, which other
/// endpoints are only when the environment asks so.
fn is_on_this_machine(variables: &[&str]) -> bool {
    let endpoint = variables.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    endpoint.is_some_and(|endpoint| is_loopback(&endpoint))
}

fn is_loopback(endpoint: &str) -> bool {
    let Some(rest) = endpoint.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let name = if host.starts_with('[') { host.split(']').next().unwrap_or_default() } else { host.split(':').next().unwrap_or_default() };
    name == "localhost" || name.trim_start_matches('[').parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn retry() -> RetryConfig {
    RetryConfig { max_retries: RETRIES_MAX, retry_timeout: Duration::from_secs(RETRY_SECONDS), ..RetryConfig::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_folder_a_bucket_or_a_container_and_nothing_else() {
        let s3 = |bucket: &str, prefix: &str| Address::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() };
        let azure =
            |container: &str, prefix: &str| Address::Azure { container: container.to_owned(), prefix: prefix.to_owned(), whole: None };
        assert_eq!(parse("exports").unwrap(), Address::Folder("exports".into()));
        assert_eq!(parse("file:///srv/lake").unwrap(), Address::Folder("/srv/lake".into()));
        assert_eq!(parse("s3://bucket").unwrap(), s3("bucket", ""));
        assert_eq!(parse("S3A://bucket/a/b/").unwrap(), s3("bucket", "a/b"));
        assert_eq!(parse("az://costs/a").unwrap(), azure("costs", "a"));
        assert_eq!(parse("abfs://costs/a").unwrap(), azure("costs", "a"));
        let whole = "abfss://costs@fjord.dfs.core.windows.net/a";
        let Address::Azure { container, prefix, whole: Some(_) } = parse(whole).unwrap() else { panic!("no account") };
        assert_eq!((container.as_str(), prefix.as_str()), ("costs", "a"));
        for (wrong, told) in [
            ("s3://key:secret@bucket/a", "keys go into variables"),
            ("az://costs/a?sig=abc", "AZURE_STORAGE_SAS_TOKEN"),
            ("s3:///a", "names no bucket"),
            ("gs://bucket/a", "this kind of storage is not known"),
            ("file://host/a", "three slashes"),
        ] {
            let error = parse(wrong).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
            assert!(!error.contains("secret") && !error.contains("sig=abc"), "{error}");
        }
    }

    #[test]
    fn only_an_endpoint_of_this_machine_is_spoken_to_without_tls() {
        for here in ["http://127.0.0.1:9000", "http://localhost:10000/devstoreaccount1", "http://[::1]:9000"] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in ["http://10.0.0.5:9000", "https://127.0.0.1:9000", "http://127.0.0.1.example.com", "http://minio:9000"] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }
}
