//! Analyzes all types: which of them are sent, which contain themselves, and how the variants of
//! unions are distinguished.

use super::api::{Api, ArgTy, Returns};
use super::types::{Id, Item, Kind, Tag, Ty, Variant};

/// Facts about each item.
pub(super) struct Facts {
    /// Items that are declared, in the order of their first use.
    pub(super) used: Vec<Id>,
    pub(super) sent: Vec<bool>,
    pub(super) received: Vec<bool>,
    /// Items of one group contain each other by value.
    group: Vec<usize>,
}

impl Facts {
    /// Analyzes all types, and decides how unions are tagged.
    pub(super) fn new(apis: &[Api], items: &mut [Item]) -> Self {
        tag(apis, items);
        let mut facts = Self {
            used: Vec::new(),
            sent: vec![false; items.len()],
            received: vec![false; items.len()],
            group: groups(items),
        };
        let mut seen = vec![false; items.len()];
        for method in apis.iter().flat_map(|api| &api.methods) {
            for arg in &method.args {
                if let ArgTy::Ty(ty) = &arg.ty {
                    reach(ty, items, &mut facts.sent);
                    list(ty, items, &mut seen, &mut facts.used);
                }
            }
            if let Some(ty) = returned(&method.returns) {
                reach(ty, items, &mut facts.received);
                list(ty, items, &mut seen, &mut facts.used);
            }
        }
        facts
    }

    /// Returns whether a value of `inner` within `outer` needs a box.
    pub(super) fn is_boxed(&self, outer: Id, inner: Id) -> bool {
        self.group[outer] == self.group[inner] && self.group[outer] != usize::MAX
    }
}

pub(super) fn returned(returns: &Returns) -> Option<&Ty> {
    match returns {
        Returns::Json(ty) | Returns::Page(ty) | Returns::JsonLines(ty) => Some(ty),
        Returns::Events(ty) => ty.as_ref(),
        _ => None,
    }
}

/// Returns the item that a type refers to, if any.
fn named(ty: &Ty) -> Option<Id> {
    match ty {
        Ty::Named(id) => Some(*id),
        Ty::List(ty) | Ty::Map(ty) | Ty::Nullable(ty) => named(ty),
        _ => None,
    }
}

fn types(kind: &Kind) -> Vec<&Ty> {
    match kind {
        Kind::Struct {
            fields,
            other,
            flattened,
        } => {
            let fields = fields.iter().map(|field| &field.ty);
            fields.chain(flattened).chain(other).collect()
        }
        Kind::Union { variants, .. } => variants.iter().map(|variant| &variant.ty).collect(),
        Kind::Newtype(ty) => vec![ty],
        Kind::Enum { .. } | Kind::Pending => Vec::new(),
    }
}

fn reach(ty: &Ty, items: &[Item], marks: &mut [bool]) {
    let mut open: Vec<Id> = named(ty).into_iter().collect();
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut marks[id], true) {
            open.extend(types(&items[id].kind).into_iter().filter_map(named));
        }
    }
}

/// Lists items, each before those that it contains.
fn list(ty: &Ty, items: &[Item], seen: &mut [bool], used: &mut Vec<Id>) {
    let mut open: Vec<Id> = named(ty).into_iter().collect();
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut seen[id], true) {
            used.push(id);
            let inner: Vec<_> = types(&items[id].kind)
                .into_iter()
                .filter_map(named)
                .collect();
            open.extend(inner.into_iter().rev());
        }
    }
}

/// Returns the item that a value of this type contains directly, not in a list or a map.
fn by_value(ty: &Ty) -> Option<Id> {
    match ty {
        Ty::Named(id) => Some(*id),
        Ty::Nullable(ty) => by_value(ty),
        _ => None,
    }
}

/// Returns the strongly connected components of items that contain each other by value;
/// `usize::MAX` for an item outside of these. Tarjan's algorithm, without recursion.
fn groups(items: &[Item]) -> Vec<usize> {
    let edges: Vec<Vec<Id>> = items
        .iter()
        .map(|item| types(&item.kind).into_iter().filter_map(by_value).collect())
        .collect();
    let mut groups = vec![usize::MAX; items.len()];
    let mut index: Vec<Option<usize>> = vec![None; items.len()];
    let mut low = vec![0; items.len()];
    let mut on_stack = vec![false; items.len()];
    let mut stack = Vec::new();
    let mut next = 0;
    for start in 0..items.len() {
        if index[start].is_some() {
            continue;
        }
        let mut calls = vec![(start, 0)];
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                index[node] = Some(next);
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            } else {
                let before = edges[node][edge - 1];
                low[node] = low[node].min(low[before]);
            }
            let mut descended = false;
            for (position, &target) in edges[node].iter().enumerate().skip(edge) {
                match index[target] {
                    None => {
                        calls.push((node, position + 1));
                        calls.push((target, 0));
                        descended = true;
                        break;
                    }
                    Some(target_index) if on_stack[target] => {
                        low[node] = low[node].min(target_index);
                    }
                    Some(_) => {}
                }
            }
            if descended || index[node] != Some(low[node]) {
                continue;
            }
            let position = stack.iter().rposition(|&other| other == node).unwrap_or(0);
            let members: Vec<_> = stack.drain(position..).collect();
            for &member in &members {
                on_stack[member] = false;
            }
            if members.len() > 1 || edges[node].contains(&node) {
                for member in members {
                    groups[member] = node;
                }
            }
        }
    }
    groups
}

