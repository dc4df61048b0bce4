"""The reps' pages."""

from django.urls import path

from routing.views import (
    accounts,
    asking,
    availability,
    inbox,
    leads,
    pages,
    panel,
    pilots,
    previews,
    queue,
    reviews,
    saved,
    tasks,
    together,
    work,
)

app_name = "routing"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("queue/digests/<int:pk>/away/", queue.digest_away, name="digest-away"),
    path("queue/advice/<int:pk>/", queue.queue_advice, name="queue-advice"),
    path("queue/open/<int:pk>/", panel.panel, name="queue-panel"),
    path("queue/selected/<slug:verb>/", together.work_selected, name="queue-selected"),
    path("queue/undo/", together.undo_selected, name="queue-undo"),
    path("queue/views/new/", saved.view_new, name="view-new"),
    path("queue/views/<int:pk>/", saved.view_edit, name="view-edit"),
    path("queue/views/<int:pk>/delete/", saved.view_delete, name="view-delete"),
    path("queue/pulse/", queue.queue_pulse, name="queue-pulse"),
    *(
        path(f"pqls/<int:pk>/{verb}/", asking.ask, {"verb": verb}, name=f"pql-{verb}")
        for verb in asking.QUESTIONS
    ),
    path("pqls/<int:pk>/<slug:verb>/", work.work, name="pql-work"),
    path("tasks/", tasks.task_list, name="task-list"),
    path("tasks/<int:pk>/done/", tasks.task_done, name="task-done"),
    path("drafts/<int:pk>/away/", tasks.draft_away, name="draft-away"),
    path("tasks/<int:pk>/undone/", tasks.task_undone, name="task-undone"),
    path("changes/<int:pk>/undo/", work.undo, name="undo"),
    path("me/availability/", availability.availability, name="availability"),
    path("reps/<int:pk>/off/", availability.rep_off, name="rep-off"),
    path("reps/<int:pk>/back/", availability.rep_back, name="rep-back"),
    path("reps/<int:pk>/zone/", availability.rep_zone, name="rep-zone"),
    path("reps/<int:pk>/resume/", availability.rep_resume, name="rep-resume"),
    path("review/", reviews.review_list, name="review-list"),
    path("review/<int:pk>/pass/", reviews.review_pass, name="review-pass"),
    path("review/<int:pk>/dismiss/", reviews.review_dismiss, name="review-dismiss"),
    path("pilots/<int:pk>/verdict/", pilots.pilot_verdict, name="pilot-verdict"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/pulse/", inbox.inbox_pulse, name="inbox-pulse"),
    path("inbox/read/", inbox.alerts_read, name="alerts-read"),
    path("inbox/<int:pk>/open/", inbox.alert_open, name="alert-open"),
    path("inbox/<int:pk>/read/", inbox.alert_read, name="alert-read"),
    path("inbox/<int:pk>/unread/", inbox.alert_unread, name="alert-unread"),
    path("me/alerts/", inbox.alert_preferences, name="alert-preferences"),
    path("me/alerts/reset/", inbox.alert_preferences_reset, name="alert-preferences-reset"),
    path("leads/", leads.lead_list, name="lead-list"),
    path("leads/<int:pk>/", leads.lead_show, name="lead-show"),
    path("leads/<int:pk>/brief/", leads.lead_brief, name="lead-brief"),
    path("leads/<int:pk>/visit/", leads.lead_visit, name="lead-visit"),
    path("leads/<int:pk>/events/", leads.lead_events, name="lead-events"),
    path(
        "leads/<int:pk>/evidence/<int:version_pk>/<slug:key>/",
        leads.lead_evidence,
        name="lead-evidence",
    ),
    path("accounts/<int:pk>/", accounts.account_show, name="account-show"),
    path("previews/<int:pk>/reps/", previews.preview_work, name="preview-work"),
    path("help/scores/", pages.help_scores, name="help-scores"),
    path("help/keys/", pages.help_keys, name="help-keys"),
    path("help/rubrics/<int:pk>/", pages.rubric_sheet, name="rubric-sheet"),
]
