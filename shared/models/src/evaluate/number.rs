//! Numbers: `minimum`, `maximum`, `multipleOf`.

use std::cmp::Ordering;

use json::Number;

use super::explain::Faults;
use crate::{
    decimal::Decimal,
    schema::{Bound, NumberRules},
};

impl NumberRules {
    pub(super) fn fit(&self, number: Number<'_>) -> bool {
        !self.minimum.as_ref().is_some_and(|bound| bound.is_passed(number, Ordering::Less))
            && !self.maximum.as_ref().is_some_and(|bound| bound.is_passed(number, Ordering::Greater))
            && self.is_multiple(number)
    }

    fn is_multiple(&self, number: Number<'_>) -> bool {
        let Some((divisor, _)) = &self.multiple_of else { return true };
        Decimal::of(number.text()).is_multiple_of(*divisor)
    }

    pub(super) fn explain(&self, number: Number<'_>, faults: &mut Faults) {
        let found = crate::message::shortened(number.text());
        if let Some(bound) = self.minimum.as_ref().filter(|bound| bound.is_passed(number, Ordering::Less)) {
            let limit = &bound.text;
            faults.add(
                "minimum",
                match bound.compare(number) {
                    Ordering::Equal => {
                        format!("numeric instance is not strictly greater than the required minimum {limit}")
                    }
                    _ => format!(
                        "numeric instance is lower than the required minimum (minimum: {limit}, found: {found})"
                    ),
                },
            );
        }
        if let Some(bound) = self.maximum.as_ref().filter(|bound| bound.is_passed(number, Ordering::Greater)) {
            let limit = &bound.text;
            faults.add(
                "maximum",
                match bound.compare(number) {
                    Ordering::Equal => {
                        format!("numeric instance is not strictly lower than the required maximum {limit}")
                    }
                    _ => format!(
                        "numeric instance is greater than the required maximum (maximum: {limit}, found: {found})"
                    ),
                },
            );
        }
        if let Some((_, divisor)) = self.multiple_of.as_ref().filter(|_| !self.is_multiple(number)) {
            faults.add("multipleOf", format!("remainder of division is not zero ({found} / {divisor})"));
        }
    }
}

impl Bound {
    /// Whether `number` is on that side of the bound, or on a bound that is itself excluded.
    fn is_passed(&self, number: Number<'_>, side: Ordering) -> bool {
        let found = self.compare(number);
        found == side || self.exclusive && found == Ordering::Equal
    }

    /// How `number` compares with the bound.
    fn compare(&self, number: Number<'_>) -> Ordering {
        match (number.as_i64(), self.whole) {
            (Some(number), Some(bound)) => number.cmp(&bound),
            _ => Decimal::of(number.text()).cmp(&self.value),
        }
    }
}
