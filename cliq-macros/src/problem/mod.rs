//! Everything that can be wrong with a declaration, and the words for it.
//!
//! The one place where messages are written: in `words`, and in `malformed` for what is wrong
//! inside a path. They follow rustc's style: lower case, no full stop, what was found and what was
//! expected, then one line of help. The method is put in front by the error sink.

mod malformed;
mod words;

use crate::text::path::Malformed;

/// Where a key, an option or an attribute is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// `#[endpoints(…)]`.
    Endpoints,
    /// `#[endpoint(…)]`.
    Endpoint,
    /// `page(…)`.
    Page,
    /// An argument, for its attributes themselves.
    Argument,
    Path,
    Query,
    Header,
    Field,
    Body,
    Part,
}

impl On {
    /// The attributes of arguments.
    pub(crate) const PLACES: [Self; 6] = [
        Self::Path,
        Self::Query,
        Self::Header,
        Self::Field,
        Self::Body,
        Self::Part,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Endpoints => "endpoints",
            Self::Endpoint => "endpoint",
            Self::Page => "page",
            Self::Argument => "argument",
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Field => "field",
            Self::Body => "body",
            Self::Part => "part",
        }
    }
}

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
    EndpointMisspelt {
        found: String,
    },
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
    PathAsKey {
        method: String,
        found: String,
        path: Option<String>,
    },
    CommaBehindMethod,
    UnreadableAttribute,
    // Keys and options.
    UnknownKey {
        key: String,
        on: On,
        valid: Vec<&'static str>,
        /// The attribute that has such an option.
        elsewhere: Option<On>,
    },
    NameAsKey {
        on: On,
        key: String,
        name: String,
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
    BareText {
        on: On,
        found: String,
    },
    ColonForEquals,
    CommaForEquals {
        key: String,
        value: String,
    },
    MissingComma {
        found: String,
    },
    ExtraComma,
    // Values.
    NotAString {
        key: String,
        example: &'static str,
        found: String,
    },
    NotABool {
        key: String,
        found: String,
    },
    BadPath {
        what: &'static str,
        malformed: Malformed,
    },
    BadCratePath {
        found: String,
    },
    BadLimit {
        found: String,
    },
    BadTime {
        key: String,
        found: String,
    },
    NoLimits,
    LimitRepeated {
        found: String,
    },
    BadScope {
        found: String,
    },
    BadScopes {
        found: String,
    },
    BadScopePrefix {
        found: String,
    },
    NoScopes {
        rule: String,
    },
    ScopeHasPrefix {
        found: String,
        prefix: String,
    },
    BadMember {
        found: String,
    },
    EmptyKeyName {
        what: &'static str,
    },
    NotTheWord {
        key: String,
        found: String,
        expected: &'static str,
        help: &'static str,
    },
    BadSchema {
        found: String,
    },
    ConstantsNeedList {
        key: String,
    },
    BadConstant {
        key: String,
        found: String,
    },
    BadConstantHeader {
        found: String,
    },
    BadConstantField {
        found: String,
    },
    BadContentType {
        found: String,
    },
    PageNeedsList,
    // Keys beside each other, and beside the rest.
    LockWithoutLimit,
    LockWithLimitNone,
    ResponseWithPage,
    ResponseUnread {
        /// The return type; `None` where there is none.
        found: Option<&'static str>,
    },
    FormWithoutFields,
    FormWithBody,
    MultipartWithoutParts,
    MultipartWith {
        what: &'static str,
    },
    PartWithoutMultipart,
    BadKeyHeader {
        found: String,
    },
    ReservedKeyHeader {
        name: String,
    },
    KeyHeaderArgument {
        name: String,
    },
    BadNext {
        found: String,
    },
    BadFirst {
        found: String,
    },
    OptionalBodyWithoutFields,
    OptionalBodyAlwaysSet {
        by: String,
    },
    ConstantFieldWithBody,
    ConstantFieldNotAllowed {
        method: &'static str,
    },
    ConstantRepeated {
        on: On,
        name: String,
    },
    ConstantClash {
        on: On,
        name: String,
    },
    PageMissing {
        key: &'static str,
    },
    PageWithoutWay,
    PageKeysConflict {
        first: &'static str,
        second: &'static str,
    },
    PageKeyRequires {
        key: &'static str,
        other: &'static str,
    },
    InItems {
        key: &'static str,
    },
    PageNoParam {
        param: String,
        /// What it carries: `token`, `number` or `offset`.
        carries: &'static str,
        queries: Vec<String>,
    },
    PageParamRequired {
        param: String,
        carries: &'static str,
    },
    PageParamEncoding {
        param: String,
        carries: &'static str,
    },
    PageWithoutKey,
    KeyWithoutPage,
    // The trait.
    TraitGenerics,
    TraitWhere,
    TraitUnsafe,
    TraitAuto,
    TraitSupertraits,
    AsyncTrait,
    AssociatedType,
    AssociatedConst,
    MacroInTrait,
    UnreadableMember,
    // The method.
    UnreadableMethod,
    MethodWithoutEndpoint,
    MethodBody,
    MethodGenerics,
    MethodLifetimes,
    MethodWhere,
    AsyncMethod,
    ConstMethod,
    DefaultMethod,
    UnsafeMethod,
    ExternMethod,
    VariadicMethod,
    Visibility,
    NoSelf,
    SelfByValue,
    SelfMut,
    SelfTyped,
    ReturnArrow,
    ReservedMethod {
        name: String,
        of_client: bool,
    },
    RepeatedMethod {
        name: String,
    },
    SameBuilder {
        name: String,
        other: String,
        builder: String,
    },
    BuilderIsType {
        name: String,
    },
    // Arguments.
    ArgWithoutType,
    ArgPattern,
    ArgReserved {
        name: String,
        on: On,
    },
    ArgRepeated {
        name: String,
    },
    ArgCfg,
    UnknownArgAttribute {
        name: String,
    },
    ConflictingAttributes {
        first: String,
        second: String,
    },
    ArgNameMissing {
        on: On,
    },
    ArgNameBehindEquals {
        on: On,
        name: Option<String>,
    },
    ArgNameNotAllowed {
        what: &'static str,
    },
    EmptyName {
        on: On,
    },
    BadHeaderName {
        name: String,
    },
    ReservedHeader {
        name: String,
    },
    BytesAndStream,
    OptionsConflict {
        first: &'static str,
        second: &'static str,
    },
    CsvOfSegments {
        placeholder: String,
    },
    DeepScalar {
        found: String,
    },
    ContentTypeWithoutBytes,
    ArgWithoutPlace {
        name: String,
        placeholder: Option<String>,
        body_allowed: bool,
    },
    PlaceholderUnfilled {
        placeholder: String,
        argument: Option<String>,
    },
    PlaceholderUnknown {
        name: String,
        placeholders: Vec<String>,
    },
    PlaceholderTaken {
        placeholder: String,
        by: String,
    },
    PlaceholderArgElsewhere {
        placeholder: String,
        on: On,
    },
    OptionInPath,
    ListNotAllowed {
        on: On,
    },
    NotScalar {
        found: String,
    },
    CsvNeedsList {
        found: String,
    },
    NotMembers {
        on: On,
        found: String,
        is_list: bool,
    },
    NotBytes {
        found: String,
    },
    NotBody {
        found: String,
    },
    PartOfBytes {
        found: String,
    },
    RepeatedName {
        on: On,
        name: String,
    },
    ConstantQueryClash {
        name: String,
    },
    BodyNotAllowed {
        method: &'static str,
        on: On,
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
    TypeOdd {
        found: String,
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
    ReturnOdd {
        found: String,
    },
    ReturnOptional {
        name: &'static str,
        ty: String,
    },
    ReturnBarePage,
    AnswerOfHead,
}

/// What is wrong, and how to mend it.
pub(crate) struct Words {
    pub(crate) what: String,
    pub(crate) help: String,
}
