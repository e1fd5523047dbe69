//! All services at and below one, by the index `hierarchy`: where they are, never their status.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    ServicesTable, StoreFault, UnreadableRow, attribute::Item, keys::services,
    list_position::HierarchyKey, service_item::service_id,
};
use crate::domain::{HierarchyPath, ServiceId};

/// How often the index is queried for one subtree. A query returns 1 MB, some 8,000 entries, for 128 read units.
const MAX_QUERIES: u32 = 2;

/// A service as the index has it, which can be some moments old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HierarchyEntry {
    /// The service, unless the number in the key is no service's.
    pub id: Result<ServiceId, UnreadableRow>,
    /// Where it is; `None` if that cannot be read.
    pub path: Option<HierarchyPath>,
    /// Its name.
    pub name: Option<String>,
}

impl ServicesTable {
    /// The services at and below one, in the order of their paths, without those that are inactive. `None` if they are too
    /// many.
    ///
    /// # Errors
    /// The store failed.
    pub async fn hierarchy_entries(
        &self,
        top: &HierarchyPath,
    ) -> Result<Option<Vec<HierarchyEntry>>, StoreFault> {
        let (mut entries, mut after) = (Vec::new(), None);
        for _ in 0..MAX_QUERIES {
            let answer = self.subtree(top, after.as_ref()).send().await;
            let answer = answer.map_err(StoreFault::unavailable)?;
            let items = answer.items.unwrap_or_default();
            entries.extend(items.iter().filter(|item| !is_inactive(item)).map(entry));
            let Some(last) = answer.last_evaluated_key else { return Ok(Some(entries)) };
            let last_key = HierarchyKey::of_item(&last);
            after = Some(last_key.ok_or_else(|| UnreadableRow::of_item(&last))?);
        }
        Ok(None)
    }
}

fn entry(item: &Item) -> HierarchyEntry {
    let text = |name| item.get(name).and_then(|value| value.as_s().ok());
    HierarchyEntry {
        id: service_id(item).ok_or_else(|| UnreadableRow::of_item(item)),
        path: text(services::PATH).and_then(|path| HierarchyPath::parse(path)),
        name: text(services::NAME).cloned(),
    }
}

fn is_inactive(item: &Item) -> bool {
    item.get(services::ACTIVE).map(AttributeValue::as_bool) == Some(Ok(&false))
}
