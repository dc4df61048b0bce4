from config.celery import app


def test_every_task_of_the_schedule_is_one_that_workers_know() -> None:
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted <= set(app.tasks)
