from config.celery import QUEUES, app
from config.embedded.run import WORKERS


def test_every_task_of_the_schedule_is_one_that_workers_know() -> None:
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted <= set(app.tasks)


def test_every_routed_task_is_one_that_workers_know_and_listen_for() -> None:
    app.loader.import_default_modules()
    assert set(app.conf.task_routes) <= set(app.tasks)
    assert {route["queue"] for route in app.conf.task_routes.values()} <= set(QUEUES)
    taken = [queue for queues in WORKERS.values() for queue in queues]
    assert sorted(taken) == sorted(QUEUES)
