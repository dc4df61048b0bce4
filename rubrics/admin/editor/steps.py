"""A draft's way to everybody's scores: what comes next on its page."""

from dataclasses import dataclass

from rubrics.admin.editor.page import Page


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Without ``url`` it is the page itself."""

    title: str
    says: str
    url: str = ""


# Steps that are actions of the version's page, in their order, by the action's name.
ACTIONS = {
    "preview": ("Preview", "on all leads, before anyone is affected"),
    "approval": ("Approve", "somebody else signs"),
    "publish": ("Publish", "scores from then on"),
}


def steps_of(page: Page, offered: dict[str, str]) -> list[Step]:
    """The steps of a draft; a version that was published has none.

    Args:
        offered: the page's actions, by name, and their addresses.
    """
    if not page.version.is_editable:
        return []
    missing = len(page.problems)
    says = "complete" if not missing else f"{missing} to mend"
    steps = [Step("Edit", says), Step("Test", "one lead, line by line", "#tester")]
    steps += [
        Step(title, says, offered[name])
        for name, (title, says) in ACTIONS.items()
        if name in offered
    ]
    return steps
