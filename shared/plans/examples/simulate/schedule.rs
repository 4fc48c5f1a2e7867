//! One random schedule: what happens, and what must be true of it.

use plans::{Period, PeriodType, Quota, Rate, Throttle, UsagePlan, WhenUnavailable};

use crate::world::{Faults, World};

/// 2026-11-20T12:00:00Z.
const NOON_MS: i64 = 1_795_176_000_000;

/// How far wrong a clock may be. In half of the schedules all are right, which makes the throttle's bound narrow.
const SKEWS_MS: [i64; 2] = [0, 2_000];

/// What a schedule showed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) admitted: u64,
    pub(crate) refused: u64,
    pub(crate) calls: u64,
    pub(crate) killed: u64,
    pub(crate) stranded: u64,
}

/// Runs the schedule of a seed.
///
/// # Panics
/// When a promise is broken.
pub(crate) fn run(seed: u64) -> Outcome {
    let mut world = world(seed);
    let start_ms = world.now_ms;
    let crowd = if world.random.chance(50) { 80 } else { 12 };
    let skew_ms = SKEWS_MS[usize::from(world.random.chance(500))];
    let skews: Vec<i64> =
        (0..world.random.range(1, crowd)).map(|_| world.random.range(-skew_ms, skew_ms + 1)).collect();
    for skew_ms in &skews {
        world.start(*skew_ms);
    }
    trouble(&mut world, start_ms, skew_ms);
    check_throttle(&world, skew_ms);
    let limit = drain(&mut world);
    let stranding = world.seen.killed + if world.sandboxes.len() > 36 { world.seen.unanswered } else { 0 };
    let period = Period::at(PeriodType::Day, world.now_ms).to_string();
    let admitted = world.seen.admitted.get(&period).copied().unwrap_or(0);
    let block = (limit / 100).max(MOST_UNITS);
    assert!(
        admitted + stranding * block >= limit,
        "{admitted} of {limit} units were used in {period}, {stranding} sandboxes were killed, {} are in hand (seed {seed})",
        world.in_hand()
    );
    let calls = world.store.calls;
    Outcome {
        admitted: world.seen.admitted.values().sum(),
        refused: world.seen.exceeded + world.seen.throttled + world.seen.unavailable,
        calls: calls.changes + calls.takes + calls.looks + calls.forgets,
        killed: world.seen.killed,
        stranded: limit - admitted,
    }
}

/// The most units that a request costs.
const MOST_UNITS: u64 = 3;

fn world(seed: u64) -> World {
    let mut random = crate::random::Random::new(seed ^ 0x7011_9a7e);
    let limit = random.of(&[0, 1, 3, 20, 100, 400, 1_000]);
    let throttle = random.chance(400).then(|| {
        let rate = random.of(&[2, 20, 200]);
        Throttle { rate_limit: Rate::per_second(rate), burst_limit: random.of(&[1, 10, 100]) }
    });
    let plan = UsagePlan {
        id: "gold".to_owned(),
        name: String::new(),
        description: String::new(),
        throttle,
        quota: Some(Quota { limit, offset: 0, period: PeriodType::Day }),
        api_stages: Vec::new(),
        priority: 0,
        // A throttle that cannot be asked would admit, and there would be no bound to look at.
        when_unavailable: Some(WhenUnavailable::Refuse),
        shards: random.chance(250).then_some(3),
        created_at_s: 0,
    };
    // A third of the schedules begin just before midnight.
    let start_ms = if random.chance(333) { NOON_MS + 43_200_000 - random.range(0, 20_000) } else { NOON_MS };
    let mut world = World::new(seed, start_ms, plan);
    let calm = random.chance(200);
    let often = |random: &mut crate::random::Random, most| if calm { 0 } else { random.of(&[0, most / 5, most]) };
    world.faults = Faults {
        request_lost: often(&mut random, 100),
        reply_lost: often(&mut random, 200),
        doubled: often(&mut random, 200),
        late: often(&mut random, 100),
    };
    world
}

/// Beyond so many requests a schedule shows nothing new.
const MOST_REQUESTS: u32 = 1_000;

