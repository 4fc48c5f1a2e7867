//! Whether a condition holds for a value.

use json::{Kind, Node};

use super::{
    Found, Matches,
    ast::{Filter, Operand},
    compare::{self, Side},
    search::{self, Searched, visit},
};

/// Whether `filter` holds for `node`.
pub(super) fn holds<'d>(filter: &Filter, node: Node<'d>, root: Node<'d>, visits: &mut usize) -> Searched<bool> {
    visit(visits, 1)?;
    match filter {
        Filter::Any(filters) => {
            for filter in filters {
                if holds(filter, node, root, visits)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Filter::All(filters) => {
            for filter in filters {
                if !holds(filter, node, root, visits)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Filter::Not(inner) => Ok(!holds(inner, node, root, visits)?),
        Filter::Exists(operand) => Ok(match side(operand, node, root, visits)? {
            Side::Missing => false,
            Side::Many(found) => !found.is_empty(),
            Side::Literal(literal) => compare::is_true(literal),
            _ => true,
        }),
        Filter::Compare(left, comparison, right) => {
            let left = side(left, node, root, visits)?;
            let right = side(right, node, root, visits)?;
            visit(visits, left.weight() / 8 + right.weight() / 8)?;
            Ok(compare::holds(&left, *comparison, &right))
        }
    }
}

/// A side of a comparison as it is for `node`.
fn side<'f, 'd>(operand: &'f Operand, node: Node<'d>, root: Node<'d>, visits: &mut usize) -> Searched<Side<'f, 'd>> {
    let (from_root, tokens) = match operand {
        Operand::Literal(literal) => return Ok(Side::Literal(literal)),
        Operand::Path { from_root, tokens } => (*from_root, tokens),
    };
    let start = if from_root { root } else { node };
    Ok(match search::search(tokens, start, root, visits)? {
        Matches::Definite(None) => Side::Missing,
        Matches::Definite(Some(Found::Node(node))) if node.kind() == Kind::Array => {
            Side::Many(node.items().map(Found::Node).collect())
        }
        Matches::Definite(Some(Found::List(items))) => Side::Many(items),
        Matches::Definite(Some(found)) => Side::One(found),
        Matches::Indefinite(found) => Side::Many(found),
    })
}
