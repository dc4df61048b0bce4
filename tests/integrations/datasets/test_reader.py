"""Every line is a row or a problem with its line, field and reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.datasets.reader import DataSet, DataSetError
from integrations.datasets.rows import RowProblem
from tests.integrations.datasets.files import LEADS, event, write_set


def problems(rows: object) -> list[RowProblem]:
    # Only row problems come out of a bad file.
    return [row for row in rows if isinstance(row, RowProblem)]  # type: ignore[attr-defined]


def test_leads_are_typed(tmp_path: Path) -> None:
    ann, bo, cy = DataSet(write_set(tmp_path)).leads()
    assert not isinstance(ann, RowProblem)
    assert ann.attributes == {
        "plan": "pro",
        "seats": 3,
        "zip": "01234",
        "email": "ann@acme.example",
    }
    assert ann.account == {
        "domain": "acme.example",
        "employees": 120,
        "technologies": ["Salesforce", "Slack"],
    }
    assert not isinstance(bo, RowProblem)
    assert bo.attributes["plan"] == "NA"  # a value, not a gap
    assert "seats" not in bo.attributes
    assert bo.created_at == datetime(2026, 1, 2, 8, tzinfo=UTC)
    assert not isinstance(cy, RowProblem)
    assert cy.account == {}


def test_a_column_with_one_word_is_text(tmp_path: Path) -> None:
    leads = "external_id,score,created_at\na,1,2026-01-01T00:00:00Z\nb,NA,2026-01-01T00:00:00Z\n"
    first, _ = DataSet(write_set(tmp_path, leads=leads)).leads()
    assert not isinstance(first, RowProblem)
    assert first.attributes == {"score": "1"}


def test_plain_and_packed_files_read_alike(tmp_path: Path) -> None:
    plain = DataSet(write_set(tmp_path / "plain"))
    packed = DataSet(write_set(tmp_path / "packed", packed=("leads.csv", "events.jsonl")))
    assert list(plain.leads()) == list(packed.leads())
    assert list(plain.events(None)) == list(packed.events(None))


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        pytest.param(",x,2026-01-01T00:00:00Z", "external_id", "missing", id="no id"),
        pytest.param("a,x,", "created_at", "missing", id="no time"),
        pytest.param("a,x,yesterday", "created_at", "not an ISO 8601 time", id="no such time"),
        pytest.param("a,x,2026-01-01T00:00:00", "created_at", "has no time zone", id="no zone"),
        pytest.param("a,x,1999-01-01T00:00:00Z", "created_at", "years 2000", id="too early"),
        pytest.param("a,x", "", "not 3 columns", id="too short"),
        pytest.param("a,x,2026-01-01T00:00:00Z,y", "", "not 3 columns", id="too long"),
        pytest.param("ok,x,2026-01-01T00:00:00Z", "external_id", "earlier line", id="named before"),
        pytest.param(f"a,{'x' * 201},2026-01-01T00:00:00Z", "name", "longer than 200", id="long"),
    ],
)
def test_bad_lead_lines(tmp_path: Path, line: str, field: str, reason: str) -> None:
    leads = f"external_id,name,created_at\nok,x,2026-01-01T00:00:00Z\n{line}\n"
    data = DataSet(write_set(tmp_path, leads=leads))
    rows = list(data.leads())
    assert len(rows) == 2
    (problem,) = problems(rows)
    assert (problem.file, problem.line, problem.field) == ("leads.csv", 3, field)
    assert reason in problem.reason


def test_an_account_needs_a_name(tmp_path: Path) -> None:
    leads = "external_id,account.employees,created_at\na,5,2026-01-01T00:00:00Z\n"
    (problem,) = problems(DataSet(write_set(tmp_path, leads=leads)).leads())
    assert problem.field == "account.domain"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        pytest.param("{broken", "", id="no JSON"),
        pytest.param("[1]", "", id="no object"),
        pytest.param(event(1, "u1", "nonsense"), "timestamp", id="bad time"),
        pytest.param(event(1, "", "2026-01-01T00:00:00Z"), "userId", id="nobody"),
        pytest.param(event(1, "u9", "2026-01-01T00:00:00Z"), "userId", id="a stranger"),
        pytest.param(event(1, "u1", "2026-01-01T00:00:00Z", event=""), "event", id="no name"),
        pytest.param(event(1, "u1", "2026-01-01T00:00:00Z", event=[1]), "event", id="odd name"),
        pytest.param(event(1, "u1", "2026-01-01T00:00:00Z", messageId=None), "messageId", id="id"),
        pytest.param(event(1, "u1", "2026-01-01T00:00:00Z", type="alias"), "type", id="kind"),
        pytest.param(
            event(1, "u1", "2026-01-01T00:00:00Z", properties=[1]), "properties", id="properties"
        ),
        pytest.param(
            event(1, "u1", "2026-01-01T00:00:00Z", properties={"x": "a\0b"}), "properties", id="NUL"
        ),
    ],
)
def test_bad_event_lines(tmp_path: Path, line: object, field: str) -> None:
    good = event(2, "u1", "2026-01-01T00:00:00Z")
    # Raw lines may stand among the rows.
    data = DataSet(write_set(tmp_path, events=[line, "", good]))  # type: ignore[list-item]
    problem, row = data.events({"u1"})
    assert isinstance(problem, RowProblem)
    assert (problem.line, problem.field) == (1, field)
    assert not isinstance(row, RowProblem)
    assert row.message_id == "m2"


def test_bad_outcome_and_snapshot_lines(tmp_path: Path) -> None:
    data = DataSet(
        write_set(
            tmp_path,
            outcomes="external_id,outcome,occurred_at\nu1,married,2026-01-01T00:00:00Z\n",
            snapshot="external_id,snapshot_at,label\nu1,2026-01-01T00:00:00Z,yes\n",
        )
    )
    (outcome,) = problems(data.outcomes({"u1"}))
    (question,) = problems(data.snapshot())
    assert (outcome.field, question.field) == ("outcome", "label")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    data = DataSet(write_set(tmp_path, leads=LEADS.replace("created_at", "born_at")))
    with pytest.raises(DataSetError, match=r"leads\.csv has no column 'created_at'"):
        list(data.leads())


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="is not a directory"):
        DataSet(tmp_path / "nowhere")
    data = DataSet(tmp_path)
    with pytest.raises(DataSetError, match=r"no leads\.csv and no leads\.csv\.gz"):
        list(data.leads())
    assert list(data.outcomes(set())) == []


def test_a_torn_archive_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path, packed=("events.jsonl",))
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataSetError, match=r"events\.jsonl\.gz cannot be read"):
        list(DataSet(tmp_path).events(None))
