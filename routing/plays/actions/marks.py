"""What a play writes on the lead: its lifecycle stage, and a tag."""

from routing.models import LeadStage, LeadTag
from routing.models.lead_mark import Stage
from routing.plays.actions.base import Action, Doing, Params, found

MOST_LETTERS = 40


class SetStage(Action):
    """The lead's lifecycle stage: forward only, unless it may go back.

    Source: HubSpot guide, workflow 1: "Update lifecycle stage to Product Qualified Lead".
    """

    kind = "stage"
    label = "Lifecycle stage"
    fields = ("stage", "may_go_back")

    def check(self, params: Params) -> dict[str, str]:
        is_stage = params.get("stage") in Stage.values
        return found(stage=None if is_stage else "Choose a lifecycle stage.")

    def words(self, params: Params) -> str:
        back = ", also backward" if params.get("may_go_back") else ""
        return f"lifecycle stage {Stage(params['stage']).label}{back}"

    def do(self, doing: Doing, params: Params) -> str:
        stage = Stage(params["stage"])
        # The lead is locked: nobody else sets its stage meanwhile.
        before = LeadStage.objects.current([doing.lead.pk]).get(doing.lead.pk)
        if before == stage:
            return f"Lifecycle stage was {stage.label} already"
        if before is not None and before > stage and not params.get("may_go_back"):
            return f"Lifecycle stage stays {before.label}: {stage.label} would be a step back"
        LeadStage.objects.create(lead=doing.lead, stage=stage, since=doing.at, run=doing.run)
        return f"Lifecycle stage {stage.label}"


class PutTag(Action):
    """A tag on the lead."""

    kind = "tag"
    label = "Tag"
    fields = ("name",)

    def check(self, params: Params) -> dict[str, str]:
        name = str(params.get("name") or "").strip()
        is_fine = 0 < len(name) <= MOST_LETTERS
        return found(name=None if is_fine else f"Enter a tag of 1 to {MOST_LETTERS} letters.")

    def words(self, params: Params) -> str:
        return f"tag “{params['name']}”"

    def do(self, doing: Doing, params: Params) -> str:
        name = params["name"].strip()
        _, is_new = LeadTag.objects.get_or_create(
            lead=doing.lead, name=name, defaults={"run": doing.run, "at": doing.at}
        )
        return f"Tag “{name}”" if is_new else f"Tag “{name}” was there already"
