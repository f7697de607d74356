//! Codes of an authenticator app, RFC 6238: six digits, a new one every half minute.

use anyhow::{Context as _, Result, anyhow};
use jiff::Timestamp;
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Secret, Totp};

/// What apps show beside the user's name.
const ISSUER: &str = "Counterfoil";

/// Bytes of a secret: as many as the hash of RFC 4226, 4, R6 recommends.
const SECRET_BYTES: usize = 20;

/// A new secret, base32.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_secret() -> Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(Secret::from(bytes.to_vec()).to_base32())
}

/// The half minute that a code is of, counted from 1970; nothing when it is none of the present one or those beside it.
#[must_use]
pub fn step(secret: &str, code: &str, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    totp(secret, "").ok()?.check(&code, u64::try_from(now.as_second()).ok()?)
}

/// What an authenticator app reads to know a secret: an address, and a drawing of it (SVG).
///
/// # Errors
/// When the secret is none of ours.
pub fn enrolment(secret: &str, user: &str) -> Result<(String, String)> {
    // the address separates issuer and user by a colon
    let address = totp(secret, &user.replace(':', "_"))?.to_url().map_err(|error| anyhow!("the secret cannot be shown: {error}"))?;
    let drawing = QrCode::new(address.as_bytes()).context("the secret cannot be drawn")?;
    let drawing = drawing.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // what stands before the drawing is for files of their own
    let start = drawing.find("<svg").unwrap_or_default();
    Ok((address, drawing[start..].to_owned()))
}

fn totp(secret: &str, user: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|_| anyhow!("the secret of the codes is no base32"))?;
    let builder = Builder::new().with_secret(secret).with_issuer(Some(ISSUER)).with_account_name(user);
    builder.build().map_err(|error| anyhow!("the secret of the codes cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret of the examples, `12345678901234567890`.
    const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_examples_of_the_standard_hold() {
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")] {
            assert_eq!(step(RFC, code, at(second)), Some(u64::try_from(second).unwrap() / 30), "{second}");
        }
    }

    #[test]
    fn a_code_holds_half_a_minute_beside_its_own_and_no_longer() {
        assert_eq!(step(RFC, "28 70 82", at(59 + 30)), Some(1));
        assert_eq!(step(RFC, "287082", at(59 + 60)), None);
        for wrong in ["", "28708", "2870822", "abcdef", "287083"] {
            assert_eq!(step(RFC, wrong, at(59)), None, "{wrong}");
        }
        assert_eq!(step("not base32!", "287082", at(59)), None);
    }

    #[test]
    fn a_new_secret_is_shown_as_an_address_and_a_drawing() {
        let secret = new_secret().unwrap();
        let (address, drawing) = enrolment(&secret, "rita@operator.example").unwrap();
        assert!(address.starts_with("otpauth://totp/Counterfoil:rita%40operator.example?secret="), "{address}");
        assert!(address.contains(&secret), "{address}");
        assert!(drawing.starts_with("<svg") && drawing.ends_with("</svg>"), "{drawing}");
    }
}
