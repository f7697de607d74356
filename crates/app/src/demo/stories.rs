//! The stories: one for each partner company, in the order of the cast.

mod azure;
mod business;
mod lost_credit;
mod modern_work;
mod security;
mod wrong_id;

use super::scene::Scene;

/// Tells every story.
pub fn tell(scene: &mut Scene) {
    azure::fjordlys(scene);
    azure::harrow(scene);
    azure::kestrel(scene);
    modern_work::nordvik(scene);
    modern_work::lumen(scene);
    lost_credit::tallgrass(scene);
    lost_credit::brightwater(scene);
    lost_credit::capitol(scene);
    wrong_id::ostmark(scene);
    security::vantage(scene);
    business::alder(scene);
    wrong_id::cloudharbour(scene);
    wrong_id::bystanders(scene);
}
