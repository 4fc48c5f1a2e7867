//! A parsed template.

use std::{fmt, sync::Arc};

use crate::{
    Inputs, Limits, MAX_TEMPLATE_BYTES, Overrides, RenderProblem, TemplateError,
    problem::Place,
    regex::Patterns,
    render::Renderer,
    syntax::{self, Program},
};

/// A mapping template, parsed. It is read-only and may be shared between threads.
#[derive(Clone)]
pub struct Template {
    program: Arc<Program>,
    /// Regular expressions that renderings have compiled.
    patterns: Arc<Patterns>,
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// The first place at which it is no VTL, or where it is too long or too deeply nested.
    pub fn parse(source: &str) -> Result<Template, TemplateError> {
        if source.len() > MAX_TEMPLATE_BYTES {
            let message = format!(
                "the template has {} bytes; API Gateway takes {MAX_TEMPLATE_BYTES} (300 KB) at most",
                source.len()
            );
            return Err(TemplateError::new(Place { line: 1, column: 1 }, message));
        }
        let program = Arc::new(syntax::parse(source)?);
        Ok(Template { program, patterns: Arc::default() })
    }

    /// How many statements it has, without those in blocks.
    pub fn statements(&self) -> usize {
        self.program.block.len()
    }

    /// Renders it. `overrides` are read as the values under `$context.requestOverride` and `$context.responseOverride`,
    /// and hold the changed values afterwards; after an error they are as they were.
    ///
    /// # Errors
    /// When the template reads a body as JSON that is none, passes a limit, or calls a method in a way at which Java
    /// would throw.
    pub fn render(&self, inputs: &Inputs<'_>, overrides: &mut Overrides) -> Result<String, RenderProblem> {
        self.render_within(Limits::default(), inputs, overrides)
    }

    /// [`Template::render`] with limits of the caller's.
    ///
    /// # Errors
    /// As there.
    pub fn render_within(
        &self,
        limits: Limits,
        inputs: &Inputs<'_>,
        overrides: &mut Overrides,
    ) -> Result<String, RenderProblem> {
        let mut renderer = Renderer::new(&self.program, &self.patterns, limits, inputs, overrides);
        let text = renderer.run()?;
        if let Some(changed) = renderer.overrides_after()? {
            *overrides = changed;
        }
        Ok(text)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({} statements)", self.statements())
    }
}
