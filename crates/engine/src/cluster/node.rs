//! What runs: a table whose partitions are shares, as planners and executors know it.

use std::fmt;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, TableReference, internal_err, not_impl_err};
use datafusion::datasource::TableType;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::runtime::Runtime;

use super::part;
use super::plan::Plan;

/// What our plans begin with, among those that are Ballista's own.
const MARK: &[u8] = b"counterfoil:";

/// A table of a job.
#[derive(Debug)]
pub struct Shares {
    pub plan: Plan,
    pub runtime: Arc<Runtime>,
}

#[async_trait]
impl TableProvider for Shares {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.plan.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(&self, _: &dyn Session, projection: Option<&Vec<usize>>, _: &[Expr], _: Option<usize>) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = Plan { columns: projection.cloned(), ..self.plan.clone() };
        let numbers = numbers(plan.partitions())?;
        Ok(Arc::new(SharesExec::new(plan, numbers, Arc::clone(&self.runtime))))
    }
}

/// A partition for each share, with its number as its one row. A scheduler gives an executor a plan with only some of the partitions, which are
/// then counted anew, so that what a partition is about has to be in its rows; of leaves it knows those in memory.
fn numbers(count: usize) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = Arc::new(Schema::new(vec![Field::new("share", DataType::Int64, false)]));
    let one = |share: usize| {
        let number: ArrayRef = Arc::new(Int64Array::from(vec![i64::try_from(share).unwrap_or(i64::MAX)]));
        Ok(vec![RecordBatch::try_new(Arc::clone(&schema), vec![number])?])
    };
    let partitions = (0..count).map(one).collect::<Result<Vec<_>>>()?;
    Ok(DataSourceExec::from_data_source(MemorySourceConfig::try_new(&partitions, Arc::clone(&schema), None)?))
}

/// Works out the shares whose numbers come in.
#[derive(Debug)]
struct SharesExec {
    plan: Plan,
    numbers: Arc<dyn ExecutionPlan>,
    runtime: Arc<Runtime>,
    properties: Arc<PlanProperties>,
}

impl SharesExec {
    fn new(plan: Plan, numbers: Arc<dyn ExecutionPlan>, runtime: Arc<Runtime>) -> Self {
        let equivalences = EquivalenceProperties::new(plan.asked());
        let partitions = Partitioning::UnknownPartitioning(numbers.properties().output_partitioning().partition_count());
        let properties = PlanProperties::new(equivalences, partitions, EmissionType::Final, Boundedness::Bounded);
        Self { plan, numbers, runtime, properties: Arc::new(properties) }
    }
}

/// Works out shares on a thread of its own: reading from storage waits, and crediting uses every processor.
async fn worked_out(plan: Plan, shares: Vec<usize>, runtime: Arc<Runtime>) -> Result<Vec<RecordBatch>> {
    let (told, answer) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().name("share".to_owned()).spawn(move || {
        let batches = shares.into_iter().map(|share| part::run(&plan, share, &runtime)).collect::<Result<Vec<_>, _>>();
        // nobody listens when the task was cancelled
        let _ = told.send(batches.map(|batches| batches.into_iter().flatten().collect()));
    })?;
    let answered = answer.await.map_err(|_| DataFusionError::Execution("a share was given up".to_owned()))?;
    answered.map_err(|error| DataFusionError::External(Box::new(error)))
}

impl DisplayAs for SharesExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharesExec: {:?}", self.plan.what)
    }
}

impl ExecutionPlan for SharesExec {
    fn name(&self) -> &'static str {
        "SharesExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.numbers]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(&self, _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let numbers = children.pop().unwrap_or_else(|| Arc::clone(&self.numbers));
        Ok(Arc::new(Self::new(self.plan.clone(), numbers, Arc::clone(&self.runtime))))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (plan, runtime) = (self.plan.clone(), Arc::clone(&self.runtime));
        let numbers = self.numbers.execute(partition, context)?;
        let batches = async move {
            let numbers: Vec<RecordBatch> = numbers.try_collect().await?;
            let numbers = numbers.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().iter());
            let shares = numbers.filter_map(|number| usize::try_from(*number).ok()).collect();
            let batches = worked_out(plan, shares, runtime).await?;
            Ok::<_, DataFusionError>(stream::iter(batches).map(Ok))
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.plan.asked(), stream::once(batches).try_flatten())))
    }
}

/// Puts our tables and plans into bytes and back; what is Ballista's own is left to Ballista.
pub struct Codec {
    logical: BallistaLogicalExtensionCodec,
    physical: BallistaPhysicalExtensionCodec,
    runtime: Arc<Runtime>,
    /// Who reads, for messages.
    reader: &'static str,
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec").field("reader", &self.reader).finish_non_exhaustive()
    }
}

impl Codec {
    /// For the client, `the scheduler` or `the executor`.
    pub fn new(reader: &'static str, runtime: &Arc<Runtime>) -> Arc<Self> {
        Arc::new(Self { logical: Default::default(), physical: Default::default(), runtime: Arc::clone(runtime), reader })
    }

    fn plan(&self, bytes: &[u8]) -> Option<Result<Plan>> {
        let own = bytes.strip_prefix(MARK)?;
        Some(Plan::read(own, self.reader).map_err(|error| DataFusionError::Plan(error.to_string())))
    }
}

fn write(plan: &Plan, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(MARK);
    bytes.extend_from_slice(&plan.write());
}

impl LogicalExtensionCodec for Codec {
    fn try_decode(&self, bytes: &[u8], inputs: &[LogicalPlan], context: &TaskContext) -> Result<Extension> {
        self.logical.try_decode(bytes, inputs, context)
    }

    fn try_encode(&self, node: &Extension, bytes: &mut Vec<u8>) -> Result<()> {
        self.logical.try_encode(node, bytes)
    }

    fn try_decode_table_provider(
        &self,
        bytes: &[u8],
        table: &TableReference,
        schema: SchemaRef,
        context: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        match self.plan(bytes) {
            Some(plan) => Ok(Arc::new(Shares { plan: plan?, runtime: Arc::clone(&self.runtime) })),
            None => self.logical.try_decode_table_provider(bytes, table, schema, context),
        }
    }

    fn try_encode_table_provider(&self, table: &TableReference, node: Arc<dyn TableProvider>, bytes: &mut Vec<u8>) -> Result<()> {
        match (node.as_ref() as &dyn std::any::Any).downcast_ref::<Shares>() {
            Some(own) => {
                write(&own.plan, bytes);
                Ok(())
            }
            None => not_impl_err!("the table {table} is none of a job"),
        }
    }
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match self.plan(bytes) {
            Some(plan) => {
                let [numbers] = inputs else { return internal_err!("shares without numbers") };
                Ok(Arc::new(SharesExec::new(plan?, Arc::clone(numbers), Arc::clone(&self.runtime))))
            }
            None => self.physical.try_decode(bytes, inputs, context, converter),
        }
    }

    fn try_encode(&self, node: Arc<dyn ExecutionPlan>, bytes: &mut Vec<u8>, converter: &dyn PhysicalProtoConverterExtension) -> Result<()> {
        match (node.as_ref() as &dyn std::any::Any).downcast_ref::<SharesExec>() {
            Some(own) => {
                write(&own.plan, bytes);
                Ok(())
            }
            None => self.physical.try_encode(node, bytes, converter),
        }
    }
}
