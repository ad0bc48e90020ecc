"""Fine-tuning the encoder on labelled rows, a teacher's answers, or both; resumable and seeded."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from tokenizers import Tokenizer

from models.training.checkpoint import resume, save
from models.training.data import Row
from models.training.examples import Batch, Example, collate, encode, endless
from models.training.losses import drift, mean_loss, stage_weights, teacher_loss
from models.training.network import Encoder
from umot.errors import Fatal

SAVE_EVERY = 120.0  # seconds between two checkpoints: what a killed run loses at most
LATE = 50  # steps whose mean loss is shown
STRIDE = 1_000_003  # between the seeds' dice: no two runs of few seeds share any


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Rates are of AdamW; `budget` (seconds) ends a run early, decay included.

    `joined` is the share of short texts that are read as a pair. `stage_weight` is what the loss
    of the stages counts beside that of sentiment. `distil` is the share of a teacher's answers in
    the loss of sentiment, `vectors` the weight of keeping the tap layer's vectors as they were.
    `kept` is the share that the weights it started from have in the result, which is the mean of
    both. `half`: matrices in bfloat16 where it is fast. `threads` 0 is all cores.
    """

    epochs: float = 2.0
    batch: int = 32
    rate: float = 5e-5
    head_rate: float = 1e-3
    warm_up: float = 0.06
    smoothing: float = 0.05
    tokens: int = 88
    joined: float = 0.15
    stage_weight: float = 0.3
    distil: float = 0.0
    vectors: float = 0.0
    frozen_layers: int = 0
    kept: float = 0.0
    seed: int = 1
    budget: float = math.inf
    threads: int = 2
    half: bool = True


class At(NamedTuple):
    """How far a run is: steps done and in all, the mean loss of late, the seconds left."""

    step: int
    total: int
    loss: float
    left: float


@dataclass(frozen=True, slots=True)
class Clock:
    """The seconds of a training: those of earlier runs, which did `first` steps, and of this."""

    first: int
    spent: float
    started: float

    def elapsed(self) -> float:
        """In all."""
        return self.spent + time.monotonic() - self.started

    def left(self, step: int, total: int, budget: float) -> float:
        """Until the last step at this run's pace, or until the budget is spent."""
        pace = (time.monotonic() - self.started) / (step - self.first)
        return max(min(pace * (total - step), budget - self.elapsed()), 0.0)


