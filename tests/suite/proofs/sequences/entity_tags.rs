//! The entity tags in requests.

use super::{
    check::Outcome,
    operation::{Known, Place},
    representations::{Answer, Shown, Tags},
    run::Run,
};

impl Run<'_> {
    /// The tags in a request, as header text and as the model sees them.
    pub(super) async fn tags(
        &mut self,
        place: Place,
        known: Known,
    ) -> Outcome<Option<(String, Tags)>> {
        let nonsense = || Some(("\"0-00000000\"".to_owned(), Tags::Of(Vec::new())));
        let former = |run: &Self, which: usize| {
            let id = run.family.id(place);
            let of: Vec<_> = run.seen.iter().filter(|(shown, _)| shown.body["id"] == id).collect();
            of.get(which % of.len().max(1)).map(|(shown, tag)| (shown.clone(), tag.clone()))
        };
        Ok(match known {
            Known::Nothing => None,
            Known::Any => Some(("*".to_owned(), Tags::Any)),
            Known::Nonsense => nonsense(),
            Known::Former(which) => former(self, which)
                .map_or_else(nonsense, |(shown, tag)| Some((tag, Tags::Of(vec![shown])))),
            Known::Current => self
                .current(place)
                .await?
                .map_or_else(nonsense, |(shown, tag)| Some((tag, Tags::Of(vec![shown])))),
            // Strong comparison never matches a weak tag: where it applies, the model ignores the
            // tag.
            Known::Weak => self.current(place).await?.map_or_else(nonsense, |(shown, tag)| {
                Some((format!("W/{tag}"), Tags::Of(vec![shown])))
            }),
            Known::List(which) => {
                let current = self.current(place).await?;
                let both: Vec<_> = former(self, which).into_iter().chain(current).collect();
                let (shown, tags): (Vec<_>, Vec<_>) = both.into_iter().unzip();
                Some((format!("\"x,y\", {}", tags.join(" ,")), Tags::Of(shown)))
            }
        })
    }

    /// The current representation and its tag, from a GET.
    async fn current(&mut self, place: Place) -> Outcome<Option<(Shown, String)>> {
        let reply = self.fixture.app.get(self.family.id(place)).by("reader").send().await;
        let expected = self.family.model.get(place, None, self.now);
        self.check(&reply, &expected)?;
        Ok(match expected {
            Answer::Status(shown) => Some((shown, reply.header("etag").to_owned())),
            _ => None,
        })
    }
}
