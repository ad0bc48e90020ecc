"""The options of `umot models train`, with what each is for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.models import OptionInfo


def option(text: str, least: int | None = None) -> OptionInfo:
    """An option whose default, where there is one, is told in words."""
    made: OptionInfo = typer.Option(help=text, show_default=False, min=least)
    return made


Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE",
        show_default=False,
        help="Your own posts, labelled or corrected: CSV, JSON Lines or Parquet with the columns "
        "text and label (negative, neutral, positive), and where known language (nl, en, …); with "
        "--data also stage (zero, definitive, peak, end, ultimate, none).",
    ),
]
Out = Annotated[Path, typer.Option(help="The folder to work in; the result is OUT/weights.")]
Data = Annotated[
    Path | None,
    option("A folder with sentiment/ and journey/: the public sets (SET_train.parquet, …)."),
]
StartFrom = Annotated[
    str | None,
    option(
        "What to train: base (downloaded once; needs --data), bundled, or a folder of weights. "
        "Else base with --data, and bundled without."
    ),
]
Licences = Annotated[
    list[str] | None,
    option(
        "Only sets whose licence allows commercial use (ok), is unclear or forbids it (nc); more "
        "than once for several. Else any."
    ),
]
Words = Annotated[
    list[Path] | None,
    option("From the base: a list of words that the vocabulary is to cover; more than once."),
]
Teacher = Annotated[
    str | None,
    option(
        "Learn from this model's answers too: bundled, a folder of weights, or a Hugging Face id. "
        "Then texts without a label are of use."
    ),
]
MeanWith = Annotated[
    str | None,
    option(
        "Make the result the mean of what is learnt and of these weights: bundled, or a folder. "
        "The base then begins with their words and head."
    ),
]
Layers = Annotated[
    int | None,
    option(
        "Keep only so many layers, evenly spaced (2, 4, 6, 8 or 10 of 12), and their vectors as "
        "they were; 6 are twice as fast. Else all.",
        least=1,
    ),
]
Epochs = Annotated[
    float | None,
    option(
        "Times through the rows. Else 1.7 from the base, 1.3 with --mean-with too, 2 with "
        "--layers, and from weights 3, or 1 with --data."
    ),
]
Budget = Annotated[float | None, option("Finish within so many minutes of training.")]
Name = Annotated[
    str | None,
    option("The model's name; else OUT's, and digits that change with what is trained."),
]
