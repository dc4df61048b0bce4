from django.contrib.postgres.fields import ArrayField
from django.db import models

from leads.models.job import Job, JobQuerySet
from leads.moments import moment_words


class RemapJobQuerySet(JobQuerySet["RemapJob"]):
    def next(self) -> "RemapJobQuerySet":
        """The one whose turn it is: two that change the same hits would undo each other."""
        return self.filter(pk__in=self.running().values("pk")[:1])


class RemapJob(Job):
    """Past events are looked at anew with the mappings of some signals as they are now.

    Goes by event id from ``after`` to ``upto``, which is settled once every transaction that may
    have read the mappings of before (``waits_for``) has ended: later events meet those of now.
    """

    signal_ids = ArrayField(models.BigIntegerField())
    waits_for = ArrayField(models.CharField(max_length=40), null=True)
    after = models.BigIntegerField(default=0)
    upto = models.BigIntegerField(null=True)
    added = models.BigIntegerField("hits added", default=0)
    removed = models.BigIntegerField("hits removed", default=0)
    altered = models.BigIntegerField(
        "hits altered", default=0, help_text="Hits that got another value or session."
    )

    objects = RemapJobQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = "remapping"

    def __str__(self) -> str:
        return f"Remapping of {moment_words(self.started_at)}"

    @property
    def result(self) -> str:
        """What it came to, in words."""
        if not (self.added or self.removed or self.altered):
            return "No hit changed" if not self.is_running else "No hit changed so far"
        counts = ((self.added, "added"), (self.removed, "removed"), (self.altered, "altered"))
        return "Hits: " + ", ".join(f"{count:,} {word}" for count, word in counts if count)
