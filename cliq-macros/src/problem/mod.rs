//! Everything that can be wrong with a declaration, and the words for it: what is wrong, and how to
//! mend it.
//!
//! The one place where messages are written, in `words` and, for what is wrong inside a path, in
//! `malformed`. Each names the method (the caller adds it), the offending thing as written, and a
//! way out.

mod malformed;
mod words;

use crate::text::path::Malformed;

/// One misuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    // The attributes themselves.
    NotATrait,
    NotAMethod,
    OutsideEndpoints,
    EndpointsTwice,
    EndpointTwice,
    EndpointBehindCfgAttr,
    EndpointArgsMissing,
    EndpointNeedsMethod {
        found: String,
    },
    UnknownHttpMethod {
        found: String,
    },
    PathMissing {
        found: String,
    },
    UnknownKey {
        key: String,
        on: &'static str,
        valid: &'static [&'static str],
    },
    RepeatedKey {
        key: String,
    },
    KeyNeedsValue {
        key: String,
        example: &'static str,
    },
    KeyTakesNoValue {
        key: String,
    },
    KeyWithParentheses {
        key: String,
        value: String,
    },
    KeyMissing {
        key: &'static str,
        found: String,
    },
    ColonForEquals,
    CommaForEquals {
        key: String,
        value: String,
    },
    BadValue {
        key: String,
        expected: &'static str,
        found: String,
    },
    NotAString {
        key: String,
        example: &'static str,
        found: String,
    },
    BadPath {
        what: &'static str,
        malformed: Malformed,
    },
    BadLimit {
        found: String,
    },
    BadTime {
        key: &'static str,
        found: String,
    },
    BadScope {
        found: String,
    },
    BadScopePrefix {
        found: String,
    },
    ScopeHasPrefix {
        found: String,
        prefix: String,
    },
    NoScopes {
        rule: String,
    },
    BadResponse {
        key: &'static str,
        found: String,
    },
    LockWithoutLimit,
    LockWithLimitNone,
    ResponseWithPage,
    ResponseUnread {
        decode: &'static str,
    },
    AnswerOfHead,
    TokenInItems,
    BuilderIsType {
        name: String,
    },
    FormWithoutFields,
    FormWithBody,
    UnexpectedTokens {
        found: String,
    },
    CommaBehindMethod,
    // The trait.
    TraitGenerics,
    TraitWhere,
    TraitUnsafe,
    TraitAuto,
    TraitSupertraits,
    AssociatedType,
    AssociatedConst,
    MacroInTrait,
    UnreadableMember,
    UnreadableAttribute,
    EndpointMisspelt {
        found: String,
    },
    AsyncTrait,
    ReturnArrow,
    MethodWithoutEndpoint,
    // The method.
    MethodBody,
    MethodGenerics,
    MethodLifetimes,
    MethodWhere,
    AsyncMethod,
    ConstMethod,
    DefaultMethod,
    UnsafeMethod,
    ExternMethod,
    Visibility,
    NoSelf,
    SelfByValue,
    SelfMut,
    SelfTyped,
    ReservedMethod {
        name: String,
        why: &'static str,
    },
    RepeatedMethod {
        name: String,
    },
    SameBuilder {
        name: String,
        other: String,
        builder: String,
    },
    // Arguments.
    ArgWithoutType,
    ArgPattern,
    ArgReserved {
        name: String,
        place: &'static str,
    },
    ArgCfg,
    ArgAttributeUnknown {
        name: String,
    },
    ArgAttributeTwice {
        first: String,
        second: String,
    },
    ArgFormAttribute {
        name: String,
        expected: &'static str,
    },
    ArgOptionUnknown {
        place: &'static str,
        found: String,
        valid: &'static [&'static str],
    },
    ArgNameNotAllowed {
        what: &'static str,
    },
    ArgNameKey {
        place: &'static str,
        name: String,
    },
    ArgWithoutPlace {
        name: String,
        placeholder: Option<String>,
        body_allowed: bool,
    },
    ArgRepeated {
        name: String,
    },
    PlaceholderUnfilled {
        placeholder: String,
        argument: String,
    },
    UnknownPlaceholder {
        name: String,
        placeholders: Vec<String>,
    },
    PlaceholderTaken {
        placeholder: String,
        by: String,
    },
    PlaceholderArgElsewhere {
        placeholder: String,
        place: &'static str,
    },
    OptionInPath,
    ListInPath,
    ListInHeader,
    NotPlain {
        place: &'static str,
    },
    CsvNeedsList,
    FlattenList,
    FlattenPlain,
    BytesType {
        found: String,
    },
    RepeatedName {
        place: &'static str,
        name: String,
        by: String,
    },
    ConstantQueryClash {
        name: String,
    },
    BadHeaderName {
        name: String,
    },
    ReservedHeader {
        name: String,
    },
    EmptyName {
        place: &'static str,
    },
    BadContentType {
        found: String,
    },
    BodyOnGet {
        method: String,
        place: &'static str,
    },
    TwoBodies,
    BodyAndFields,
    TypeReference {
        owned: Option<String>,
    },
    TypeBorrows,
    TypeUnfinished {
        name: &'static str,
    },
    TypeImpl,
    TypeDyn,
    TypeSelf,
    TypeOther {
        what: &'static str,
    },
    // The answer.
    ReturnResult {
        inner: Option<String>,
    },
    ReturnSelf,
    ReturnImpl,
    ReturnReference {
        owned: Option<String>,
    },
    ReturnBorrows,
    ReturnOther {
        what: &'static str,
    },
    ReturnOptionalPage,
    ReturnBarePage,
    PageWithoutKey,
    KeyWithoutPage,
    PageMissing {
        key: &'static str,
    },
    PageNoParam {
        param: String,
        queries: Vec<String>,
    },
    PageParamRequired {
        param: String,
    },
    PageParamShape {
        param: String,
    },
    // Between methods.
    SameShape {
        other: String,
    },
    SharesUnknown {
        other: String,
        methods: Vec<String>,
    },
    SharesSelf,
    SharesOtherShape {
        other: String,
        mine: String,
        theirs: String,
    },
    SharesWithBucket,
}

/// What is wrong, and how to mend it.
pub(crate) struct Words {
    pub(crate) what: String,
    pub(crate) help: String,
}

/// The HTTP methods that a declaration may name.
pub(crate) const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
/// The attributes of arguments.
pub(crate) const PLACES: &[&str] = &["path", "query", "header", "field", "body"];
