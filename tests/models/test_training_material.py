"""What a training learns from beside the user's rows, and under which licences."""

import dataclasses

import pytest

from models.training import material, starts
from models.training.data import Row
from umot.errors import Fatal


@pytest.fixture
def start(tiny_weights):
    return starts.FromWeights.of(tiny_weights)


def test_licences_go_along_with_the_weights(start):
    described = dataclasses.replace(
        start.described,
        notes={
            "sets": {"posts.csv": {"rows": 3, "licence": "yours"}},
            "start": {"name": "b", "sets": {"mabsa_nl": {"rows": 9, "licence": "unclear"}}},
        },
    )
    assert starts.licences(described) == {"posts.csv": "yours", "mabsa_nl": "unclear"}
    starts.check_licences(described, [])
    starts.check_licences(described, ["ok", "unclear"])
    with pytest.raises(Fatal, match="made of mabsa_nl too, which --licence ok does not allow"):
        starts.check_licences(described, ["ok"])
    with pytest.raises(Fatal, match="do not say their sets"):
        starts.check_licences(start.described, ["ok"])


def test_own_posts_are_mixed_in_and_others_set_the_temperature():
    rows = [Row(f"Bericht {n}", n % 3, "nl", "posts.csv") for n in range(60)]
    found = material.from_rows(rows)
    own = [row for row in found.rows if row.source == "own"]
    assert len(own) == material.OURS_LEAST
    assert {row.language for row in own} >= {"nl", "en", "de", "fr", "es", "it", "pt"}
    assert len(found.rows) - len(own) + len(found.held) == 60
    assert not found.calibrates
    assert not {row.text for row in found.rows} & {row.text for row in found.labelled}
    assert len(found.corpus) <= material.TEXTS
    many = material.from_rows(
        [dataclasses.replace(row, text=f"{row.text} {n}") for n in range(60) for row in rows]
    )
    own = sum(row.source == "own" for row in many.rows)
    assert own == (len(many.rows) - own) // material.OURS_FOR
    assert many.calibrates
    assert many.labelled == many.held
