//! Files in, facts out: the engine against real files in folders of their own.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set stops its test")]

mod az_role_assignments;
mod azure_costs;
mod bad_input;
mod bills;
mod corpus;
mod exporting;
mod focus;
mod forms;
mod fuzz;
mod importing;
mod samples;
mod scene;
mod undoing;
