//! The same rows, in every form that a table can have.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal128Array, DictionaryArray, Int64Array, LargeStringArray, StringArray,
    StringViewArray, TimestampMicrosecondArray, types::Int32Type,
};
use domain::facts::Consumption;
use engine::dataset::Dataset;

use crate::scene::{folder, gzip, parquet, zstd};

const CSV: &str = "Usage_Date,tenant_id,subscription_id,service,acr_usd,offer\n2024-02-29,T-1,s-1,Key Vault,1.5,\n2024-03-01,t-1,s-2,Bandwidth,-2,support\n";

fn rows(files: &[(&str, &[u8])]) -> Vec<Consumption> {
    let folder = folder(files);
    let dataset = Dataset::load_all(folder.path()).unwrap();
    assert!(dataset.problems.is_empty(), "{:?}", dataset.problems);
    dataset.program.consumption.to_vec()
}

fn columns(day: ArrayRef, tenant: ArrayRef, service: ArrayRef, acr: ArrayRef) -> Vec<u8> {
    let subscription: ArrayRef = Arc::new(StringArray::from(vec!["s-1", "s-2"]));
    let offer: ArrayRef = Arc::new(StringArray::from(vec![None, Some("support")]));
    let line: ArrayRef = Arc::new(Int64Array::from(vec![7, 8]));
    parquet(vec![
        ("acr_usd", acr),
        ("usage_date", day),
        ("tenant_id", tenant),
        ("subscription_id", subscription),
        ("service", service),
        ("offer", offer),
        ("x_line", line),
    ])
}

#[test]
fn text_compressed_text_and_parts_give_the_same_rows() {
    let expected = rows(&[("consumption.csv", CSV.as_bytes())]);
    assert_eq!(expected.len(), 2);
    assert_eq!(rows(&[("consumption.csv.gz", &gzip(CSV))]), expected);
    assert_eq!(rows(&[("Consumption.CSV.zst", &zstd(CSV))]), expected);
    assert_eq!(rows(&[("consumption.csv", CSV.replace('\n', "\r\n").as_bytes())]), expected);
    let lines: Vec<&str> = CSV.lines().collect();
    let (first, second) = (format!("{}\n{}\n", lines[0], lines[1]), format!("{}\n{}", lines[0], lines[2]));
    assert_eq!(
        rows(&[("consumption/part-1.csv", first.as_bytes()), ("consumption/part-2.csv.gz", &gzip(&second)), ("consumption/_SUCCESS", b"")]),
        expected
    );
}

#[test]
fn parquet_of_any_sensible_type_gives_the_same_rows() {
    let expected = rows(&[("consumption.csv", CSV.as_bytes())]);
    let days = [19_782, 19_783];
    let millis = days.map(|day| i64::from(day) * 86_400_000);
    let dictionary = DictionaryArray::<Int32Type>::from_iter(["T-1", "t-1"]);
    let forms = [
        columns(
            Arc::new(Date32Array::from(days.to_vec())),
            Arc::new(dictionary),
            Arc::new(LargeStringArray::from(vec!["Key Vault", "Bandwidth"])),
            Arc::new(Decimal128Array::from(vec![15_000, -20_000]).with_precision_and_scale(18, 4).unwrap()),
        ),
        columns(
            Arc::new(Date64Array::from(millis.to_vec())),
            Arc::new(StringViewArray::from(vec!["T-1", "t-1"])),
            Arc::new(StringArray::from(vec!["Key Vault", "Bandwidth"])),
            Arc::new(StringArray::from(vec!["1.50", "-2"])),
        ),
        columns(
            Arc::new(TimestampMicrosecondArray::from(millis.map(|millis| millis * 1_000).to_vec()).with_timezone("UTC")),
            Arc::new(StringArray::from(vec!["T-1", "t-1"])),
            Arc::new(StringArray::from(vec!["Key Vault", "Bandwidth"])),
            Arc::new(StringArray::from(vec!["1.5", "-2"])),
        ),
    ];
    for form in &forms {
        assert_eq!(rows(&[("consumption.parquet", form)]), expected);
    }
}

#[test]
fn flags_and_whole_numbers_may_be_typed() {
    let bytes = parquet(vec![
        ("partner_id", Arc::new(Int64Array::from(vec![101, 102])) as ArrayRef),
        ("global_partner_id", Arc::new(Int64Array::from(vec![900, 900]))),
        ("name", Arc::new(StringArray::from(vec!["Alpha", "Beta"]))),
        ("active", Arc::new(BooleanArray::from(vec![Some(false), None]))),
    ]);
    let folder = folder(&[("partners.parquet", &bytes)]);
    let partners = Dataset::open(folder.path()).unwrap().program.partners;
    assert_eq!(
        partners.iter().map(|partner| (partner.partner_id.as_str(), partner.active.0)).collect::<Vec<_>>(),
        [("101", false), ("102", true)]
    );
}

#[test]
fn rows_remember_their_file_and_line() {
    let folder = folder(&[("consumption.csv", CSV.as_bytes())]);
    let dataset = Dataset::load_all(folder.path()).unwrap();
    assert_eq!(dataset.origins.of("consumption", 1), Some(("consumption.csv", 3)));
}
