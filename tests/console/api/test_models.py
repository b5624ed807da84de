"""The models are what the rows are."""

import pytest
from pydantic import ValidationError

from searoom.console.api import models, rows


def test_rows_fit_their_models(view):
    """Each row fits its model to the letter, so that the document says what is answered."""
    models.Status.model_validate(rows.status(view))
    models.Record.model_validate(rows.record(view))
    for line in rows.lines(view):
        models.Line.model_validate(line)
    for due in rows.dues(view, "ja"):
        models.Due.model_validate(due)


def test_a_field_that_nobody_described_is_refused(view):
    """A row with one more field than its model is a fault of ours, and is found here."""
    with pytest.raises(ValidationError):
        models.Record.model_validate({**rows.record(view), "more": 1})


def test_every_number_of_a_quantity_has_its_unit():
    """A float whose name does not end in its unit is not told."""
    units = ("_m", "_mps", "_deg", "_s")
    floats = [
        (model.__name__, name)
        for model in models.Model.__subclasses__()
        for name, field in model.model_fields.items()
        if field.annotation in (float, float | None)
    ]

    assert [] == [row for row in floats if not row[1].endswith(units)]
    assert len(floats) > 10
