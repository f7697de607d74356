//! The way to a provider and back: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9207).

use std::time::SystemTime;

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::names::Name;
use domain::rulebook::Rulebook;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm as Alg, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClientId, CsrfToken, HttpRequest, JsonWebKey as _, Nonce, PkceCodeChallenge, PkceCodeVerifier, Scope,
    TokenResponse as _,
};
use serde_json::{Map, Value};
use store::pending::Pending;

use super::claims;
use super::config::Provider;
use super::http::Client;
use crate::home::Home;
use crate::secrets;

/// How long the way to a provider and back may take.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// By how much the clocks of a provider and of this program may differ.
const LEEWAY: SignedDuration = SignedDuration::from_mins(1);

/// Signatures that are taken: those by a key of the provider's own. Neither none, nor one by the secret that both sides know.
const SIGNATURES: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// A sign-in that has begun.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub address: String,
    /// What the browser keeps in a cookie, and the provider gives back.
    pub state: String,
}

impl Provider {
    /// Begins a sign-in; `next` is the page that it leads to.
    ///
    /// # Errors
    /// When the provider cannot be asked, or the home cannot be written.
    pub fn begin(&self, home: &Home, next: &str, now: Timestamp) -> Result<Begun> {
        let metadata = self.discover()?;
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(self.client_id.clone()), self.client_secret.clone());
        let client = client.set_redirect_uri(self.back.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (state, state_hash) = secrets::new_key()?;
        let (nonce, _) = secrets::new_key()?;
        let (own_state, own_nonce) = (state.clone(), nonce.clone());
        let request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(own_state),
            move || Nonce::new(own_nonce),
        );
        let scopes = self.scopes.iter().map(|scope| Scope::new(scope.clone()));
        let (address, _, _) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let pending = Pending {
            state_hash,
            provider: self.name.clone(),
            nonce,
            verifier: verifier.into_secret(),
            next: next.to_owned(),
            ends_at: now.saturating_add(GOOD_FOR)?,
        };
        home.record_pending(&pending, now)?;
        Ok(Begun { address: address.into(), state })
    }

    /// Ends a sign-in: takes what the provider gives for a code, and tells the register of users when roles differ. Gives the user.
    ///
    /// # Errors
    /// When the provider cannot be asked, its token cannot be trusted, or it does not vouch for somebody who may sign in.
    pub fn end(&self, home: &Home, rulebook: &Rulebook, pending: Pending, code: &str, now: Timestamp) -> Result<Name> {
        let claims = self.redeem(pending, code, now)?;
        let vouched = claims::read(self, &claims)?;
        self.tell(home, rulebook, vouched)
    }

    /// Whether the provider can be asked, is whom it should be, and has keys that its tokens can be signed with; what it said, in words.
    ///
    /// # Errors
    /// What stands in the way of signing in.
    pub fn check(&self) -> Result<String> {
        let metadata = self.discover()?;
        if metadata.token_endpoint().is_none() {
            bail!(self.fault("has no place for codes"));
        }
        if !metadata.id_token_signing_alg_values_supported().iter().any(|alg| SIGNATURES.contains(alg)) {
            bail!(self.fault("signs ID tokens by none of the ways that are taken (RS, PS, ES, EdDSA)"));
        }
        let keys = metadata.jwks().keys().iter().filter(|key| key.key_use().is_none_or(|used| *used == CoreJsonWebKeyUse::Signature));
        match keys.count() {
            0 => bail!(self.fault("publishes no key that signs")),
            1 => Ok(format!("`{}` answers as `{}`, with 1 key", self.title, self.issuer.as_str())),
            keys => Ok(format!("`{}` answers as `{}`, with {keys} keys", self.title, self.issuer.as_str())),
        }
    }

    /// The claims of the ID token that the provider gives for a code.
    fn redeem(&self, pending: Pending, code: &str, now: Timestamp) -> Result<Map<String, Value>> {
        let metadata = self.discover()?;
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(self.client_id.clone()), self.client_secret.clone());
        let client = client.set_redirect_uri(self.back.clone());
        let request =
            client.exchange_code(AuthorizationCode::new(code.to_owned())).with_context(|| self.fault("has no place for codes"))?;
        let http = Client::new(self.inside);
        let ask = |request: HttpRequest| http.ask(request);
        let answer = request.set_pkce_verifier(PkceCodeVerifier::new(pending.verifier)).request(&ask);
        let answer = answer.with_context(|| self.fault("gave nothing for the code"))?;
        let token = answer.id_token().with_context(|| self.fault("gave no ID token"))?;
        let (past, future) = (now.saturating_sub(LEEWAY)?, SystemTime::from(now.saturating_add(LEEWAY)?));
        let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || SystemTime::from(past).into());
        let verifier = verifier.set_issue_time_verifier_fn(move |issued| {
            if SystemTime::from(issued) > future { Err(format!("ID token is of the future: issued at {issued}")) } else { Ok(()) }
        });
        token.claims(&verifier, &Nonce::new(pending.nonce)).with_context(|| self.fault("gave an ID token that cannot be trusted"))?;
        payload(token)
    }

    /// What the provider says of itself, with its keys; never from memory, so that keys that were changed are known.
    fn discover(&self) -> Result<CoreProviderMetadata> {
        let http = Client::new(self.inside);
        let ask = |request: HttpRequest| http.ask(request);
        CoreProviderMetadata::discover(&self.issuer, &ask)
            .map_err(|error| anyhow!(error))
            .with_context(|| self.fault("does not say how to sign in"))
    }

    fn fault(&self, what: &str) -> String {
        format!("`{}` {what}", self.title)
    }
}

/// The claims of a token that was verified, all of them.
fn payload(token: &CoreIdToken) -> Result<Map<String, Value>> {
    let text = token.to_string();
    let part = text.split('.').nth(1).context("a token has three parts")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?)
}
