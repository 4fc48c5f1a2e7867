//! `tollgate usage reconcile`: units that were granted and are in nobody's hand go back.
//!
//! A unit that was granted and not counted is used by a sandbox that has not told of it yet, in the hand of one that lives,
//! or lost with one that died. It is surely lost when nobody has changed the counter for a day: Lambda ends every
//! environment within hours (Lambda developer guide, `lambda-runtime-environment`), and usage is told within seconds. Only
//! then is it given back: a unit that were given back twice would be admitted twice.

use clap::Args;
use plans::{Change, Counters as _, HolderId, Move, Stamp};

use super::verify::{Checked, Tables};

/// For how long nobody must have changed a counter.
const QUIET_MS: u64 = 24 * 3_600_000;

/// How long a counter is kept after this, in seconds; its own time may be longer.
const KEPT_S: u64 = 70 * 86_400;

/// Give back units that were granted and not used. To be used where usage is told `strict`: of what is told `batched`, a
/// killed sandbox may have used up to a second's units that nobody counted.
#[derive(Args)]
pub(crate) struct Reconcile {
    #[command(flatten)]
    tables: Tables,
    /// Say what would be given back, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

impl Reconcile {
    /// Carries it out for the periods that hold this moment: units of others cannot be used any more.
    pub(super) async fn run(self) -> Result<(), String> {
        let now_ms = runtime::clock_ms();
        let (mut keys, mut units) = (0u64, 0u64);
        for checked in self.tables.check(now_ms).await? {
            let back = self.give_back(&checked, now_ms).await?;
            if back > 0 {
                keys += 1;
                units += back;
                crate::out(&format!("{} {} {}: {back} units\n", checked.key, checked.plan.id, checked.period));
            }
        }
        let done = if self.dry_run { "would go back" } else { "went back" };
        crate::out(&format!("{units} units of {keys} keys {done}\n"));
        Ok(())
    }

    async fn give_back(&self, checked: &Checked, now_ms: u64) -> Result<u64, String> {
        let unused = checked.granted.saturating_sub(checked.counted);
        let counters = self.tables.counters()?;
        let mut standings = Vec::new();
        for name in checked.plan.quota_counters(&checked.key, checked.period) {
            let standing = counters.look(&name).await.map_err(|error| error.to_string())?;
            let last = standing.marks.iter().map(|(_, stamp)| *stamp).fold(standing.floor, Stamp::max);
            if last.0.saturating_add(QUIET_MS) > now_ms {
                return Ok(0);
            }
            standings.push((name, standing));
        }
        let mut left = unused;
        for (name, standing) in standings {
            let back = left.min(standing.granted);
            if back == 0 || self.dry_run {
                left -= back;
                continue;
            }
            let stamp = Stamp(now_ms);
            let change = Change {
                counter: name,
                holder: HolderId(fresh()?),
                base: None,
                stamp,
                oldest: stamp,
                units: Move::GiveBack(back),
                limit: u64::MAX,
                expires_at_s: now_ms / 1_000 + KEPT_S,
            };
            let answer = counters.change(&change).await.map_err(|error| error.to_string())?;
            left -= if answer.applied { back } else { 0 };
        }
        Ok(unused - left)
    }
}

/// A holder that nobody is.
fn fresh() -> Result<u64, String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random bytes: {error}"))?;
    Ok(u64::from_be_bytes(bytes))
}
