"""Fine-tunes the base into the reader.

    python -m training.train training/work/examples.npz -o training/work/run --base training/work/e5 --steps 4600

The model is multilingual-e5-small's twelve layers with one linear head on every token, three numbers each: where an answer
starts, where it ends, and, read at <s> alone, whether there is one. Starts and ends are softmaxes over <s> and the window,
<s> standing for "no answer" (Devlin et al. 2019, section 4.3); a token counts as right wherever the answer stands, by the sum
of their probabilities. The third number is trained as a logistic regression (Zhang et al. 2021, Retrospective Reader).

A checkpoint is written every few minutes, and the same command goes on from it. Word embeddings and the first layers stay as
they are: the languages share what is learnt above them. On two cores with bfloat16 about 20 examples a second; an accelerator
is used where there is one.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm
from transformers import AutoConfig, BertModel

from training.base import weights_of

SEED = 7
NO_ANSWER = 0.5
"""Weight of the third number's loss."""

WORDS = "word_embeddings"
"""The weights that no checkpoint keeps: they are the base's."""


class Reader(nn.Module):
    """``forward(ids (b, t), mask (b, t))`` gives starts, ends ``(b, t)`` and answerable ``(b,)`` as logits."""

    def __init__(self, folder: Path, *, frozen: int = 0) -> None:
        super().__init__()
        config = AutoConfig.from_pretrained(folder, attn_implementation="eager")
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        self.encoder = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False)
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:frozen]):
            part.requires_grad_(False)
        self.head = nn.Linear(config.hidden_size, 3)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, as said above."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        scores = self.head(hidden)  # (b, t, 3)
        return scores[:, :, 0], scores[:, :, 1], scores[:, 0, 2]


