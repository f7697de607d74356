//! Servers that the program is signed in to: their tokens, in a file of the user's alone; and how they are asked.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::problem::Refusal;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The largest answer that is read, in bytes.
const BYTES_MAX: u64 = 64 << 20;

/// What is known of a server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Known {
    /// The token that it gave.
    pub token: String,
    /// The first day on which the token is not valid any more.
    pub expires_on: String,
    /// The certificates that its own is checked by, a PEM file; nothing: those of public authorities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
}

/// The servers that the program is signed in to, by address.
pub type Servers = BTreeMap<String, Known>;

/// The file of the servers: in the user's configuration folder.
///
/// # Errors
/// When the system names no such folder.
fn file() -> Result<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        variable("APPDATA")
    } else {
        variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|user| user.join(".config")))
    };
    let none = || Refusal::refused("the system names no folder for your configuration").hint("set the variable `XDG_CONFIG_HOME`");
    Ok(folder.ok_or_else(none)?.join("counterfoil").join("servers.json"))
}

/// The servers that the program is signed in to.
///
/// # Errors
/// When the file cannot be read.
pub fn known() -> Result<Servers> {
    let file = file()?;
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Servers::new()),
        Err(error) => return Err(error).with_context(|| format!("`{}` cannot be read", file.display())),
    };
    let cure = "delete the file, and sign in again";
    serde_json::from_str(&text).map_err(|error| Refusal::refused(format!("`{}`: {error}", file.display())).hint(cure).into())
}

/// Keeps the servers, in a file that nobody else may read.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(servers: &Servers) -> Result<()> {
    let file = file()?;
    let folder = file.parent().expect("the file lies in a folder");
    fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    let mut new = tempfile::NamedTempFile::new_in(folder).with_context(|| format!("nothing can be written in `{}`", folder.display()))?;
    new.write_all(serde_json::to_string_pretty(servers)?.as_bytes())?;
    new.persist(&file).with_context(|| format!("`{}` cannot be written", file.display()))?;
    Ok(())
}

/// The address of a server as it is kept: by TLS, or on this machine; without a path.
///
/// # Errors
/// When it is no such address.
pub fn address(text: &str) -> Result<String, Refusal> {
    let text = text.trim().trim_end_matches('/');
    let wrong = |said: String| Err(Refusal::usage(said).hint("such as `https://partners.example.com`"));
    let Some((scheme, rest)) = text.split_once("://") else { return wrong(format!("`{text}` is no address of a server")) };
    let name = rest.rsplit_once(':').map_or(rest, |(name, _)| name).trim_matches(['[', ']']);
    let is_here = name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) {
        return wrong(format!("`{text}` is no address of a server: it ends with its name and port"));
    }
    match scheme {
        "https" => Ok(text.to_lowercase()),
        "http" if is_here => Ok(text.to_lowercase()),
        _ => wrong(format!("`{text}` is not asked: a token goes by TLS only, but on this machine")),
    }
}

/// A server that is asked.
pub struct Server {
    address: String,
    agent: Agent,
}

impl Server {
    /// A server at an address of [`address`]; `ca` are certificates to check its own by.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub fn new(address: &str, ca: Option<&Path>) -> Result<Self> {
        let mut config = Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).http_status_as_error(false);
        if let Some(file) = ca {
            let text = fs::read(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
            let certificate = Certificate::from_pem(&text).with_context(|| format!("`{}` holds no certificate", file.display()))?;
            config = config.tls_config(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[certificate])).build());
        }
        Ok(Self { address: address.to_owned(), agent: config.build().into() })
    }

    /// Sends a request, and gives the status and what was answered.
    ///
    /// # Errors
    /// When no answer comes that can be read.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<(u16, Value)> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let unreached = || format!("`{}` gives no answer", self.address);
        let answer = match body.is_empty() {
            true => self.agent.run(request.body(())?),
            false => self.agent.run(request.body(body.to_owned())?),
        };
        let mut answer = answer.with_context(unreached)?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(BYTES_MAX).read_to_string().with_context(unreached)?;
        let read = if text.trim().is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text) };
        let no_counterfoil = || {
            let said = format!("`{}` answers with {status} and no JSON", self.address);
            Refusal::refused(said).hint("is it the address of a `counterfoil serve`?")
        };
        Ok((status, read.map_err(|_| no_counterfoil())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_by_tls_or_stay_on_this_machine() {
        assert_eq!(address(" https://Partners.example.com/ ").unwrap(), "https://partners.example.com");
        assert_eq!(address("http://127.0.0.1:7070").unwrap(), "http://127.0.0.1:7070");
        assert_eq!(address("http://[::1]:7070").unwrap(), "http://[::1]:7070");
        for wrong in [
            "partners.example.com",
            "http://partners.example.com",
            "http://127.0.0.1.example.com",
            "https://",
            "https://a/b",
            "https://a@b",
        ] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
