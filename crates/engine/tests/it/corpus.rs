//! Files that are not what they seem: each gets a message with its place and a cure, and rows before it stay.

use std::fmt::Write as _;
use std::io::Write as _;

use engine::files::{Compression, FileForm};
use engine::source::{ROW_BYTES_MAX, Source};

use crate::bad_input::{Files, text, told};
use crate::scene::{folder, gzip, zstd};

const CSP: &str = "subscription_id,partner_id,tier,from\ns-1,101,direct-bill,2024-01-01\n";
const USAGE: &str = "usage_date,tenant_id,subscription_id,service,acr_usd\n";

fn bytes<'a>(name: &'a str, bytes: Vec<u8>) -> Files<'a> {
    [vec![(name, bytes)], text("notes.txt", "").split_off(1)].concat()
}

fn utf_16(text: &str, bom: bool) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    if bom { [0xff, 0xfe].into_iter().chain(units).collect() } else { units.collect() }
}

#[test]
fn files_in_another_form_or_encoding_are_told_what_they_are() {
    let latin: Vec<u8> =
        format!("{USAGE}2024-01-01,t-1,s,Caf\u{e9},1\n").chars().map(|letter| u8::try_from(letter as u32).unwrap()).collect();
    let mixed = [USAGE.as_bytes(), "2024-01-01,t-1,s,Café,1\n".as_bytes(), b"2024-01-01,t-1,s,Caf\xe9,1\n"].concat();
    let cases = [
        told("a spreadsheet saved as Unicode text", bytes("csp.csv", utf_16(CSP, true))),
        told("UTF-16 without its mark", bytes("csp.csv", utf_16(CSP, false))),
        told("Windows-1252", bytes("consumption.csv", latin)),
        told("two encodings in one file", bytes("consumption.csv", mixed)),
        told("a workbook with another name", bytes("csp.csv", b"PK\x03\x04rest".to_vec())),
        told("a compressed file with another name", bytes("csp.csv", gzip(CSP))),
        told("the other compression with another name", bytes("csp.csv", zstd(CSP))),
        told("a Parquet file with another name", bytes("csp.csv", b"PAR1rest".to_vec())),
        told("a compressed file that is none", bytes("csp.csv.zst", CSP.into())),
        told("Zstandard that is cut off", bytes("csp.csv.zst", zstd(&CSP.repeat(50))[..20].to_vec())),
        told("lines that end in carriage returns only", text("csp.csv", &CSP.replace('\n', "\r"))),
        told("zero bytes in a cell", text("csp.csv", &CSP.replace("s-1", "s\0-1"))),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn cells_that_are_not_what_they_seem_are_told() {
    let usage = |cells: &str| text("consumption.csv", &format!("{USAGE}{cells}\n2024-01-01,t-1,s,Key Vault,1\n"));
    let cases = [
        told("a formula for an amount", usage("2024-01-01,t-1,s,Key Vault,=1+1")),
        told("a formula for a text is a text", usage("2024-01-01,t-1,s,'=HYPERLINK(A1),1")),
        told("thousands with commas", usage("2024-01-01,t-1,s,Key Vault,\"1,234.50\"")),
        told("thousands with points", usage("2024-01-01,t-1,s,Key Vault,\"1.234,50\"")),
        told("thousands with blanks", usage("2024-01-01,t-1,s,Key Vault,1\u{a0}234.50")),
        told("a currency sign", usage("2024-01-01,t-1,s,Key Vault,$5")),
        told("a negative number in brackets", usage("2024-01-01,t-1,s,Key Vault,(5.00)")),
        told("digits of another script", usage("2024-01-01,t-1,s,Key Vault,٣")),
        told("a number without end", usage(&format!("2024-01-01,t-1,s,Key Vault,{}", "9".repeat(300)))),
        told("an exponent without end", usage("2024-01-01,t-1,s,Key Vault,1e999999999999")),
        told("a day beyond the calendar", usage("99999-01-01,t-1,s,Key Vault,1")),
        told("a quote that is never closed", usage("2024-01-01,t-1,s,\"Key Vault,1")),
        told("text behind a closing quote", usage("2024-01-01,t-1,s,\"Key\" Vault,1")),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn a_row_without_end_is_refused_before_it_is_held() {
    let mut csv = format!("{CSP}s-2,101,direct-bill,2024-01-01\n").into_bytes();
    csv.extend_from_slice(b"\"");
    csv.resize(csv.len() + 2 * ROW_BYTES_MAX, b'x');
    let folder = folder(&[("csp.csv", &csv), ("csp.csv.gz", &gzip(std::str::from_utf8(&csv).unwrap()))]);
    for (name, compression) in [("csp.csv", Compression::Plain), ("csp.csv.gz", Compression::Gzip)] {
        let source = Source::open_path(&folder.path().join(name), name, FileForm::Csv(compression)).unwrap();
        let mut rows = 0;
        let error = source.read(&[Some(0)], &mut |_| rows += 1).unwrap_err().to_string();
        assert_eq!(rows, 2);
        assert_eq!(
            error,
            format!(
                "`{name}` cannot be read after row 2: the row on line 4: a row is longer than 16 MiB; look for a quote that is opened and never closed, or for missing line breaks"
            )
        );
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_told() {
    let folder = folder(&[("csp.csv", CSP.as_bytes())]);
    let path = folder.path().join("csp.csv");
    let open = || Source::open_path(&path, "csp.csv", FileForm::Csv(Compression::Plain)).unwrap();
    assert_eq!(open().read(&[Some(0)], &mut |_| ()).unwrap(), 1);
    let error = open().read(&[Some(0)], &mut |_| {
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"s-2,101,direct-bill,2024-01-01\n").unwrap();
    });
    let error = error.unwrap_err().to_string();
    assert!(error.ends_with("it changed while it was read; read it again when nobody writes to it"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3, "what was added while reading was not read");
    let gone = open().read(&[Some(0)], &mut |_| drop(std::fs::remove_file(&path)));
    assert!(gone.is_err());
}

#[test]
fn parquet_whose_bytes_lie_is_refused_and_never_panics() {
    let whole = crate::scene::parquet(vec![
        ("subscription_id", std::sync::Arc::new(arrow_array::StringArray::from(vec!["s-1", "s-2"])) as _),
        ("partner_id", std::sync::Arc::new(arrow_array::StringArray::from(vec!["101", "101"])) as _),
        ("tier", std::sync::Arc::new(arrow_array::StringArray::from(vec!["direct-bill", "direct-bill"])) as _),
        ("from", std::sync::Arc::new(arrow_array::StringArray::from(vec!["2024-01-01", "2024-01-01"])) as _),
    ]);
    let mut refused = 0;
    let mut read = |bytes: &[u8]| {
        let folder = folder(&[("csp.parquet", bytes)]);
        let source = Source::open_path(&folder.path().join("csp.parquet"), "csp.parquet", FileForm::Parquet);
        let read = source.and_then(|source| source.read(&[Some(0), Some(3)], &mut |_| ()));
        refused += u64::from(read.is_err());
    };
    let length = whole.len();
    (0..length).step_by(7).for_each(|cut| read(&whole[..cut]));
    for at in (0..length).step_by(3) {
        for mask in [0xff, 0x80, 0x01] {
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            read(&bytes);
        }
    }
    let footer = |claimed: u32| [&whole[..length - 8], &claimed.to_le_bytes(), b"PAR1"].concat();
    [0, 1, u32::MAX, i32::MAX.unsigned_abs()].into_iter().for_each(|claimed| read(&footer(claimed)));
    assert!(refused > 100, "{refused}");
}

#[test]
fn json_that_is_deep_cut_off_or_something_else_is_told() {
    let told = |json: &[u8]| {
        let folder = folder(&[("roles.json", json)]);
        match crate::importing::Home::new().try_import(&folder.path().join("roles.json"), Some("t-1")) {
            Err(error) => format!("refused: {error}"),
            Ok(outcome) => {
                let errors = outcome.errors.iter().map(|error| format!("error: {error}"));
                errors.chain(outcome.problems.kept().iter().map(|problem| format!("problem: {problem}"))).collect::<Vec<_>>().join("\n  ")
            }
        }
    };
    let mut all = String::new();
    for json in ["[".repeat(100_000).as_bytes(), b"[{\"principalId\": \"p\"", b"\xff\xfe[\0]\0", b""] {
        let start: String = String::from_utf8_lossy(json).chars().take(30).collect();
        writeln!(all, "{start:?}\n  {}", told(json)).unwrap();
    }
    insta::assert_snapshot!(all);
}
