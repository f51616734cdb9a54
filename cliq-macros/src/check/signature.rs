//! What a method's signature must not have.

use quote::ToTokens;
use syn::{GenericParam, ReceiverKind, Safety};

use crate::errors::Sink;
use crate::parse::Method;
use crate::problem::Problem;

/// Reports what no method of the trait can have, endpoint or not.
pub(super) fn qualifiers(method: &Method<'_>) {
    let errors = method.errors;
    if !method.vis.is_empty() {
        errors.push(&method.vis, &Problem::Visibility);
    }
    if let Some(token) = &method.default {
        errors.push(token, &Problem::DefaultMethod);
    }
}

/// Reports what an endpoint can't have.
pub(super) fn check(method: &Method<'_>) {
    fn refuse(at: Option<&impl ToTokens>, problem: &Problem, errors: Sink<'_>) {
        if let Some(at) = at {
            errors.push(at, problem);
        }
    }
    let (errors, sig) = (method.errors, &method.sig);
    let safety = Some(&sig.safety).filter(|safety| !matches!(safety, Safety::Default));
    for again in &method.repeated {
        errors.push(again, &Problem::EndpointTwice);
    }
    if let Some(body) = method.body.as_ref().filter(|_| method.endpoint.is_some()) {
        errors.push(body, &Problem::MethodBody);
    }
    refuse(sig.constness.as_ref(), &Problem::ConstMethod, errors);
    refuse(sig.asyncness.as_ref(), &Problem::AsyncMethod, errors);
    refuse(safety, &Problem::UnsafeMethod, errors);
    refuse(sig.abi.as_ref(), &Problem::ExternMethod, errors);
    let params = &sig.generics.params;
    if !params.is_empty() {
        let is_lifetime = |param: &GenericParam| matches!(param, GenericParam::Lifetime(_));
        let problem = if params.iter().all(is_lifetime) {
            Problem::MethodLifetimes
        } else {
            Problem::MethodGenerics
        };
        errors.push(&sig.generics, &problem);
    }
    refuse(
        sig.generics.where_clause.as_ref(),
        &Problem::MethodWhere,
        errors,
    );
    refuse(sig.variadic.as_ref(), &Problem::VariadicMethod, errors);
    receiver(method);
}

fn receiver(method: &Method<'_>) {
    let errors = method.errors;
    let Some(this) = &method.receiver else {
        let at = match (method.args.first(), method.half_typed) {
            (Some(arg), false) => arg.ident.to_token_stream(),
            _ => method.sig.ident.to_token_stream(),
        };
        errors.push(at, &Problem::NoSelf);
        return;
    };
    let problem = match &this.kind {
        ReceiverKind::Reference(_, None, None) => return,
        ReceiverKind::Reference(_, _, Some(_)) => Problem::SelfMut,
        // A lifetime that is used was declared, and that is reported.
        ReceiverKind::Reference(_, Some(_), _) if !method.sig.generics.params.is_empty() => return,
        ReceiverKind::Reference(_, Some(_), _) => Problem::MethodLifetimes,
        ReceiverKind::Value => Problem::SelfByValue,
        _ => Problem::SelfTyped,
    };
    errors.push(this, &problem);
}
