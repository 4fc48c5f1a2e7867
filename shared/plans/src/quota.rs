//! Quotas: units of a period, leased in blocks.

mod lease;
mod pace;
mod passbook;

pub(crate) use lease::{Lack, QuotaAnswer, QuotaAsk, QuotaLease, Shut};
pub(crate) use pace::Pace;
