//! Holds a process to the share of a core that Lambda gives a function of 128 MB.
//!
//! Lambda gives a whole core at 1,769 MB and less in proportion, so 128 MB is 1/14 of one
//! (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>). The kernel's bandwidth control does the
//! same here: in each period the group may run for a fourteenth of it, and then stands still until the next.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::child::Child;
use crate::failure::{Context, Result};

/// 1,769 MB / 128 MB.
pub(crate) const PARTS: u32 = 14;

/// A place in the hierarchy of control groups where CPU time can be limited.
#[derive(Debug)]
pub(crate) struct Cgroups {
    parent: PathBuf,
    version: Version,
    made: AtomicUsize,
}

#[derive(Clone, Copy, Debug)]
enum Version {
    V1,
    V2,
}

/// One group with its own fresh quota; removed when dropped, which its processes must not outlive.
#[derive(Debug)]
pub(crate) struct Group {
    path: PathBuf,
}

impl Cgroups {
    /// The first place that lets a limit be set, or why none does.
    pub(crate) fn find() -> Result<Self> {
        let mounts = fs::read_to_string("/proc/mounts").context("/proc/mounts")?;
        let own = fs::read_to_string("/proc/self/cgroup").context("/proc/self/cgroup")?;
        let mut refusals = Vec::new();
        for (parent, version) in places(&mounts, &own) {
            let place = Self { parent, version, made: AtomicUsize::default() };
            match place.group(Duration::from_millis(100)) {
                Ok(_) => return Ok(place),
                Err(error) => refusals.push(error.to_string()),
            }
        }
        let refusals = if refusals.is_empty() { "none is mounted".to_owned() } else { refusals.join("; ") };
        Err(format!("no control group can limit CPU time here: {refusals}").into())
    }

    /// A new group that may run for 1/[`PARTS`] of each period.
    pub(crate) fn group(&self, period: Duration) -> Result<Group> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let path = self.parent.join(format!("bench-{}-{number}", std::process::id()));
        fs::create_dir(&path).context(path.display())?;
        let group = Group { path };
        let (quota, period) = (quota_us(period), period.as_micros());
        match self.version {
            Version::V1 => {
                group.write("cpu.cfs_period_us", &period.to_string())?;
                group.write("cpu.cfs_quota_us", &quota.to_string())?;
            }
            Version::V2 => group.write("cpu.max", &format!("{quota} {period}"))?,
        }
        Ok(group)
    }

    /// The share of a core that an endless loop gets when held; an error when it is not the one meant.
    pub(crate) fn verify(&self, period: Duration, scratch: &Path) -> Result<f64> {
        const PERIODS: u32 = 30;
        let group = self.group(period)?;
        let mut busy = Child::at_gate(&["/bin/sh", "-c", "while :; do :; done"], scratch, &[], scratch.join("busy"))?;
        group.add(busy.id())?;
        busy.open_gate()?;
        // The first period may begin with a full quota wherever in it the loop starts.
        thread::sleep(2 * period);
        let (since, before) = (Instant::now(), busy.cpu_ns()?);
        thread::sleep(PERIODS * period);
        let ran = Duration::from_nanos(busy.cpu_ns()? - before);
        let share = ran.as_secs_f64() / since.elapsed().as_secs_f64();
        // At the edges of the window up to one quota and one tick's overrun fall in or out: a twentieth of 30 quotas.
        if (share * f64::from(PARTS) - 1.0).abs() < 0.1 {
            return Ok(share);
        }
        Err(format!("in periods of {period:?} a busy loop got 1/{:.1} of a core and not 1/{PARTS}", 1.0 / share).into())
    }
}

/// How long a group may run in each period, in microseconds, to the nearest.
pub(crate) fn quota_us(period: Duration) -> u128 {
    (period.as_micros() + u128::from(PARTS) / 2) / u128::from(PARTS)
}

impl Group {
    pub(crate) fn add(&self, pid: u32) -> Result<()> {
        self.write("cgroup.procs", &pid.to_string())
    }

