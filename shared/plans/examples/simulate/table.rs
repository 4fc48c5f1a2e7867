//! What leases cost, with nothing going wrong: requests a second by sandboxes.
//!
//! Requests of one key come at random times to random sandboxes; the store answers at once. Sandboxes start as fast as
//! Lambda starts them, a thousand in ten seconds. (Lambda developer guide, `lambda-concurrency`, "scaling rate".)

use std::fmt::Write as _;

use plans::{Admission, Call, Holder, HolderId, PeriodType, Quota, Rate, Refusal, Step, Throttle, UsagePlan};

use crate::{random::Random, store::Store, world};

/// 2026-11-20T12:00:00Z.
const NOON_MS: i64 = 1_795_176_000_000;

const RATES: [u64; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

const SANDBOXES: [usize; 6] = [1, 2, 10, 100, 1_000, 3_000];

/// New sandboxes a second.
const STARTS: usize = 100;

struct Fleet {
    holders: Vec<Holder>,
    store: Store,
    random: Random,
    plan: UsagePlan,
    admitted: u64,
    refused: u64,
    /// Requests that waited for the store.
    waited: u64,
    /// Admitted by each sandbox.
    each: Vec<u64>,
}

/// The page's tables.
pub(crate) fn write() -> String {
    let mut page = String::new();
    steady(&mut page);
    ending(&mut page);
    throttled(&mut page);
    page
}

fn steady(page: &mut String) {
    page.push_str("| requests a second | sandboxes | writes a request | write units a request | most writes (units) a second on one item | requests that waited |\n");
    page.push_str("| ----------------: | --------: | ---------------: | --------------------: | -----------------------------: | -------------------: |\n");
    for rate in RATES {
        for sandboxes in SANDBOXES {
            let Cost { writes, units, waited, busiest: [most, most_units] } = cost(rate, sandboxes);
            let _ = writeln!(
                page,
                "| {rate} | {sandboxes} | {writes:.4} | {units:.4} | {most} ({most_units}) | {waited:.2} % |",
            );
        }
    }
}

/// What a request costs while much of the quota is left.
pub(crate) struct Cost {
    /// Writes a request.
    pub(crate) writes: f64,
    /// Write units a request.
    pub(crate) units: f64,
    /// Requests in a hundred that waited for the store.
    pub(crate) waited: f64,
    /// The most writes, and write units, a second on one item.
    pub(crate) busiest: [u64; 2],
}

pub(crate) fn cost(rate: u64, sandboxes: usize) -> Cost {
    let mut fleet = Fleet::new(sandboxes, plan(Some(1_000_000_000_000), None));
    let settle_s = 30 + sandboxes as i64 / STARTS as i64;
    fleet.run(rate as f64, 0, settle_s);
    let (before, admitted, waited) = (fleet.store.calls, fleet.admitted, fleet.waited);
    // Long enough for a thousand requests, and for the longest block at the most sandboxes.
    let lasts_s = (2_000 / rate as i64).max(40);
    fleet.run(rate as f64, settle_s, settle_s + lasts_s);
    let served = (fleet.admitted - admitted).max(1) as f64;
    let calls = fleet.store.calls;
    Cost {
        writes: (calls.changes + calls.forgets - before.changes - before.forgets) as f64 / served,
        units: (calls.write_units - before.write_units) as f64 / served,
        waited: (fleet.waited - waited) as f64 / served * 100.0,
        busiest: fleet.store.busiest(),
    }
}

fn ending(page: &mut String) {
    page.push_str("\n| requests a second | sandboxes | quota | writes a request | most writes (units) a second on one item | refused before the last unit | seconds from the first refusal to the last unit | unused |\n");
    page.push_str("| ----------------: | --------: | ----: | ---------------: | -----------------------------: | ---------------------------: | -----------------------------------------------: | -----: |\n");
    for (rate, sandboxes) in [(10, 2), (100, 10), (1_000, 100), (10_000, 1_000), (100_000, 3_000)] {
        let limit = rate * 100;
        let mut fleet = Fleet::new(sandboxes, plan(Some(limit), None));
        let (mut first_refusal, mut last_unit, mut second) = (None, None, 0);
        let mut early = 0;
        while second < 200 && last_unit.is_none() {
            let refused = fleet.refused;
            fleet.run(rate as f64, second, second + 1);
            second += 1;
            if fleet.refused > 0 {
                first_refusal.get_or_insert(second);
            }
            if fleet.admitted == limit {
                last_unit = Some(second);
            } else {
                early += fleet.refused - refused;
            }
        }
        let writes = (fleet.store.calls.changes + fleet.store.calls.forgets) as f64 / fleet.admitted as f64;
        let span = last_unit.unwrap_or(second) - first_refusal.unwrap_or(second);
        let unused = limit - fleet.admitted;
        let share = early as f64 / limit as f64 * 100.0;
        let [most, most_units] = fleet.store.busiest();
        let _ = writeln!(
            page,
            "| {rate} | {sandboxes} | {limit} | {writes:.4} | {most} ({most_units}) | {share:.2} % of the quota | {span} | {unused} |"
        );
    }
}

fn throttled(page: &mut String) {
    page.push_str("\n| throttle | asked for | sandboxes | admitted a second | writes a request | most writes a second on one item | least and most that a sandbox got, of its fair share |\n");
    page.push_str("| -------: | --------: | --------: | ----------------: | ---------------: | -----------------------------: | ---------------------------------------------------: |\n");
    for (rate, sandboxes) in
        [(10, 2), (100, 1), (100, 10), (1_000, 10), (1_000, 100), (10_000, 1_000), (100_000, 3_000)]
    {
        for demand in [rate / 2, rate * 3] {
            let throttle = Throttle { rate_limit: Rate::per_second(rate), burst_limit: rate };
            let mut fleet = Fleet::new(sandboxes, plan(None, Some(throttle)));
            let settle_s = 10 + sandboxes as i64 / STARTS as i64;
            fleet.run(demand as f64, 0, settle_s);
            let (calls, admitted) = (fleet.store.calls, fleet.admitted);
            fleet.each.iter_mut().for_each(|each| *each = 0);
            let lasts_s = 60;
            fleet.run(demand as f64, settle_s, settle_s + lasts_s);
            let served = (fleet.admitted - admitted).max(1) as f64;
            let writes = (fleet.store.calls.takes - calls.takes) as f64 / served;
            let fair = served / sandboxes as f64;
            let share = |each: Option<&u64>| each.copied().unwrap_or(0) as f64 / fair;
            let (least, most) = (share(fleet.each.iter().min()), share(fleet.each.iter().max()));
            let a_second = served / lasts_s as f64;
            let [writes_a_second, _] = fleet.store.busiest();
            let _ = writeln!(
                page,
                "| {rate} | {demand} | {sandboxes} | {a_second:.0} | {writes:.4} | {writes_a_second} | {least:.2} to {most:.2} |",
            );
        }
    }
}

fn plan(limit: Option<u64>, throttle: Option<Throttle>) -> UsagePlan {
    UsagePlan {
        id: "gold".to_owned(),
        name: String::new(),
        description: String::new(),
        throttle,
        quota: limit.map(|limit| Quota { limit, offset: 0, period: PeriodType::Month }),
        api_stages: Vec::new(),
        priority: 0,
        when_unavailable: None,
        shards: None,
        created_at_s: 0,
    }
}

impl Fleet {
    fn new(sandboxes: usize, plan: UsagePlan) -> Self {
        let mut random = Random::new(sandboxes as u64);
        let holders = (0..sandboxes).map(|_| Holder::new(HolderId(random.next()))).collect();
        let each = vec![0; sandboxes];
        Fleet { holders, store: Store::default(), random, plan, admitted: 0, refused: 0, waited: 0, each }
    }

    fn run(&mut self, a_second: f64, from_s: i64, to_s: i64) {
        let mut at_us = from_s as f64 * 1e6;
        loop {
            at_us += self.random.wait_us(a_second);
            let now_ms = (at_us / 1e3) as i64;
            if now_ms >= to_s * 1_000 {
                return;
            }
            let started = (1 + STARTS * now_ms as usize / 1_000).min(self.holders.len());
            let sandbox = (self.random.next() % started as u64) as usize;
            self.request(sandbox, NOON_MS + now_ms);
        }
    }

    fn request(&mut self, sandbox: usize, now_ms: i64) {
        let Fleet { holders, store, plan, .. } = self;
        let holder = &mut holders[sandbox];
        let call: Call<'_> = world::call(plan, 1);
        let mut asked = false;
        loop {
            match holder.step(&call, now_ms) {
                Step::Done(Admission::Admitted(_)) => {
                    self.admitted += 1;
                    self.each[sandbox] += 1;
                    break;
                }
                Step::Done(Admission::Refused(Refusal::Unavailable { .. }, _)) | Step::Wait => {
                    panic!("the store answers")
                }
                Step::Done(Admission::Refused(..)) => {
                    self.refused += 1;
                    break;
                }
                Step::Ask(ask) => {
                    asked = true;
                    let reply = store.call(&ask, now_ms);
                    holder.answered(&ask, Ok(reply), now_ms);
                }
            }
        }
        self.waited += u64::from(asked);
        while let Some(ask) = holder.chore(now_ms) {
            let reply = store.call(&ask, now_ms);
            holder.answered(&ask, Ok(reply), now_ms);
        }
    }
}
