//! How browsers reach the pages: on this machine, by TLS, or through a proxy.

use std::net::TcpListener;

use anyhow::Result;

use super::Door;
use crate::pages::guards::Outside;
use crate::problem::Refusal;

/// How browsers reach the pages from other machines.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ReachArgs {
    /// The address that browsers use, when it is not one of this machine's own; requests that name another host are refused
    #[arg(long, value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,

    /// A proxy that speaks TLS with browsers stands before the pages, and tells in `X-Forwarded-For` where requests are from
    #[arg(long, requires = "public_url")]
    behind_proxy: bool,
}

fn public_url(text: &str) -> Result<String, String> {
    let bare = text.trim_end_matches('/');
    let host = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://")).unwrap_or_default();
    if host.is_empty() || host.contains(['/', '?', '#', '@']) || host.contains(char::is_whitespace) {
        return Err(format!("`{text}` is no address of a site; expected such as https://partners.example.com"));
    }
    Ok(bare.to_ascii_lowercase())
}

impl ReachArgs {
    /// Listens where `door` says. Other machines may reach it by TLS or through a proxy only, and by a name that is told.
    ///
    /// # Errors
    /// When others could reach the pages unprotected, or the address cannot be listened on.
    pub fn open(&self, door: &Door, is_tls: bool, asks_to_sign_in: bool) -> Result<TcpListener> {
        if !door.is_loopback() {
            let told =
                |what: &str, hint: &str| Refusal::refused(format!("the pages do not listen on `{}`: {what}", door.host())).hint(hint);
            if !asks_to_sign_in {
                return Err(told(
                    "nobody is asked to sign in to a dataset folder, so everybody could read it",
                    "serve a home, or leave `--address` out",
                )
                .into());
            }
            if !is_tls && !self.behind_proxy {
                let hint = "give a certificate (`--tls-cert`, `--tls-key`) or stand behind a proxy that has one (`--behind-proxy`)";
                return Err(told("passwords would cross the network unprotected", hint).into());
            }
            if self.public_url.is_none() {
                return Err(told(
                    "the name that browsers use is not told",
                    "name it with `--public-url`, such as https://partners.example.com",
                )
                .into());
            }
        }
        door.listen()
    }

    /// What pages know of the outside.
    pub fn outside(&self, is_tls: bool) -> Outside {
        let by_tls = self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        let host = self.public_url.as_deref().and_then(|url| url.split("://").nth(1)).map(str::to_owned);
        Outside { host, is_tls: is_tls || by_tls, is_proxied: self.behind_proxy }
    }

    /// The address that people are sent to; `own` when none is told.
    pub fn site(&self, own: String) -> String {
        self.public_url.clone().unwrap_or(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_a_scheme_and_a_host() {
        assert_eq!(public_url("https://Partners.example.com:8443/"), Ok("https://partners.example.com:8443".to_owned()));
        for wrong in ["", "partners.example.com", "https://", "ftp://a", "https://a/b", "https://user@a", "https://a b"] {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }
}
