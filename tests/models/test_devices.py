import os
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from models import devices, named
from models.bundled import Bundled
from models.reader import with_scorer
from models.session import Session, cores
from umot import config, journey
from umot.errors import Fatal, UnknownName
from umot.plugins import Readings


def no_driver(monkeypatch, tmp_path):
    monkeypatch.setattr(devices, "DRIVERS", (str(tmp_path / "nvidiactl"),))
    monkeypatch.setenv("PATH", str(tmp_path))


def test_auto_is_the_cpu_where_no_driver_is_without_loading_torch(monkeypatch, tmp_path):
    no_driver(monkeypatch, tmp_path)
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would fail
    assert devices.chosen("auto") == "cpu"
    assert devices.chosen("cpu") == "cpu"


def test_a_driver_without_a_card_is_no_card(monkeypatch, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")  # a driver whose card is gone cannot be played
    no_driver(monkeypatch, tmp_path)
    (tmp_path / "nvidiactl").touch()
    assert devices.driver()
    assert devices.chosen("auto") == "cpu"


def test_the_bundled_model_takes_the_device_of_the_settings(tiny_weights):
    import torch

    assert isinstance(Bundled(path=tiny_weights, device="cpu").encoder.backend, Session)
    with pytest.raises(UnknownName, match="unknown device 'tpu'; valid: auto, cpu, cuda"):
        Bundled(path=tiny_weights, device="tpu")
    if not torch.cuda.is_available():
        with pytest.raises(Fatal, match=r"model\.device is cuda, but torch sees no CUDA device"):
            Bundled(path=tiny_weights, device="cuda")


def test_on_a_card_it_reads_what_it_reads_on_the_cpu(tiny_weights):
    import numpy as np
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")  # both are to be real
    texts = ["de service was slecht", "goed!", "the levering was late " * 90]
    spans = [[(0, 10)], [], [(0, 12), (20, 40)]]
    expected = Bundled(path=tiny_weights, device="cpu").read(texts, spans)
    found = Bundled(path=tiny_weights, device="cuda").read(texts, spans)
    assert np.abs(found.texts - expected.texts).max() < 0.05
    assert np.abs(found.spans - expected.spans).max() < 0.05


@pytest.mark.parametrize(("there", "expected"), [(8, 8), (None, 1)])
def test_cores_where_the_system_does_not_tell_which_are_ours(monkeypatch, there, expected):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: there)
    assert cores() == expected


def test_every_model_takes_the_device_of_the_settings(tiny_weights):
    settings = config.Model(device="tpu")
    with pytest.raises(UnknownName, match="unknown device 'tpu'"):
        named.scorer(str(tiny_weights), settings)
    plain = SimpleNamespace(name="plain", languages=frozenset(), read=lambda texts, spans: None)
    reader = with_scorer(plain, settings, journey.default())
    nothing = Readings(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), None, None)
    with pytest.raises(UnknownName, match="unknown device 'tpu'"):
        reader.trace([], nothing)