    /// In how many periods its processes have been stopped.
    pub(crate) fn throttled(&self) -> Result<u64> {
        let path = self.path.join("cpu.stat");
        let stat = fs::read_to_string(&path).context(path.display())?;
        let count = stat.lines().find_map(|line| line.strip_prefix("nr_throttled ")).ok_or("no nr_throttled")?;
        count.parse().context(path.display())
    }

    fn write(&self, file: &str, value: &str) -> Result<()> {
        let path = self.path.join(file);
        fs::write(&path, value).context(path.display())
    }
}

impl Drop for Group {
    /// The kernel may take a moment to let go of a process that has just been reaped.
    fn drop(&mut self) {
        for _ in 0..100 {
            if fs::remove_dir(&self.path).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Where to try, the place of this process before the root of its hierarchy. Version 1 first: where both are mounted,
/// the controller is on that one.
fn places(mounts: &str, own: &str) -> Vec<(PathBuf, Version)> {
    [Version::V1, Version::V2].into_iter().flat_map(|version| places_of(version, mounts, own)).collect()
}

/// In version 2 a group that holds processes cannot have limited children, but it can have limited siblings.
fn places_of(version: Version, mounts: &str, own: &str) -> Vec<(PathBuf, Version)> {
    let (kind, controller) = match version {
        Version::V1 => ("cgroup", "cpu"),
        Version::V2 => ("cgroup2", ""),
    };
    // A line is `<device> <where> <kind> <options> …`.
    let root = mounts.lines().map(|line| line.split(' ').skip(1)).find_map(|mut fields| {
        let (root, found, options) = (fields.next()?, fields.next()?, fields.next()?);
        let limits = controller.is_empty() || options.split(',').any(|option| option == controller);
        (found == kind && limits).then(|| PathBuf::from(root))
    });
    // A line is `<number>:<controllers>:<path>`.
    let own = own.lines().map(|line| line.splitn(3, ':').skip(1)).find_map(|mut fields| {
        let (controllers, path) = (fields.next()?, fields.next()?);
        controllers.split(',').any(|name| name == controller).then(|| path.trim_start_matches('/'))
    });
    let Some(root) = root else { return Vec::new() };
    let here = own.filter(|path| !path.is_empty()).map_or_else(|| root.clone(), |path| root.join(path));
    here.ancestors().take_while(|place| place.starts_with(&root)).map(|place| (place.to_path_buf(), version)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mounts: &str, own: &str, expected: &[&str]) {
        let places: Vec<String> =
            places(mounts, own).iter().map(|(path, version)| format!("{version:?} {}", path.display())).collect();
        assert_eq!(places, expected);
    }

    #[test]
    fn the_nearest_place_is_tried_first() {
        let v1 = "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n";
        let v2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n";
        check(v1, "3:cpuacct,cpu:/\n", &["V1 /sys/fs/cgroup/cpu,cpuacct"]);
        check(
            v2,
            "0::/user/me.scope\n",
            &["V2 /sys/fs/cgroup/user/me.scope", "V2 /sys/fs/cgroup/user", "V2 /sys/fs/cgroup"],
        );
        check("tmpfs /sys/fs/cgroup tmpfs rw 0 0\n", "", &[]);
    }

    #[test]
    fn each_version_is_told_its_limit_in_its_own_way() {
        let parent = std::env::temp_dir().join(format!("bench-cgroup-{}", std::process::id()));
        for (version, files) in [
            (Version::V1, [("cpu.cfs_period_us", "100000"), ("cpu.cfs_quota_us", "7143")].as_slice()),
            (Version::V2, [("cpu.max", "7143 100000")].as_slice()),
        ] {
            fs::create_dir_all(&parent).unwrap();
            let place = Cgroups { parent: parent.clone(), version, made: AtomicUsize::default() };
            let group = place.group(Duration::from_millis(100)).unwrap();
            for (file, value) in files {
                assert_eq!(fs::read_to_string(group.path.join(file)).unwrap(), *value);
            }
            fs::remove_dir_all(&parent).unwrap();
        }
    }

    #[test]
    fn the_quota_is_a_fourteenth() {
        assert_eq!(quota_us(Duration::from_millis(100)), 7143);
        assert_eq!(quota_us(Duration::from_millis(20)), 1429);
    }
}
