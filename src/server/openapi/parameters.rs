//! What the addresses and queries of the API say, as its description shows it; `api/params.rs` reads them.

use utoipa::openapi::schema::{Array, Object, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use super::shapes::AdwIdShape;
use crate::api::export;
use domain::event;
use domain::level::Level;
use ui::theme::Theme;

/// The filters for the events of a workflow.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// Only events after this seq.
    #[param(maximum = 9_007_199_254_740_991_u64)]
    after: Option<u64>,
    /// Only events before this seq.
    #[param(maximum = 9_007_199_254_740_991_u64)]
    before: Option<u64>,
    /// Only events of these kinds.
    #[param(required = false, schema_with = kinds)]
    kind: Option<Vec<String>>,
    /// Only events of these agents.
    agent: Option<Vec<String>>,
    /// Only events of these levels.
    #[param(required = false, schema_with = levels)]
    level: Option<Vec<String>>,
    /// Only events that contain this text, ignoring case.
    q: Option<String>,
}

/// Which types the plain feed of the socket has.
#[derive(ToSchema)]
#[schema(as = Types)]
#[schema(rename_all = "snake_case")]
pub enum TypesShape {
    Current,
    Older,
}

/// What the plain feed of the socket has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfFeed {
    /// The types that the plain feed contains; both if absent.
    #[param(inline)]
    types: Option<TypesShape>,
}

/// The choice of a theme.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfTheme {
    #[param(schema_with = themes)]
    choice: String,
}

/// Where to go after it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Back {
    /// A path on this server; `/` if absent.
    back: Option<String>,
}

/// How many at most.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Limit {
    /// The number of events in the page; 200 if absent. With only `before`, or neither, you get the newest.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u64>,
}

/// How many at most.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchLimit {
    /// The number of seqs returned; 1,000 if absent.
    #[param(minimum = 1, maximum = 10_000)]
    limit: Option<u64>,
}

/// Which picture.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfPicture {
    /// The name of the picture, from the `media` of an event.
    #[param(
        example = "e124007e0371a272f11e7fbc2414aff5a1095f3a46ad29771ea1bf3f8a5b07ca.png",
        pattern = r"^[0-9a-f]{64}\.(png|jpg|gif|webp)$"
    )]
    name: String,
}

/// The format of an export.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatShape {
    /// `ndjson` if absent.
    #[param(required = false, schema_with = formats)]
    format: Option<String>,
}

fn kinds() -> Array {
    Array::new(one_of(event::Kind::ALL.map(event::Kind::name)))
}

fn levels() -> Array {
    Array::new(one_of(Level::ALL.map(Level::name)))
}

fn themes() -> Object {
    let mut names = Theme::ALL.map(Theme::name);
    names.sort_unstable();
    one_of(names)
}

fn formats() -> Object {
    one_of(export::Format::ALL.map(export::Format::name))
}

fn one_of<const N: usize>(words: [&'static str; N]) -> Object {
    let builder = ObjectBuilder::new().schema_type(Type::String);
    builder.enum_values(Some(words)).build()
}

/// Which workflow.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfWorkflow {
    /// The workflow.
    #[param(inline)]
    adw_id: AdwIdShape,
}

/// Which event of which workflow.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfEvent {
    /// The workflow.
    #[param(inline)]
    adw_id: AdwIdShape,
    /// The number of the event.
    #[param(example = 1, minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    seq: u64,
}