/// Decides for each union whether a member distinguishes its variants. That member is removed from
/// the variants, so they must only be used in the union.
fn tag(apis: &[Api], items: &mut [Item]) {
    let mut uses = vec![0_usize; items.len()];
    let mut count = |ty: &Ty| {
        if let Some(id) = named(ty) {
            uses[id] += 1;
        }
    };
    for item in items.iter() {
        types(&item.kind).into_iter().for_each(&mut count);
    }
    for method in apis.iter().flat_map(|api| &api.methods) {
        for arg in &method.args {
            if let ArgTy::Ty(ty) = &arg.ty {
                count(ty);
            }
        }
        if let Some(ty) = returned(&method.returns) {
            count(ty);
        }
    }
    for id in 0..items.len() {
        let Kind::Union { variants, tag } = &items[id].kind else {
            continue;
        };
        let Tag::Wanted(wanted) = tag else { continue };
        let found = member_of(variants, wanted.as_deref(), items, &uses);
        let Some((member, values)) = found else {
            let todo = wanted
                .as_ref()
                .map(|wanted| format!("that `{wanted}` says which of the variants it is"));
            items[id].todos.extend(todo);
            if let Kind::Union { tag, .. } = &mut items[id].kind {
                *tag = Tag::Untagged;
            }
            continue;
        };
        let ids: Vec<Id> = variants
            .iter()
            .filter_map(|variant| by_value(&variant.ty))
            .collect();
        for id in ids {
            if let Kind::Struct { fields, .. } = &mut items[id].kind {
                fields.retain(|field| field.wire != member);
            }
        }
        if let Kind::Union { variants, tag } = &mut items[id].kind {
            for (variant, values) in variants.iter_mut().zip(values) {
                variant.values = values;
            }
            *tag = Tag::Member(member);
        }
    }
    // Untagged unions are tried in order, the most specific variant first.
    for id in 0..items.len() {
        let order = match &items[id].kind {
            Kind::Union {
                tag: Tag::Untagged, ..
            } => specificity(id, items),
            _ => continue,
        };
        if let Kind::Union { variants, .. } = &mut items[id].kind {
            sort(variants, &order);
        }
    }
}

/// Returns the member, and its values for each variant.
fn member_of(
    variants: &[Variant],
    wanted: Option<&str>,
    items: &[Item],
    uses: &[usize],
) -> Option<(String, Vec<Vec<String>>)> {
    let mut structs = Vec::new();
    for variant in variants {
        let Ty::Named(id) = variant.ty else {
            return None;
        };
        let Kind::Struct {
            fields, flattened, ..
        } = &items[id].kind
        else {
            return None;
        };
        if uses[id] != 1 || !flattened.is_empty() {
            return None;
        }
        structs.push(fields);
    }
    let constants = |member: &str| {
        let values = structs.iter().map(|fields| {
            let field = fields.iter().find(|field| field.wire == member)?;
            field.constant.clone().map(|value| vec![value])
        });
        values.collect::<Option<Vec<_>>>()
    };
    let distinct = |values: &[Vec<String>]| {
        let mut all: Vec<_> = values.iter().flatten().collect();
        let count = all.len();
        all.sort();
        all.dedup();
        all.len() == count && values.iter().all(|values| !values.is_empty())
    };
    let found = match wanted {
        Some(member) => {
            let named: Vec<_> = variants
                .iter()
                .map(|variant| variant.values.clone())
                .collect();
            let values = constants(member).unwrap_or(named);
            (member.to_owned(), values)
        }
        None => {
            let first = structs.first()?;
            let mut members = first.iter().filter(|field| field.constant.is_some());
            members.find_map(|field| {
                let values = constants(&field.wire)?;
                distinct(&values).then(|| (field.wire.clone(), values))
            })?
        }
    };
    distinct(&found.1).then_some(found)
}

/// Returns how specific each variant is.
fn specificity(id: Id, items: &[Item]) -> Vec<i32> {
    let Kind::Union { variants, .. } = &items[id].kind else {
        return Vec::new();
    };
    variants
        .iter()
        .map(|variant| weight(&variant.ty, items))
        .collect()
}

fn weight(ty: &Ty, items: &[Item]) -> i32 {
    match ty {
        Ty::Named(id) => match &items[*id].kind {
            Kind::Struct { fields, .. } => {
                let required = fields.iter().filter(|field| field.required).count();
                match i32::try_from(required).unwrap_or(i32::MAX) {
                    // Any object matches.
                    0 => 1,
                    required => 100_i32.saturating_add(required),
                }
            }
            Kind::Enum { .. } => 20,
            _ => 50,
        },
        Ty::List(item) => weight(item, items).min(60) + 1,
        Ty::Plain("bool") => 90,
        Ty::Plain("String") => 10,
        Ty::Plain("f64") => 80,
        Ty::Plain(_) => 85,
        Ty::Time => 30,
        Ty::Map(_) => 2,
        _ => 0,
    }
}

/// Sorts variants, the most specific first, because the first match wins.
fn sort(variants: &mut Vec<Variant>, weights: &[i32]) {
    let mut both: Vec<_> = std::mem::take(variants)
        .into_iter()
        .enumerate()
        .map(|(index, variant)| (weights.get(index).copied().unwrap_or(0), variant))
        .collect();
    both.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    *variants = both.into_iter().map(|(_, variant)| variant).collect();
}