@dataclass(frozen=True, slots=True)
class Trainer:
    """What one step needs. `keeper` gives the tap vectors that are to be kept."""

    network: Encoder
    optimizer: torch.optim.AdamW
    recipe: Recipe
    weights: torch.Tensor  # of the stages
    keeper: Encoder | None = None

    @classmethod
    def of(
        cls, network: Encoder, examples: Sequence[Example], recipe: Recipe, keeper: Encoder | None
    ) -> Trainer:
        """For these examples."""
        weights = stage_weights(examples).to(next(network.parameters()).device)
        return cls(network, optimiser(network, recipe), recipe, weights, keeper)

    def step(self, number: int, group: Sequence[Example]) -> float:
        """Learn from one batch; returns its loss. The dice of a step depend on its number only."""
        torch.manual_seed(self.recipe.seed * STRIDE + number)
        device = self.weights.device
        batch = collate(group).to(device)
        half = self.recipe.half and has_bfloat16(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            logits, vectors = self.network(batch.ids, batch.mask, batch.pool)
            placed = self.network.stage_head(vectors)
            loss = self.loss(batch, logits, placed)
            if self.keeper is not None:
                loss = loss + self.recipe.vectors * drift(self.keeper, batch, vectors)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def loss(self, batch: Batch, logits: torch.Tensor, placed: torch.Tensor) -> torch.Tensor:
        """Of sentiment (labels, and a teacher's answers) and of the stages."""
        recipe = self.recipe
        loss = mean_loss(logits, batch.labels, recipe.smoothing)
        if recipe.distil:
            taught = teacher_loss(logits, batch.soft)
            loss = (1 - recipe.distil) * loss + recipe.distil * taught
        if recipe.stage_weight:
            stages = mean_loss(placed, batch.stages, recipe.smoothing, self.weights)
            loss = loss + recipe.stage_weight * stages
        return loss

    def pace(self, progress: float) -> None:
        """Set the rates for a share of the run: up from nothing, then down in a line."""
        warm_up = self.recipe.warm_up
        factor = min(progress / warm_up if warm_up else 1.0, (1 - progress) / (1 - warm_up))
        rates = (self.recipe.rate, self.recipe.head_rate)
        for settings, rate in zip(self.optimizer.param_groups, rates, strict=True):
            settings["lr"] = rate * max(factor, 0.01)


def fit(
    network: Encoder,
    tokenizer: Tokenizer,
    rows: Sequence[Row],
    recipe: Recipe,
    *,
    checkpoint: Path,
    report: Callable[[At], None],
    keeper: Encoder | None = None,
    save_every: float = SAVE_EVERY,
) -> int:
    """Train `network` in place and return the steps it has had.

    Writes `checkpoint` every `save_every` seconds, on Ctrl-C and at the end, and goes on from it
    where it exists: on the CPU that ends in the very weights of a run that was never stopped.
    """
    examples = encode(tokenizer, rows, tokens=recipe.tokens, joined=recipe.joined, seed=recipe.seed)
    if not examples:
        raise Fatal("there are no rows to train on")
    trainer = Trainer.of(network, examples, recipe, keeper)
    total = math.ceil(len(examples) / recipe.batch * recipe.epochs)
    step, spent = resume(checkpoint, network, trainer.optimizer)
    clock = Clock(step, spent, time.monotonic())
    saved = time.monotonic()
    losses: deque[float] = deque(maxlen=LATE)
    network.train()
    with patient() as interrupted:
        # A resumed run draws the same batches and passes over those it has had.
        for number, group in enumerate(endless(examples, recipe.batch, recipe.seed), start=1):
            if number <= step:
                continue
            progress = max(step / total, clock.elapsed() / recipe.budget)
            if progress >= 1:
                break
            trainer.pace(progress)
            losses.append(trainer.step(number, group))
            step = number
            left = clock.left(step, total, recipe.budget)
            report(At(step, total, sum(losses) / len(losses), left))
            if time.monotonic() - saved >= save_every or interrupted():
                save(checkpoint, network, trainer.optimizer, step, clock.elapsed())
                saved = time.monotonic()
            if interrupted():
                raise KeyboardInterrupt
    save(checkpoint, network, trainer.optimizer, step, clock.elapsed())
    network.eval()
    return step


@contextmanager
def patient() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C wait for the step at hand, so that it can be saved; a second one does not wait.

    Gives what tells whether it came.
    """
    came = threading.Event()

    def note(*_: object) -> None:
        if came.is_set():
            raise KeyboardInterrupt
        came.set()

    if threading.current_thread() is not threading.main_thread():
        yield came.is_set  # signals are the main thread's
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def optimiser(network: Encoder, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW over what is trained: word embeddings stay as the base has them (in 4 bits)."""
    network.words.requires_grad_(False)
    frozen = {id(p) for layer in network.layers[: recipe.frozen_layers] for p in layer.parameters()}
    if frozen:
        frozen |= {id(p) for p in (*network.positions.parameters(), *network.norm.parameters())}
        frozen.add(id(network.token_type))
    heads = (*network.head.parameters(), *network.stage_head.parameters())
    head = {id(parameter) for parameter in heads}
    body: list[torch.nn.Parameter] = []
    top: list[torch.nn.Parameter] = []
    for parameter in network.parameters():
        if id(parameter) in frozen:
            parameter.requires_grad_(False)
        elif parameter.requires_grad:
            (top if id(parameter) in head else body).append(parameter)
    groups = [{"params": body, "lr": recipe.rate}, {"params": top, "lr": recipe.head_rate}]
    return torch.optim.AdamW(groups, weight_decay=0.01)


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 matrices itself; elsewhere it is slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())
