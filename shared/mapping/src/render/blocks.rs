//! Statements.

use super::{Flow, Rendered, Renderer};
use crate::{
    syntax::{Block, Call, Define, Expression, Statement},
    value::Value,
};

impl<'a> Renderer<'a> {
    /// Renders statements in order.
    pub(super) fn block(&mut self, block: &'a Block, out: &mut String) -> Rendered<Flow> {
        self.enter()?;
        let mut flow = Flow::Next;
        for statement in block {
            flow = self.statement(statement, out)?;
            if flow != Flow::Next {
                break;
            }
        }
        self.depth -= 1;
        Ok(flow)
    }

    fn statement(&mut self, statement: &'a Statement, out: &mut String) -> Rendered<Flow> {
        match statement {
            Statement::Text(text) => {
                out.push_str(text);
                self.step()?;
                self.checked(out)?;
            }
            Statement::Print(reference) => self.print_reference(reference, out)?,
            Statement::Set { target, value } => {
                self.at = target.at;
                let value = self.value(value)?;
                self.assign(target, value)?;
            }
            Statement::If { branches, otherwise } => return self.conditional(branches, otherwise, out),
            Statement::Foreach(foreach) => return self.foreach(foreach, out),
            Statement::Define(define) => {
                self.set_slot(define.slot, Value::Define(define));
            }
            Statement::Call(call) => return self.call_macro(call, out),
            Statement::Break => return Ok(Flow::Break),
            Statement::Stop => return Ok(Flow::Stop),
        }
        Ok(Flow::Next)
    }

    fn conditional(
        &mut self,
        branches: &'a [(Expression, Block)],
        otherwise: &'a Block,
        out: &mut String,
    ) -> Rendered<Flow> {
        for (condition, block) in branches {
            self.step()?;
            if self.value(condition)?.is_true() {
                return self.block(block, out);
            }
        }
        self.block(otherwise, out)
    }

    /// Calls a macro; a name that no macro has prints as it is written.
    fn call_macro(&mut self, call: &'a Call, out: &mut String) -> Rendered<Flow> {
        self.at = call.at;
        self.step()?;
        let Some(found) = self.program.macros.get(&*call.name) else {
            out.push_str(&call.literal);
            return Ok(Flow::Next);
        };
        let mut values = Vec::with_capacity(found.parameters.len());
        for at in 0..found.parameters.len() {
            values.push(match call.arguments.get(at) {
                Some(argument) => self.value(argument)?,
                None => Value::Null,
            });
        }
        let body = call.body.as_ref().map(|body| (body.slot, self.set_slot(body.slot, Value::Define(body))));
        let bound = found.parameters.iter().zip(values);
        let before: Vec<_> = bound.map(|(slot, value)| (*slot, self.set_slot(*slot, value))).collect();
        let flow = self.block(&found.block, out)?;
        let mut after = Vec::with_capacity(before.len());
        for (slot, value) in before.into_iter().rev() {
            after.push(self.set_slot(slot, value));
        }
        for (argument, value) in call.arguments.iter().zip(after.into_iter().rev()) {
            self.give_back(argument, value);
        }
        if let Some((slot, value)) = body {
            self.set_slot(slot, value);
        }
        Ok(if flow == Flow::Stop { Flow::Stop } else { Flow::Next })
    }

    /// An argument that is a bare variable takes the parameter's last value.
    fn give_back(&mut self, argument: &Expression, value: Value<'a>) {
        if let Expression::Reference(reference) = argument
            && reference.steps.is_empty()
            && !value.is_null()
        {
            self.set_slot(reference.slot, value);
        }
    }

    /// Renders what `#define` defined, with the variables as they are now.
    pub(super) fn defined(&mut self, define: &'a Define, out: &mut String) -> Rendered<()> {
        self.block(&define.block, out).map(|_| ())
    }
}
