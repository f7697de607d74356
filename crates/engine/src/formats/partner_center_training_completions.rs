//! `partner-center-training-completions`: the download of trainings, exams and certifications of Partner Center. It names certificates by title, and the
//! partner of a person without the day of the link, which is taken to be that of the first certificate.

use std::collections::{BTreeMap, HashMap};

use domain::amount::Amount;
use domain::facts::{Certification, Person};
use domain::names::Name;
use domain::rulebook::imports::{Properties, Verdict};
use domain::rulebook::{ImportRules, Rulebook};
use domain::time::Day;

use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::{Context, Intake};
use crate::suggestions::Suggestion;

const TABLE: &str = "certifications";

// Partner Center documentation: insights data definitions, trainings, exams and certifications.
fields! {
    Title: need ["TrainingTitle"];
    Kind: need ["TrainingType"];
    Completed: need ["TrainingCompletionDate"];
    Partner: need ["PartnerID", "MpnId"];
    Learner: may ["MCPID"];
    CorpEmail: may ["CorpEmail"];
    Email: may ["Email"];
    Expires: may ["ExpirationDate"];
    FirstName: may ["IndividualFirstName"];
    LastName: may ["IndividualLastName"];
}

/// The training download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the report on trainings, exams and certifications with all columns",
    open: |context| Box::new(Trainings::new(context)),
};

struct Trainings<'c> {
    rules: &'c ImportRules,
    by_title: HashMap<String, Vec<Name>>,
    codes: Vec<&'c Name>,
    /// Since when each person belongs to each partner, with the line and the name.
    people: BTreeMap<(Name, Name), (Day, u64, Option<String>)>,
}

impl<'c> Trainings<'c> {
    fn new(context: &'c Context) -> Self {
        let rulebook: &Rulebook = &context.rulebook;
        let mut by_title: HashMap<String, Vec<Name>> = HashMap::new();
        for (code, certification) in &rulebook.certifications {
            by_title.entry(plain(&certification.title)).or_default().push(code.clone());
        }
        let rules = context.rules("partner-center-training-completions");
        Self { rules, by_title, codes: rulebook.certifications.keys().collect(), people: BTreeMap::new() }
    }

    /// The codes that a title stands for: one that it contains, or those of the certification with that title.
    fn codes_of(&self, title: &str) -> Vec<Name> {
        let lower = title.to_ascii_lowercase();
        let words: Vec<&str> = lower.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').collect();
        let named = self.codes.iter().find(|code| words.contains(&code.as_str()));
        named.map(|code| vec![(*code).clone()]).or_else(|| self.by_title.get(&plain(title)).cloned()).unwrap_or_default()
    }
}

impl Rows for Trainings<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let codes = self.codes_of(cells.need(Column::Title)?);
        let properties = Properties {
            training_type: cells.text_or_blank(Column::Kind),
            certification: codes.first().map_or("", Name::as_str),
            ..Properties::default()
        };
        let rule = self.rules.judge(&properties).expect("the last rule of a format fits every row");
        if rule.verdict == Verdict::Ignored {
            intake.ignore(cells.line, TABLE, &rule.rule, Amount::ZERO);
            return Ok(());
        }
        let person_id = [Column::Learner, Column::CorpEmail, Column::Email].into_iter().find_map(|column| cells.name_if_any(column));
        let person_id = person_id.ok_or_else(|| {
            Refused::new("blank-cell", Column::Learner, "the row names nobody", "fill in `MCPID`, or an address in `CorpEmail` or `Email`")
        })?;
        let (earned_on, partner_id) = (cells.day(Column::Completed)?, cells.name(Column::Partner)?);
        let expires_on = cells.day_if_any(Column::Expires)?;
        for certification in codes {
            intake.accept(cells.line, Certification { person_id: person_id.clone(), certification, earned_on, expires_on });
        }
        let name = [cells.text(Column::FirstName), cells.text(Column::LastName)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = Some(name).filter(|name| !name.is_empty());
        let link = self.people.entry((person_id, partner_id)).or_insert((earned_on, cells.line, name));
        link.0 = link.0.min(earned_on);
        Ok(())
    }

    fn end(&mut self, intake: &mut Intake<'_>) {
        for ((person_id, partner_id), (linked_on, line, name)) in std::mem::take(&mut self.people) {
            intake.suggest(line, Suggestion::Person(Person { person_id, partner_id, linked_on, name, unlinked_on: None }));
        }
    }
}

/// A title as it is compared: without the vendor's prefix, what stands in brackets, and signs.
fn plain(title: &str) -> String {
    let lower = title.to_ascii_lowercase();
    let title = lower.split_once("certified:").map_or(lower.as_str(), |(_, title)| title);
    let title = title.split('(').next().unwrap_or(title);
    title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_compare_without_prefix_brackets_and_signs() {
        assert_eq!(plain("Microsoft Certified: Azure Administrator Associate"), plain("Azure Administrator Associate"));
        assert_eq!(plain("Windows Server Hybrid Administrator Associate (first exam)"), "windows server hybrid administrator associate");
        assert_eq!(
            plain("Dynamics 365 + Power Platform Solution Architect Expert"),
            "dynamics 365 power platform solution architect expert"
        );
    }
}