class Examples:
    """A file of examples, in batches of neighbouring length."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as file:
            self.data = {key: file[key] for key in file.files}
        self.lengths = np.diff(self.data["offsets"])

    def batch(self, numbers: np.ndarray) -> dict[str, Tensor]:
        """Padded tensors ``(b, t)``: ids, mask, window (1 in the window), sentence, gold."""
        width = -(-int(self.lengths[numbers].max()) // 8) * 8
        made = {
            name: torch.zeros(len(numbers), width, dtype=torch.long) for name in ("ids", "mask", "window", "sentence", "gold")
        }
        for row, number in enumerate(numbers):
            start, end = self.data["offsets"][number : number + 2]
            length, asked = end - start, int(self.data["questions"][number]) + 3  # <s> question </s></s>
            made["ids"][row, :length] = torch.from_numpy(self.data["ids"][start:end].astype(np.int64))
            made["mask"][row, :length] = 1
            made["window"][row, asked:length] = 1
            made["sentence"][row, :length] = torch.from_numpy(self.data["sentence"][start:end].astype(np.int64))
            made["gold"][row, :length] = torch.from_numpy(self.data["gold"][start:end].astype(np.int64))
        return made

    def epoch(self, tokens: int, seed: int) -> list[np.ndarray]:
        """All examples in shuffled batches of about so many tokens, padding included."""
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(self.lengths))
        batches: list[np.ndarray] = []
        for at in range(0, len(order), 4096):
            pool = order[at : at + 4096]
            pool = pool[np.argsort(self.lengths[pool], kind="stable")]
            while len(pool):
                take = 1
                while take < len(pool) and (take + 1) * self.lengths[pool[take]] <= tokens:
                    take += 1
                batches.append(pool[:take])
                pool = pool[take:]
        return [batches[n] for n in rng.permutation(len(batches))]


def allowed(batch: dict[str, Tensor]) -> Tensor:
    """Where an answer may lie: <s> for none, and the window without its closing </s>."""
    mask = batch["mask"]
    inside = batch["window"].bool() & (torch.arange(mask.shape[1], device=mask.device) < mask.sum(1, keepdim=True) - 1)
    inside[:, 0] = True
    return inside


def losses(model: Reader, batch: dict[str, Tensor]) -> Tensor:
    """Mean loss over a batch."""
    starts, ends, answerable = (x.float() for x in model(batch["ids"], batch["mask"]))
    inside, gold = allowed(batch), batch["gold"]
    none = gold.amax(1) == 0
    total = torch.zeros((), device=starts.device)
    for scores, bit in ((starts, 1), (ends, 2)):
        right = (gold & bit) > 0
        right[:, 0] = none
        scores = scores.masked_fill(~inside, -1e4)
        total = total + (scores.logsumexp(1) - scores.masked_fill(~right, -1e4).logsumexp(1)).mean() / 2
    return total + NO_ANSWER * nn.functional.binary_cross_entropy_with_logits(answerable, (~none).float())


@torch.no_grad()
def tune(model: Reader, examples: Examples, device: torch.device, amp: torch.dtype | None) -> dict[str, dict[str, float]]:
    """For each set, over questions at all windows of theirs: ``sentence``, the share whose best sentence is right, and the
    AUROC of the best log-odds of those with an answer against those without (``near``) and against questions about other
    documents (``far``).
    """
    model.eval()
    best: dict[int, tuple[float, bool]] = {}
    kinds: dict[int, tuple[str, str]] = {}
    order = np.argsort(examples.lengths, kind="stable")
    for at in range(0, len(order), 48):
        numbers = order[at : at + 48]
        batch = {key: value.to(device) for key, value in examples.batch(numbers).items()}
        with torch.autocast(device.type, dtype=amp or torch.bfloat16, enabled=amp is not None):
            starts, ends, _ = (x.float() for x in model(batch["ids"], batch["mask"]))
        inside = allowed(batch)
        starts, ends = (x.masked_fill(~inside, -1e4) for x in (starts, ends))
        for row, number in enumerate(numbers):
            group = int(examples.data["groups"][number])
            kinds[group] = str(examples.data["sources"][number]), str(examples.data["kinds"][number])
            null = starts[row, 0] + ends[row, 0]
            for sentence in range(1, int(batch["sentence"][row].max()) + 1):
                here = batch["sentence"][row] == sentence
                score = float(starts[row][here].logsumexp(0) + ends[row][here].logsumexp(0) - null)
                found = score, bool((batch["gold"][row][here] & 1).any())
                best[group] = max(best.get(group, found), found)
    model.train()
    figures: dict[str, dict[str, float]] = {}
    for source in sorted({source for source, _ in kinds.values()}):
        scores = {
            kind: np.array([best[g][0] for g, one in kinds.items() if one == (source, kind)])
            for kind in ("answered", "unanswerable", "elsewhere")
        }
        figures[source] = {"sentence": float(np.mean([best[g][1] for g, one in kinds.items() if one == (source, "answered")]))}
        for name, kind in (("near", "unanswerable"), ("far", "elsewhere")):
            if len(scores[kind]) > 5:
                yes, no = scores["answered"][:, None], scores[kind]
                figures[source][name] = float((yes > no).mean() + (yes == no).mean() / 2)
    figures["mean"] = {
        name: float(np.nanmean([f[name] for f in figures.values() if name in f])) for name in ("sentence", "near", "far")
    }
    return figures


class Run:
    """A run in a folder: ``checkpoint.pt``, from which it goes on, and ``log.jsonl``.

    Its clock is the time that its steps took, by which the rate falls to 0.
    """

    def __init__(self, folder: Path, model: Reader, *, rate: float, warmup: int, minutes: float, device: torch.device) -> None:
        self.model, self.rate, self.warmup, self.whole, self.device = model, rate, warmup, 60 * minutes, device
        fast = device.type == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
        self.amp = torch.bfloat16 if fast else None
        self.trained = [p for p in model.parameters() if p.requires_grad]
        decayed, plain = [p for p in self.trained if p.ndim > 1], [p for p in self.trained if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, fused=True)
        folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint, self.log = folder / "checkpoint.pt", folder / "log.jsonl"
        self.step, self.spent, self.loss = 0, 0.0, 0.0
        if self.checkpoint.exists():
            kept = torch.load(self.checkpoint, map_location=device, weights_only=True)
            model.load_state_dict(kept["model"], strict=False)
            self.optimizer.load_state_dict(kept["optimizer"])
            self.step, self.spent = kept["step"], kept["spent"]

    def learn(self, batch: dict[str, Tensor]) -> None:
        """One step."""
        began = time.time()
        warm = min(1.0, (self.step + 1) / self.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * warm * max(0.0, 1 - self.spent / self.whole)
        batch = {key: value.to(self.device) for key, value in batch.items()}
        with torch.autocast(self.device.type, dtype=self.amp or torch.bfloat16, enabled=self.amp is not None):
            loss = losses(self.model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        now = float(loss.detach())
        self.loss = 0.98 * self.loss + 0.02 * now if self.loss else now
        self.step, self.spent = self.step + 1, self.spent + time.time() - began

    def note(self, **figures: object) -> None:
        """A line of the log."""
        with self.log.open("a") as file:
            file.write(json.dumps({"step": self.step, "seconds": round(self.spent), **figures}) + "\n")

    def tuned(self, tuning: Examples) -> None:
        """A line of the log with the figures of tuning."""
        self.note(**rounded(tune(self.model, tuning, self.device, self.amp)))

    def save(self) -> None:
        """Keep all that is needed to go on."""
        beside = self.checkpoint.with_suffix(".part")
        held = {name: value for name, value in self.model.state_dict().items() if WORDS not in name}
        state = {"model": held, "optimizer": self.optimizer.state_dict(), "step": self.step, "spent": self.spent}
        torch.save(state, beside)
        beside.replace(self.checkpoint)


def begun(path: Path) -> dict[str, Tensor]:
    """The weights in a checkpoint, or in a graph that ships."""
    if path.suffix == ".onnx":
        return weights_of(path, under="reader")
    held: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)["model"]
    return held


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path)
    parser.add_argument("tuning", type=Path, help="the examples that it is watched with")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder of the run: checkpoint.pt, log.jsonl")
    parser.add_argument("--base", type=Path, required=True, help="the folder of the base, as sentence-transformers has it")
    parser.add_argument("--start", type=Path, help="a checkpoint or a graph that ships, whose weights to begin with")
    parser.add_argument("--minutes", type=float, required=True, help="how long it trains: the rate falls to 0 by then")
    parser.add_argument("--stop-at", type=int, help="stop after this step of the schedule: for a pilot")
    parser.add_argument("--frozen", type=int, default=4, help="first layers that stay as they are (4)")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens of a batch (4096, about 37 examples)")
    parser.add_argument("--rate", type=float, default=1.5e-4, help="the highest learning rate (1.5e-4)")
    parser.add_argument("--warmup", type=int, default=150)
    parser.add_argument("--tune-every", type=int, default=1200)
    parser.add_argument("--save-every", type=int, default=250)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Reader(options.base, frozen=options.frozen).to(device).train()
    if options.start:
        model.load_state_dict(begun(options.start), strict=False)
    run = Run(options.output, model, rate=options.rate, warmup=options.warmup, minutes=options.minutes, device=device)
    examples, tuning = Examples(options.examples), Examples(options.tuning)
    epoch, batches = -1, []
    with tqdm(total=round(run.whole), initial=round(run.spent), unit="s", disable=None) as bar:
        while run.spent < run.whole and run.step != options.stop_at:
            n = len(batches) or len(examples.epoch(options.tokens, SEED))
            if run.step // n != epoch:
                epoch, batches = run.step // n, examples.epoch(options.tokens, SEED + run.step // n)
            run.learn(examples.batch(batches[run.step % len(batches)]))
            bar.update(round(run.spent) - bar.n)
            if run.step % 50 == 0:
                run.note(loss=round(run.loss, 4), of=len(batches))
            if run.step % options.save_every == 0:
                run.save()
            if run.step % options.tune_every == 0:
                run.tuned(tuning)
    run.save()
    run.tuned(tuning)


def rounded(figures: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Figures with three digits."""
    return {name: {key: round(value, 3) for key, value in some.items()} for name, some in figures.items()}


if __name__ == "__main__":
    main()
