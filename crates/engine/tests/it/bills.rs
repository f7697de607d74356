//! Bills as credited.

use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use domain::register::Register;
use engine::bills::{CREDIT_COLUMNS, Crediting, credit_bill};
use engine::dataset::Dataset;
use engine::files::{Compression, FileForm};
use engine::formats::Context;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::scene::{folder, parquet, rulebook, zstd};

const FACTS: [(&str, &[u8]); 4] = [
    ("partners.csv", b"partner_id,global_partner_id,name\n101,900,Alpha\n102,900,Beta\n"),
    ("subscriptions.csv", b"subscription_id,tenant_id,agreement\ns-1,t-1,ea\n"),
    ("partner_of_record.csv", b"subscription_id,partner_id,from\ns-1,101,2023-01-01\n"),
    ("csp.csv", b"subscription_id,partner_id,tier,from\ns-1,102,direct-bill,2023-01-01\n"),
];

fn read(path: &std::path::Path) -> RecordBatch {
    ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path).unwrap()).unwrap().build().unwrap().next().unwrap().unwrap()
}

#[test]
fn a_parquet_bill_keeps_its_columns_with_their_types() {
    let text = |texts: &[&str]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
    let micros = 1_720_569_600_000_000;
    let bill = parquet(vec![
        ("ProviderName", text(&["Microsoft", "Microsoft"])),
        ("ChargeCategory", text(&["Usage", "Tax"])),
        ("ChargePeriodStart", Arc::new(TimestampMicrosecondArray::from(vec![micros, micros]).with_timezone("UTC"))),
        ("EffectiveCost", Arc::new(Decimal128Array::from(vec![125, 7]).with_precision_and_scale(20, 2).unwrap())),
        ("BillingCurrency", text(&["USD", "USD"])),
        ("ServiceName", text(&["Key Vault", "Tax"])),
        ("SubAccountId", text(&["/subscriptions/s-1", "/subscriptions/s-1"])),
        ("x_Weight", Arc::new(Float64Array::from(vec![0.1, 0.2]))),
    ]);
    let (facts, folder) = (folder(&FACTS), folder(&[("bill.parquet", &bill)]));
    let dataset = Dataset::open(facts.path()).unwrap();
    let rules = rulebook();
    let register = Register::new(&dataset.program, &rules);
    let mut context = Context::new(None, Arc::clone(&rules));
    context.learn(&dataset.program);
    let crediting = Crediting { register: &register, context: &context, account: None, month: "2024-08".parse().unwrap() };
    let (from, out) = (folder.path().join("bill.parquet"), folder.path().join("credited.parquet"));
    let told = credit_bill(&from, &out, FileForm::Parquet, &crediting).unwrap();
    assert_eq!((told.rows, told.consumption, told.credited, told.acr.to_string().as_str()), (2, 1, 1, "1.25"));

    let (before, after) = (read(&from), read(&out));
    assert_eq!(after.columns()[..8], before.columns()[..]);
    let names: Vec<String> = after.schema().fields()[8..].iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, CREDIT_COLUMNS);
    let cell = |column: usize, row: usize| arrow_cast::display::array_value_to_string(after.column(8 + column), row).unwrap();
    assert_eq!(
        [cell(0, 0), cell(1, 0), cell(2, 0), cell(3, 0)],
        ["101;102", "Partner of record;CSP Tier 1", "dpor/s-1;csp-tier-1/s-1", "2023-10"]
    );
    assert_eq!([cell(0, 1), cell(3, 1)], ["", "2023-10"]);
    let error = credit_bill(&out, &folder.path().join("again.parquet"), FileForm::Parquet, &crediting).unwrap_err().to_string();
    assert!(error.contains("was credited before"), "{error}");
}

#[test]
fn a_compressed_bill_is_credited_in_its_form() {
    let bill = "ProviderName\tChargeCategory\tChargePeriodStart\tEffectiveCost\tBillingCurrency\tServiceName\tSubAccountId\nMicrosoft\tUsage\t2024-07-10\t1.50\tUSD\tKey Vault\ts-1\n";
    let (facts, folder) = (folder(&FACTS), folder(&[("bill.tsv.zst", &zstd(bill))]));
    let dataset = Dataset::open(facts.path()).unwrap();
    let rules = rulebook();
    let register = Register::new(&dataset.program, &rules);
    let mut context = Context::new(None, Arc::clone(&rules));
    context.learn(&dataset.program);
    let crediting = Crediting { register: &register, context: &context, account: None, month: "2024-08".parse().unwrap() };
    for (name, compression) in [("out.tsv.gz", Compression::Gzip), ("out.tsv.zst", Compression::Zstd), ("out.tsv", Compression::Plain)] {
        let out = folder.path().join(name);
        let told = credit_bill(&folder.path().join("bill.tsv.zst"), &out, FileForm::Csv(compression), &crediting).unwrap();
        assert_eq!(told.credited, 1);
        let mut texts = Vec::new();
        let source = engine::source::Source::open_path(&out, name, FileForm::Csv(compression)).unwrap();
        source
            .read(&[Some(3), Some(7), Some(10)], &mut |(_, cells)| {
                texts.push(cells.unwrap().iter().flatten().map(|cell| (*cell).to_owned()).collect::<Vec<_>>())
            })
            .unwrap();
        assert_eq!(texts, [["1.50", "101;102", "2023-10"]]);
    }
}
