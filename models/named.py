"""A model by what a person calls it: a registered name, a baseline, a folder, a Hugging Face id."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from models.metadata import FILE
from umot import config, plugins
from umot.errors import Fatal, UnknownName
from umot.plugins import Scorer

VADER, TFIDF = "vader", "tfidf"
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")

# Texts and their labels (indices in `LABELS`), read only where a model learns from them.
Training = Callable[[], tuple[Sequence[str], Sequence[int]]]


def scorer(name: str, settings: config.Model, training: Training | None = None) -> Scorer:
    """The model called `name`: the one in `settings` is made as they say.

    A folder holds weights as they ship (``model.json``) or a model of transformers
    (``config.json``). `training` is what ``tfidf`` learns from. Raises `Fatal`, or `Retriable`
    where a hub does not answer.
    """
    if name == VADER:
        from models.baselines import Vader

        return Vader()
    if name == TFIDF:
        from models.baselines import Tfidf

        if training is None:
            raise Fatal("tfidf has to learn first: give it labelled texts")
        return Tfidf(*training())
    if name in plugins.available(plugins.MODELS):
        return registered(name, settings)
    return elsewhere(name, settings)


def registered(name: str, settings: config.Model) -> Scorer:
    """A model of an entry point; the path in the settings is for the one they name."""
    factory = plugins.load(plugins.MODELS, name)
    values = settings.model_dump(exclude={"name", "languages"})
    if name != settings.name:
        values["path"] = None
    wanted = inspect.signature(factory).parameters
    made: Scorer = factory(**{key: value for key, value in values.items() if key in wanted})
    return made


def elsewhere(name: str, settings: config.Model) -> Scorer:
    """A folder's model, or one of Hugging Face's."""
    folder = Path(name).expanduser()
    if (folder / FILE).is_file():
        from models.bundled import Bundled

        return Bundled(settings.threads, folder, settings.device)
    if folder.is_dir() and not (folder / "config.json").is_file():
        raise Fatal(f"{folder} holds no model: neither {FILE} nor config.json is there")
    # Of my-model/weigths, my-model is here: no hub is asked for it, which takes most of a minute
    # where there is no network.
    hub = HUB_ID.fullmatch(name) and name[0] not in "./~" and not folder.parent.is_dir()
    if not folder.is_dir() and not hub:
        known = (*plugins.available(plugins.MODELS), VADER, TFIDF)
        raise UnknownName("model", name, [*known, "an existing folder", "a Hugging Face id a/b"])
    from models.transformers_model import Transformers

    path = str(folder) if folder.is_dir() else name
    return Transformers(path, settings.offline, settings.device)
