//! `#foreach`.

use json::Kind;

use super::{Flow, Rendered, Renderer};
use crate::{MAX_FOREACH_ITERATIONS, syntax::Foreach, value::Value};

/// Where a loop is.
pub(super) struct Loop {
    index: usize,
    has_next: bool,
}

impl<'a> Renderer<'a> {
    /// Goes round once for each item of a list, value of a map, or what is left of an iterator; for anything else never.
    pub(super) fn foreach(&mut self, foreach: &'a Foreach, out: &mut String) -> Rendered<Flow> {
        self.at = foreach.at;
        let list = self.value(&foreach.list)?;
        let list = self.heap.current(list);
        let outer = self.slot(foreach.slot);
        let status = self.program.slots.get("foreach").copied();
        let depth = self.loops.len();
        let outer_status = status.map(|slot| (slot, self.set_slot(slot, Value::Loop(depth))));
        self.loops.push(Loop { index: 0, has_next: true });
        let items = self.loop_items(&list)?;
        let flow = self.rounds(foreach, items, out)?;
        self.loops.truncate(depth);
        self.set_slot(foreach.slot, outer);
        if let Some((slot, value)) = outer_status {
            self.set_slot(slot, value);
        }
        Ok(if flow == Flow::Stop { Flow::Stop } else { Flow::Next })
    }

    /// What a loop goes over, and one item more than it may have at most.
    fn loop_items(&mut self, list: &Value<'a>) -> Rendered<Vec<Value<'a>>> {
        Ok(match list {
            Value::Node(node) if node.kind() == Kind::Array => {
                node.items().take(MAX_FOREACH_ITERATIONS + 1).map(Value::of_node).collect()
            }
            Value::List(list) => {
                let items = self.heap.lists.get(*list).map(|list| list.items.as_slice()).unwrap_or_default();
                items.iter().take(MAX_FOREACH_ITERATIONS + 1).cloned().collect()
            }
            Value::Iterator(_) => self.remaining(list),
            list => match self.heap.items(list) {
                Some(items) => items,
                None => self.pairs(list)?.into_iter().map(|(_, value)| value).collect(),
            },
        })
    }

    fn rounds(&mut self, foreach: &'a Foreach, items: Vec<Value<'a>>, out: &mut String) -> Rendered<Flow> {
        let count = self.program.slots.get("velocityCount").copied();
        let has_next = self.program.slots.get("velocityHasNext").copied();
        let last = items.len().saturating_sub(1);
        for (index, item) in items.into_iter().enumerate() {
            if index >= MAX_FOREACH_ITERATIONS {
                self.at = foreach.at;
                return Err(self.limit("a #foreach goes round more than 1,000 times"));
            }
            let more = index < last;
            self.set_slot(foreach.slot, item);
            if let Some(status) = self.loops.last_mut() {
                *status = Loop { index, has_next: more };
            }
            if let Some(slot) = count {
                self.set_slot(slot, Value::count(index + 1));
            }
            if let Some(slot) = has_next {
                self.set_slot(slot, Value::Bool(more));
            }
            match self.block(&foreach.block, out)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    /// What an iterator has not given yet; it has nothing left then.
    fn remaining(&mut self, iterator: &Value<'a>) -> Vec<Value<'a>> {
        let Value::Iterator(at) = iterator else {
            return Vec::new();
        };
        let Some(iterator) = self.heap.iterators.get_mut(*at) else {
            return Vec::new();
        };
        let rest = iterator.items.split_off(iterator.next.min(iterator.items.len()));
        iterator.next = iterator.items.len();
        rest
    }

    /// A property of `$foreach`.
    pub(super) fn loop_property(&self, depth: usize, name: &str) -> Value<'a> {
        let Some(status) = self.loops.get(depth) else {
            return Value::Null;
        };
        match name {
            "index" => Value::count(status.index),
            "count" => Value::count(status.index + 1),
            "hasNext" => Value::Bool(status.has_next),
            "first" => Value::Bool(status.index == 0),
            "last" => Value::Bool(!status.has_next),
            "parent" => depth.checked_sub(1).map_or(Value::Null, Value::Loop),
            "topmost" => Value::Loop(0),
            _ => Value::Null,
        }
    }
}
