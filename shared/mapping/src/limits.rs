//! How much a template may ask for. Passing one is an error with a place, never a hang or unbounded memory.

/// The longest template: AWS's quota of 300 KB (`api-gateway-execution-service-limits-table`).
pub const MAX_TEMPLATE_BYTES: usize = 300 * 1024;

/// How often one `#foreach` may go round: AWS's quota of 1,000. The guide does not say whether it counts per loop or per
/// template; here it counts per loop, and [`MAX_STEPS`] bounds loops within loops.
pub const MAX_FOREACH_ITERATIONS: usize = 1_000;

/// The longest text a template may give: API Gateway's largest payload, 10 MB. It bounds every single text too.
pub const MAX_OUTPUT_BYTES: usize = 10 * 1024 * 1024;

/// How deep blocks, parentheses, literals and arguments may be nested in a template. Each level costs the parser up to
/// ten frames, so that 64 of them fit into the smallest stack in use (2 MiB, unoptimised) several times.
pub const MAX_NESTING: usize = 64;

/// How deep rendering may go: macros that call macros, definitions that print definitions, and blocks in them.
pub const MAX_RENDER_DEPTH: usize = 160;

/// How many statements, steps of references and items of collections one rendering may take. Two loops of 1,000 within
/// each other with a body of a few references stay below it; it takes some hundred milliseconds.
pub const MAX_STEPS: u64 = 10_000_000;

/// How many bytes of texts, lists and maps one rendering may make, all in all.
pub const MAX_ALLOCATED_BYTES: u64 = 128 * 1024 * 1024;

/// How much one rendering may ask for. What else is limited does not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Statements, steps of references and items of collections.
    pub steps: u64,
    /// Bytes of texts, lists and maps, all in all.
    pub allocated_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: MAX_STEPS, allocated_bytes: MAX_ALLOCATED_BYTES }
    }
}
