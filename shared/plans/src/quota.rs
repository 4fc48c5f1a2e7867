//! Quotas: units of a period, leased in blocks.

mod ask;
mod lease;
mod marks;
mod pace;
mod passbook;

pub(crate) use ask::{Lack, QuotaAnswer, QuotaAsk, Shut};
pub(crate) use lease::QuotaLease;
pub(crate) use pace::Pace;
