//! `sign-in`, `sign-out`, `ask`: another machine's Counterfoil, by its REST API.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use domain::tokens::Scope;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use super::seat::word;
use crate::cli::Setting;
use crate::problem::{Exit, Refusal, say};
use crate::secrets;
use crate::servers::{self, Known, Server};

/// Which server.
#[derive(Debug, clap::Args)]
pub struct ServerArgs {
    /// The address of the server, `https://…` [default: the only one that you are signed in to]
    #[arg(long, value_name = "URL", env = "COUNTERFOIL_SERVER", hide_env_values = true)]
    server: Option<String>,
}

/// Sign in to a server, by a code that you confirm in its pages
///
/// The server's token is kept in your configuration folder, in a file that nobody else may read. It is valid for a week.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil sign-in --server https://partners.example.com
  counterfoil sign-in --server https://partners.example.com --scope read")]
pub struct SignInArgs {
    #[command(flatten)]
    at: ServerArgs,

    /// Limit the token to a part of what you may; may be given again [default: all of it]
    #[arg(long, value_name = "SCOPE", value_parser = word::<Scope>)]
    scope: Vec<Scope>,

    /// A PEM file with the certificate that the server's own is checked by, when no public authority signed it
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// End the token of a server, and forget it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil sign-out
  counterfoil sign-out --server https://partners.example.com")]
pub struct SignOutArgs {
    #[command(flatten)]
    at: ServerArgs,
}

/// Ask a server's REST API
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil ask /me
  counterfoil ask '/claims?limit=200' --query \"items[].[claim_id, state]\" -o tsv
  counterfoil ask /claims/claim-000012/submit --method POST --body '{}'")]
pub struct AskArgs {
    #[command(flatten)]
    at: ServerArgs,

    /// The path below `/api/v1`, with its query
    #[arg(value_name = "PATH")]
    path: String,

    /// The method
    #[arg(long, value_name = "METHOD", default_value = "GET", value_parser = ["GET", "POST", "PUT", "PATCH", "DELETE"])]
    method: String,

    /// The body, JSON
    #[arg(long, value_name = "JSON", default_value = "")]
    body: String,
}

/// Whoever signed in.
#[derive(Debug, Serialize)]
struct SignedIn {
    server: String,
    user_id: String,
    expires_on: String,
}

impl ServerArgs {
    /// The address that is given, or that of the only server.
    fn address(&self) -> Result<String> {
        if let Some(given) = &self.server {
            return Ok(servers::address(given)?);
        }
        let known: Vec<String> = servers::known()?.into_keys().collect();
        match known.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Refusal::usage("you are signed in to no server").hint("`counterfoil sign-in --server URL`").into()),
            several => {
                let names = several.iter().map(|name| format!("`--server {name}`")).collect::<Vec<_>>().join(", ");
                Err(Refusal::usage("you are signed in to several servers").hint(format!("name one: {names}")).into())
            }
        }
    }

    /// The server, with what is known of it.
    fn open(&self) -> Result<(String, Known, Server)> {
        let address = self.address()?;
        let known = servers::known()?.remove(&address).ok_or_else(|| {
            Refusal::refused(format!("you are not signed in to `{address}`")).hint(format!("`counterfoil sign-in --server {address}`"))
        })?;
        let server = Server::new(&address, known.ca.as_deref())?;
        Ok((address, known, server))
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    pairs.collect::<Vec<_>>().join("&")
}

/// What an error of the server says.
fn said(address: &str, status: u16, answer: &Value) -> anyhow::Error {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    let what = text("detail").or_else(|| text("error_description")).unwrap_or_else(|| format!("it answers with {status}"));
    let refusal = Refusal::refused(format!("`{address}`: {what}"));
    match text("cure") {
        Some(cure) => refusal.hint(cure).into(),
        None => refusal.into(),
    }
}

