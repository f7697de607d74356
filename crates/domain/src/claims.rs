//! Claims (CPOR): from the draft to the end of the association, with proof, clocks, decisions and who holds what.
//!
//! A claim names products of one customer; each product is held from the day on which the claim won it to the day on which it lost it.
//! The acts are plain functions at a desk: rights first, then the state, then what they say.

/// What a claim is made of.
mod shape;

/// Who may act on a claim.
mod rights;

/// Two different reviewers for every decision.
pub mod four_eyes;

/// Clocks of a claim.
pub mod clocks;

/// Scopes, and who holds them.
pub mod holdings;

/// What stands between a claim and its submission.
pub mod checks;

/// Drafts: making, editing, correcting.
pub mod drafts;

/// Proof of execution.
pub mod proofs;

/// What partners and customers are told.
mod telling;

/// Incentives: opting out, eligibility, milestones.
pub mod incentives;

/// Competing claims.
pub mod arbitrations;

/// Handing in, taking back, the waiting room.
pub mod submissions;

/// Reviews, votes and disputes.
pub mod reviews;

/// What customers say, and how associations end.
pub mod endings;

/// What clocks do when they run out.
pub mod ticks;

pub use rights::{may_see, on_claim};
pub use shape::{Claim, Comment, Contact, Decision, InfoRequest, Product, Proof, Rejection, Running, Side, Verdict, Vote, Waiting};
