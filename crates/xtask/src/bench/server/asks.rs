//! What is asked of the servers: a hundred or so requests of each kind, about partners, claims and links at random from a seed.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::client::{Ask, Connection};
use super::dice::Dice;

/// The day of the demo.
pub const AS_OF: &str = "2024-03-15";

/// The program manager of the demo, and as whom pages are visited.
pub const MANAGER: &str = "mona@operator.example";

/// How many different requests of a kind there are.
const ASKS: usize = 200;

/// How many identities look their link up.
const IDENTITIES: u64 = 100;

/// The last day of the tokens, in a home that is for nothing but this.
const EXPIRES_ON: &str = "2099-12-31";

/// Requests of one kind.
pub struct Kind {
    /// What is asked, in a few words.
    pub name: &'static str,
    /// Which statements that takes, in a few words.
    pub statements: &'static str,
    /// The requests.
    pub asks: Vec<Ask>,
}

/// What the requests are about, from the files that the demo was imported from.
pub struct Cast {
    /// The global accounts.
    accounts: Vec<String>,
    /// The areas.
    areas: Vec<String>,
    /// Claims: id and partner.
    claims: Vec<(String, String)>,
    /// Links: tenant, identity.
    links: Vec<(String, String)>,
}

impl Cast {
    /// Reads what the demo wrote to `exports`; the server tells the areas.
    ///
    /// # Errors
    /// When a file or the server cannot be read.
    pub fn read(exports: &Path, server: &mut Connection, token: &str) -> Result<Self> {
        let partners = rows(&exports.join("partners"))?;
        let is_account = |row: &&Vec<String>| row[0] == row[1];
        let list = Ask { path: format!("/api/v1/scores?limit=100&as_of={AS_OF}"), token: Some(token.to_owned()) };
        let scores = String::from_utf8(server.get(&list)?.body)?;
        let mut areas: Vec<String> =
            scores.split("\"area\":\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect();
        areas.sort();
        areas.dedup();
        if areas.is_empty() {
            bail!("the server tells no scores: {scores}");
        }
        let two = |row: Vec<String>| (row[0].clone(), row[1].clone());
        // an identity that is not linked any more has nothing to look up
        let is_linked = |row: &Vec<String>| row.get(4).is_none_or(String::is_empty);
        Ok(Self {
            accounts: partners.iter().filter(is_account).map(|row| row[0].clone()).collect(),
            areas,
            claims: rows(&exports.join("claims"))?.into_iter().map(two).collect(),
            links: rows(&exports.join("pal_links"))?.into_iter().filter(is_linked).map(two).collect(),
        })
    }

    /// Every kind of request, each from a stream of rolls of its own.
    ///
    /// # Errors
    /// When the demo lacks something to ask about.
    pub fn kinds(&self, tokens: &Tokens) -> Result<Vec<Kind>> {
        let kind = |name, statements, stream, path: &dyn Fn(&mut Dice) -> Option<String>, tokens: &[String]| -> Result<Kind> {
            let mut dice = Dice::new(stream);
            let mut ask = || Some(Ask { path: path(&mut dice)?, token: dice.pick(tokens).cloned() });
            let asks: Option<Vec<Ask>> = (0..ASKS).map(|_| ask()).collect();
            Ok(Kind { name, statements, asks: asks.with_context(|| format!("the demo has nothing to ask for `{name}`"))? })
        };
        let score = |dice: &mut Dice| Some(format!("/api/v1/scores/{}/{}", dice.pick(&self.accounts)?, dice.pick(&self.areas)?));
        let page = |dice: &mut Dice| Some(format!("/partners/{}", dice.pick(&self.accounts)?));
        let asked = &tokens.operators;
        Ok(vec![
            kind("score", "who asks, what changed", 1, &|dice| Some(format!("{}?as_of={AS_OF}", score(dice)?)), asked)?,
            kind("explanation", "who asks, what changed", 2, &|dice| Some(format!("{}/explanation?as_of={AS_OF}", score(dice)?)), asked)?,
            kind(
                "claims, picked",
                "who asks, a list",
                3,
                &|dice| Some(format!("/api/v1/claims?partner_id={}&state=approved&limit=20", dice.pick(&self.claims)?.1)),
                asked,
            )?,
            kind(
                "claims, a page",
                "who asks, a list",
                4,
                &|dice| Some(format!("/api/v1/claims?limit=50&after={}", hex(&dice.pick(&self.claims)?.0))),
                asked,
            )?,
            kind("claims of a partner", "who asks, a list", 5, &|_| Some("/api/v1/claims?limit=50".to_owned()), &tokens.partners)?,
            Kind {
                name: "PAL lookup",
                statements: "who asks, a link, its partner",
                asks: tokens.identities.iter().map(|token| Ask { path: LOOKUP.to_owned(), token: Some(token.clone()) }).collect(),
            },
            kind(
                "PAL inventory",
                "who asks, what changed",
                6,
                &|dice| Some(format!("/api/v1/link-inventory?tenant_id={}&as_of={AS_OF}", dice.pick(&self.links)?.0)),
                asked,
            )?,
            kind(
                "page of a designation",
                "who visits, what changed",
                7,
                &|dice| Some(format!("{}/designations/{}?as_of={AS_OF}", page(dice)?, dice.pick(&self.areas)?)),
                &[],
            )?,
            kind("page of claims", "who visits, a list", 8, &|dice| Some(format!("{}/claims", page(dice)?)), &[])?,
        ])
    }
}

/// A link by the vendor's contract.
const LOOKUP: &str = "/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01";

/// Tokens of users of every kind. A user may ask 200 times a second over time, so that there must be many.
#[derive(Debug, Default)]
pub struct Tokens {
    operators: Vec<String>,
    partners: Vec<String>,
    identities: Vec<String>,
}

impl Tokens {
    /// Issues tokens at the server, by that of its program manager: for the program manager and a partner's user of each copy of the demo, and
    /// for identities that are linked.
    ///
    /// # Errors
    /// When the server refuses one.
    pub fn issue(server: &mut Connection, manager: &str, times: u64, cast: &Cast) -> Result<Self> {
        let mut issue = |user: &str, identity: &str| -> Result<String> {
            let json = format!("{{\"user_id\":\"{user}\",\"purpose\":\"load\",\"expires_on\":\"{EXPIRES_ON}\"{identity}}}");
            let answer = server.post(&Ask { path: "/api/v1/tokens".to_owned(), token: Some(manager.to_owned()) }, &json)?;
            token_in(&String::from_utf8_lossy(&answer.body)).with_context(|| format!("no token for `{user}`"))
        };
        let mut tokens = Self::default();
        for copy in 0..times {
            let copy = if copy == 0 { String::new() } else { copy.to_string() };
            tokens.operators.push(issue(&format!("mona@operator{copy}.example"), "")?);
            tokens.partners.push(issue(&format!("anna@fjordlys{copy}.example"), "")?);
        }
        let mut dice = Dice::new(9);
        for at in 0..IDENTITIES {
            let (tenant, object) = dice.pick(&cast.links).context("the demo has no link")?;
            let identity = format!(",\"identity\":{{\"tenant_id\":\"{tenant}\",\"object_id\":\"{object}\"}}");
            let copy = at % times;
            let copy = if copy == 0 { String::new() } else { copy.to_string() };
            tokens.identities.push(issue(&format!("mona@operator{copy}.example"), &identity)?);
        }
        Ok(tokens)
    }
}

/// The token that a text tells.
///
/// # Errors
/// When it tells none.
pub fn token_in(text: &str) -> Result<String> {
    let at = text.find("cfl_").with_context(|| format!("no token: {text}"))?;
    Ok(text[at..].split('"').next().unwrap_or_default().trim().to_owned())
}

/// The rows of a table's files, without their headers. Names stand behind the cells that are asked for, so that quotes do not matter.
fn rows(folder: &Path) -> Result<Vec<Vec<String>>> {
    let told = || format!("cannot read `{}`", folder.display());
    let mut files: Vec<_> = fs::read_dir(folder).with_context(told)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(told)?;
        rows.extend(text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>()).filter(|row| row.len() > 1));
    }
    Ok(rows)
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_what_the_server_says() {
        assert_eq!(token_in(r#"{"token_id":"ab","token":"cfl_ab_cd"}"#).unwrap(), "cfl_ab_cd");
        assert!(token_in(r#"{"title":"refused"}"#).is_err());
        assert_eq!(hex("cpor-1"), "63706f722d31");
    }
}