/// Signs in.
///
/// # Errors
/// When the server cannot be reached, or the code is refused or not confirmed in time.
pub fn sign_in(args: &SignInArgs, setting: &Setting) -> Result<Exit> {
    const FORM: [(&str, &str); 1] = [("Content-Type", "application/x-www-form-urlencoded")];
    let address = args.at.address()?;
    let ca = args.ca.as_deref().map(std::path::absolute).transpose()?;
    let server = Server::new(&address, ca.as_deref())?;
    let scope = args.scope.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    let machine = std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).unwrap_or_else(|_| "a command line".to_owned());
    let begun = form(&[("client_id", "counterfoil"), ("scope", &scope), ("machine", &machine)]);
    let (status, begun) = server.ask("POST", "/sign-in/device/code", &FORM, &begun)?;
    let text = |name: &str| begun.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(code), Some(shown), Some(at)) = (text("device_code"), text("user_code"), text("verification_uri_complete")) else {
        return Err(said(&address, status, &begun));
    };
    say(&format!("open {at}\nand confirm the code {shown}\n"));
    let pause = Duration::from_secs(begun.get("interval").and_then(Value::as_u64).unwrap_or(5));
    let asked =
        form(&[("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "counterfoil"), ("device_code", &code)]);
    let given = loop {
        let (status, answer) = server.ask("POST", "/sign-in/device/token", &FORM, &asked)?;
        match answer.get("error").and_then(Value::as_str) {
            None if status == 200 => break answer,
            Some("authorization_pending" | "slow_down") => std::thread::sleep(pause),
            _ => return Err(said(&address, status, &answer)),
        }
    };
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (token, expires_on) = (text("access_token"), text("expires_on"));
    let bearer = format!("Bearer {token}");
    let (_, me) = server.ask("GET", "/api/v1/me", &[("Authorization", &bearer)], "")?;
    let mut known = servers::known()?;
    known.insert(address.clone(), Known { token, expires_on: expires_on.clone(), ca });
    servers::keep(&known)?;
    // a token that may not read does not tell whose it is
    let user_id = me.get("user_id").and_then(Value::as_str).unwrap_or("the user who confirmed").to_owned();
    let done = SignedIn { server: address, user_id, expires_on };
    setting.output.print(&done, |_| format!("signed in to {} as {}, until {}\n", done.server, done.user_id, done.expires_on))?;
    Ok(Exit::Done)
}

/// Signs out.
///
/// # Errors
/// When the program is signed in to no such server, or the file cannot be written.
pub fn sign_out(args: &SignOutArgs, _: &Setting) -> Result<Exit> {
    let (address, known, server) = args.at.open()?;
    let bearer = format!("Bearer {}", known.token);
    let id = secrets::read(&known.token).map(|(id, _)| id).unwrap_or_default();
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let ended = server.ask("POST", &format!("/api/v1/tokens/{id}/revoke"), &headers, "{}");
    let mut servers = servers::known()?;
    servers.remove(&address);
    servers::keep(&servers)?;
    match ended {
        Ok((200, _)) => say(&format!("signed out of {address}: the token is ended\n")),
        Ok((401, _)) => say(&format!("signed out of {address}: the token had ended before\n")),
        _ => say(&format!("signed out of {address}; the token could not be ended there: end it at {address}/account\n")),
    }
    Ok(Exit::Done)
}

/// Asks.
///
/// # Errors
/// When the program is signed in to no such server, or what is asked is refused.
pub fn ask(args: &AskArgs, setting: &Setting) -> Result<Exit> {
    let (address, known, server) = args.at.open()?;
    let bearer = format!("Bearer {}", known.token);
    let mut headers = vec![("Authorization", bearer.as_str()), ("Accept", "application/json")];
    if !args.body.is_empty() {
        headers.push(("Content-Type", "application/json"));
    }
    let path = format!("/api/v1/{}", args.path.trim_start_matches('/'));
    let (status, answer) = server.ask(&args.method, &path, &headers, &args.body)?;
    if status == 401 {
        let cure = format!("`counterfoil sign-in --server {address}`");
        return Err(Refusal::refused(format!("`{address}` does not know the token any more")).hint(cure).into());
    }
    if status >= 400 {
        return Err(said(&address, status, &answer));
    }
    setting.output.print(&answer, |_| format!("{answer:#}\n"))?;
    Ok(Exit::Done)
}
