"""The view of a moment: a value that nobody changes, on which every page is drawn."""

from dataclasses import FrozenInstanceError, replace

import pytest

from searoom.account import arrange
from searoom.console.view import View
from searoom.exercise.made import AGREEMENT
from searoom.obligations import agreement as agreements
from searoom.signals import forms


def test_a_page_cannot_change_what_another_page_shows():
    """A view is a value; what is known later is another one."""
    agreement = agreements.load(AGREEMENT)
    view = View("amber", agreement, forms.load(), arrange(agreement.parties, (), {}), 1)

    with pytest.raises(FrozenInstanceError):
        view.now_us = 2
    assert (1, 2) == (view.now_us, replace(view, now_us=2).now_us)
