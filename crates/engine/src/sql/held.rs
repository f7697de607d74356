//! How much an answer holds.

use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use datafusion::arrow::array::ArrayData;

/// What the batches of an answer hold. Batches share memory with each other and with the tables that they come from; and a text that stands in
/// many rows may be held once, but is handed on with each row. What counts is the larger of the two.
#[derive(Default)]
pub struct Held {
    seen: HashSet<usize>,
}

impl Held {
    /// The bytes that a further batch adds.
    pub fn add(&mut self, batch: &RecordBatch) -> usize {
        let kept: usize = batch.columns().iter().map(|column| self.kept(&column.to_data())).sum();
        kept.max(batch.columns().iter().map(handed_on).sum())
    }

    /// Bytes that are kept, and were not counted before.
    fn kept(&mut self, data: &ArrayData) -> usize {
        let nulls = data.nulls().map(|nulls| nulls.buffer());
        let own = data.buffers().iter().chain(nulls).filter(|buffer| self.seen.insert(buffer.data_ptr().as_ptr() as usize));
        let own: usize = own.map(|buffer| buffer.capacity()).sum();
        own + data.child_data().iter().map(|child| self.kept(child)).sum::<usize>()
    }
}

/// Bytes of the texts that a column hands on.
fn handed_on(column: &ArrayRef) -> usize {
    match column.data_type() {
        DataType::Utf8View => column.as_string_view().lengths().map(|length| length as usize).sum(),
        DataType::BinaryView => column.as_binary_view().lengths().map(|length| length as usize).sum(),
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            let values = dictionary.values();
            let of_value: Vec<usize> = (0..values.len()).map(|at| handed_on(&values.slice(at, 1))).collect();
            let keys = dictionary.normalized_keys().into_iter().enumerate().filter(|(at, _)| column.is_valid(*at));
            keys.map(|(_, key)| of_value[key]).sum()
        }
        _ => column.to_data().get_slice_memory_size().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::StringViewArray;
    use arrow_array::builder::StringDictionaryBuilder;
    use arrow_array::types::Int32Type;

    use super::*;

    #[test]
    fn a_text_counts_with_each_row_that_has_it_and_shared_memory_counts_once() {
        let text = "a text that is too long to stand within a view".repeat(100);
        let views: ArrayRef = Arc::new(StringViewArray::from_iter_values(std::iter::repeat_n(&text, 10)));
        let mut words = StringDictionaryBuilder::<Int32Type>::new();
        (0..10).for_each(|_| words.append_value(&text));
        for column in [views, Arc::new(words.finish()) as ArrayRef] {
            let batch = RecordBatch::try_from_iter([("text", column)]).unwrap();
            assert!(Held::default().add(&batch) >= 10 * text.len());
        }
        let numbers: ArrayRef = Arc::new(arrow_array::Int64Array::from_iter_values(0..100_000));
        let batch = RecordBatch::try_from_iter([("number", numbers)]).unwrap();
        let mut held = Held::default();
        let parts: usize = (0..100).map(|part| held.add(&batch.slice(part * 1_000, 1_000))).sum();
        assert!((800_000..2_000_000).contains(&parts), "{parts}");
    }
}