/// Traffic, and what goes wrong meanwhile.
fn trouble(world: &mut World, start_ms: i64, skew_ms: i64) {
    let end_ms = start_ms + world.random.range(2_000, 40_000);
    let every_ms = world.random.of(&[3, 10, 40, 200]);
    let kills = world.random.of(&[0, 0, 2, 10]);
    let freezes = world.random.of(&[0, 5, 20]);
    let restores = world.random.of(&[0, 0, 5]);
    let mut left = MOST_REQUESTS;
    while world.now_ms < end_ms && left > 0 {
        left -= 1;
        let at_ms = world.now_ms + world.random.range(0, 2 * every_ms);
        let sandbox = usize::try_from(world.random.next()).unwrap_or(0) % world.sandboxes.len();
        // Now and then several at once: a sandbox may serve many requests side by side.
        for _ in 0..world.random.of(&[1, 1, 1, 4]) {
            let units = if world.random.chance(50) { MOST_UNITS } else { 1 };
            world.request(sandbox, units, at_ms);
        }
        // Silence, and then everybody at once: whoever has saved something spends it now.
        if world.random.chance(10) {
            let at_ms = at_ms + world.random.range(500, 3_000);
            for sandbox in 0..world.sandboxes.len() {
                (0..20).for_each(|_| world.request(sandbox, 1, at_ms));
            }
            world.run_until(at_ms);
        }
        world.run_until(at_ms.max(world.now_ms));
        if world.random.chance(kills) && world.sandboxes.iter().filter(|sandbox| sandbox.alive).count() > 1 {
            world.kill(sandbox);
            let skew_ms = world.random.range(-skew_ms, skew_ms + 1);
            world.start(skew_ms);
        }
        if world.random.chance(freezes) {
            let for_ms = world.random.of(&[50, 2_000, 30_000]);
            world.freeze(sandbox, for_ms);
        }
        if world.random.chance(restores) && world.sandboxes.len() < 20 {
            let skew_ms = world.random.range(-skew_ms, skew_ms + 1);
            world.restore(sandbox, skew_ms);
        }
    }
}

/// Nothing goes wrong any more, and every sandbox has traffic until all is used that can be. Says the limit.
fn drain(world: &mut World) -> u64 {
    world.faults = Faults::default();
    world.plan.throttle = None;
    let Some(quota) = world.plan.quota else { return 0 };
    // Late messages and frozen sandboxes are back, and a new day has begun for all clocks where one was near.
    world.run_until(world.now_ms + 35_000);
    let alive: Vec<usize> = (0..world.sandboxes.len()).filter(|sandbox| world.sandboxes[*sandbox].alive).collect();
    let limit = quota.limit;
    // Often only one of them has requests of this key: what the others hold has to come back.
    let busy = if world.random.chance(500) { 1 } else { alive.len() };
    // Nobody finds more once nothing is in hand anywhere and every pause, deadline and doubt is over.
    let mut quiet = 0;
    for _ in 0..200 {
        let at_ms = world.now_ms + 1_000;
        let left = world.granted() < limit || world.in_hand() > 0;
        quiet = if left { 0 } else { quiet + 1 };
        for sandbox in alive.iter().skip(busy) {
            world.look_after(*sandbox, at_ms);
        }
        for sandbox in alive.iter().take(busy) {
            for _ in 0..if left { 1 + limit / 20 } else { 1 } {
                world.request(*sandbox, 1, at_ms);
            }
        }
        world.run_until(at_ms);
        let period = Period::at(PeriodType::Day, world.now_ms).to_string();
        if world.seen.admitted.get(&period) == Some(&limit) || quiet > 20 {
            break;
        }
    }
    limit
}

/// In every window of t seconds no more than burst + rate × (t + 1 + the difference of clocks) were admitted.
fn check_throttle(world: &World, skew_ms: i64) {
    let Some(throttle) = world.plan.throttle else { return };
    let rate = throttle.rate_limit.as_f64();
    let slack_s = 1.0 + 2.0 * skew_ms as f64 / 1_000.0;
    let bound = throttle.burst_limit as f64 + rate * slack_s;
    // The worst window that ends at each request, by what the worst one before it has left.
    let (mut excess, mut last_ms) = (0.0f64, i64::MIN);
    for at_ms in &world.seen.times_ms {
        let flowed = rate * (at_ms.saturating_sub(last_ms)) as f64 / 1_000.0;
        excess = (excess - flowed).max(0.0) + 1.0;
        last_ms = *at_ms;
        assert!(excess <= bound + 1e-6, "{excess} requests more than {rate} a second, of {bound}");
    }
}
