//! `java.util.List` and `java.util.Iterator`.

use crate::{
    compare,
    heap::Iterator,
    print::Printing,
    render::{Rendered, Renderer},
    value::Value,
};

impl<'a> Renderer<'a> {
    pub(super) fn list_method(&mut self, list: &Value<'a>, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        let len = self.heap.list_len(list).unwrap_or(0);
        match (name, arguments) {
            ("size" | "length", []) => Ok(Value::count(len)),
            ("isEmpty", []) => Ok(Value::Bool(len == 0)),
            ("get", [Value::Integer(index)]) => {
                let at = self.within(*index, len)?;
                Ok(self.heap.item(list, at).unwrap_or(Value::Null))
            }
            ("contains", [value]) => Ok(Value::Bool(self.find(list, value, false)?.is_some())),
            ("indexOf", [value]) => Ok(self.find(list, value, false)?.map_or(Value::Integer(-1), Value::count)),
            ("lastIndexOf", [value]) => Ok(self.find(list, value, true)?.map_or(Value::Integer(-1), Value::count)),
            ("containsAll", [others]) => {
                for other in self.heap.items(others).unwrap_or_default() {
                    if self.find(list, &other, false)?.is_none() {
                        return Ok(Value::Bool(false));
                    }
                }
                Ok(Value::Bool(true))
            }
            ("subList", [Value::Integer(from), Value::Integer(to)]) => {
                let range = usize::try_from(*from).ok().zip(usize::try_from(*to).ok());
                let items = self.heap.items(list).unwrap_or_default();
                match range.and_then(|(from, to)| items.get(from..to)) {
                    Some(part) => Ok(self.heap.list(part.to_vec(), true)),
                    None => Err(self.failed(format!("from {from} to {to} is not within a list of {len}"))),
                }
            }
            ("iterator" | "listIterator", []) => {
                let items = self.heap.items(list).unwrap_or_default();
                self.heap.iterators.push(Iterator { items, next: 0 });
                Ok(Value::Iterator(self.heap.iterators.len() - 1))
            }
            ("toArray", []) => {
                let items = self.heap.items(list).unwrap_or_default();
                Ok(self.heap.list(items, false))
            }
            _ => self.changing_list_method(list, name, arguments),
        }
    }

    fn changing_list_method(&mut self, list: &Value<'a>, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        if !matches!(name, "add" | "addAll" | "set" | "remove" | "removeAll" | "retainAll" | "clear") {
            return Ok(Value::Null);
        }
        let Value::List(at) = self.heap.changeable(list.clone()) else {
            return Ok(Value::Null);
        };
        let len = self.heap.list_len(list).unwrap_or(0);
        self.heap.charge(32);
        match (name, arguments) {
            ("add", [value]) => self.edit(at, |items| items.push(value.clone())),
            ("add", [Value::Integer(index), value]) => {
                let place = if *index == i64::try_from(len).unwrap_or(-1) { len } else { self.within(*index, len)? };
                self.spend(len / 16)?;
                self.edit(at, |items| items.insert(place, value.clone()));
                return Ok(Value::Null);
            }
            ("set", [Value::Integer(index), value]) => {
                let place = self.within(*index, len)?;
                let mut old = Value::Null;
                self.edit(at, |items| {
                    if let Some(item) = items.get_mut(place) {
                        old = std::mem::replace(item, value.clone());
                    }
                });
                return Ok(old);
            }
            ("remove", [Value::Integer(index)]) => {
                let place = self.within(*index, len)?;
                self.spend(len / 16)?;
                let mut old = Value::Null;
                self.edit(at, |items| old = items.remove(place));
                return Ok(old);
            }
            ("remove", [value]) => {
                let found = self.find(list, value, false)?;
                if let Some(place) = found {
                    self.edit(at, |items| drop(items.remove(place)));
                }
                return Ok(Value::Bool(found.is_some()));
            }
            ("addAll", [others]) => {
                let others = match self.heap.items(others) {
                    Some(items) => items,
                    None => return Ok(Value::Null),
                };
                self.spend(others.len())?;
                self.edit(at, |items| items.extend(others));
            }
            ("removeAll" | "retainAll", [others]) => return self.filtered(at, list, others, name == "retainAll"),
            ("clear", []) => {
                self.edit(at, Vec::clear);
                return Ok(Value::Null);
            }
            _ => return Ok(Value::Null),
        }
        Ok(Value::Bool(true))
    }

    fn edit(&mut self, list: usize, change: impl FnOnce(&mut Vec<Value<'a>>)) {
        if let Some(list) = self.heap.lists.get_mut(list) {
            change(&mut list.items);
        }
    }

    fn filtered(&mut self, at: usize, list: &Value<'a>, others: &Value<'a>, keep: bool) -> Rendered<Value<'a>> {
        let items = self.heap.items(list).unwrap_or_default();
        let before = items.len();
        let mut kept = Vec::with_capacity(before);
        for item in items {
            if self.find(others, &item, false)?.is_some() == keep {
                kept.push(item);
            }
        }
        let changed = kept.len() != before;
        self.edit(at, |items| *items = kept);
        Ok(Value::Bool(changed))
    }

    /// Where a value is in a list, from the start or from the end.
    fn find(&mut self, list: &Value<'a>, wanted: &Value<'a>, last: bool) -> Rendered<Option<usize>> {
        self.spend(self.heap.list_len(list).unwrap_or(0) / 4)?;
        let mut places = Vec::new();
        let found = match self.heap.current(list.clone()) {
            Value::Node(node) => self.places(node.items().map(Value::of_node), wanted, last, &mut places),
            Value::List(list) => {
                let items = self.heap.lists.get(list).map(|list| list.items.as_slice()).unwrap_or_default();
                self.places(items.iter().cloned(), wanted, last, &mut places)
            }
            list => self.places(self.heap.items(&list).unwrap_or_default().into_iter(), wanted, last, &mut places),
        };
        self.printed(found)?;
        Ok(places.pop())
    }

    /// Adds the first place of a value, or all of them.
    fn places(
        &self,
        items: impl std::iter::Iterator<Item = Value<'a>>,
        wanted: &Value<'a>,
        all: bool,
        out: &mut Vec<usize>,
    ) -> Printing<()> {
        for (at, item) in items.enumerate() {
            let same = match (&item, wanted) {
                (item, wanted) if item.is_null() || wanted.is_null() => item.is_null() && wanted.is_null(),
                (Value::Text(item), Value::Text(wanted)) => item == wanted,
                (Value::Text(_), _) | (_, Value::Text(_)) => false,
                (item, wanted) => compare::equal(&self.heap, item, wanted)?,
            };
            if same {
                out.push(at);
                if !all {
                    break;
                }
            }
        }
        Ok(())
    }

    /// An index that is within a list; Java throws at others.
    fn within(&self, index: i64, len: usize) -> Rendered<usize> {
        let at = usize::try_from(index).ok().filter(|at| *at < len);
        at.ok_or_else(|| self.failed(format!("{index} is not within a list of {len}")))
    }

    pub(super) fn iterator_method(&mut self, iterator: &Value<'a>, name: &str) -> Value<'a> {
        let Value::Iterator(at) = iterator else {
            return Value::Null;
        };
        let Some(iterator) = self.heap.iterators.get_mut(*at) else {
            return Value::Null;
        };
        match name {
            "hasNext" => Value::Bool(iterator.next < iterator.items.len()),
            "next" => {
                let item = iterator.items.get(iterator.next).cloned();
                iterator.next += usize::from(item.is_some());
                item.unwrap_or(Value::Null)
            }
            _ => Value::Null,
        }
    }
}
