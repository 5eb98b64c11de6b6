"""Fine-tunes the encoder's own weights into the reader.

    python training/train.py training/work/examples.npz -o training/work/run --steps 4600

The model is MiniLM's six layers with one linear head on every token, three numbers each: where an answer starts, where it
ends, and, read at [CLS] alone, whether there is one. Starts and ends are softmaxes over [CLS] and the window, [CLS] standing
for "no answer" (Devlin et al. 2019, section 4.3); a token counts as right wherever the answer stands, by the sum of their
probabilities. The third number is trained as a logistic regression (Zhang et al. 2021, Retrospective Reader).

A checkpoint is written every few minutes, and the same command goes on from it. Word embeddings stay as they are. On a CPU
with bfloat16 about 35 examples a second; an accelerator is used where there is one.
"""

import argparse
import json
import sys
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm
from transformers import AutoConfig, BertModel

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from index.encoders.minilm import DEFAULT_PACKAGE

SEED = 7
NO_ANSWER = 0.5
"""Weight of the third number's loss."""


class Reader(nn.Module):
    """``forward(ids (b, t), mask (b, t), kinds (b, t))`` gives starts, ends ``(b, t)`` and answerable ``(b,)`` as logits."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = AutoConfig.from_pretrained(folder, attn_implementation="eager")
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        self.encoder = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        self.head = nn.Linear(config.hidden_size, 3)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, as said above."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        scores = self.head(hidden)  # (b, t, 3)
        return scores[:, :, 0], scores[:, :, 1], scores[:, 0, 2]


class Examples:
    """One part of the examples file, in batches of neighbouring length."""

    def __init__(self, path: Path, part: str) -> None:
        with np.load(path, allow_pickle=False) as file:
            self.data = {key.removeprefix(f"{part}_"): file[key] for key in file.files if key.startswith(part)}
        self.lengths = np.diff(self.data["offsets"])

    def batch(self, numbers: np.ndarray) -> dict[str, Tensor]:
        """Padded tensors ``(b, t)``: ids, mask, kinds (1 in the window), sentence, gold."""
        width = -(-int(self.lengths[numbers].max()) // 8) * 8
        made = {
            name: torch.zeros(len(numbers), width, dtype=torch.long) for name in ("ids", "mask", "kinds", "sentence", "gold")
        }
        for row, number in enumerate(numbers):
            start, end = self.data["offsets"][number : number + 2]
            length, asked = end - start, int(self.data["questions"][number]) + 2  # [CLS] question [SEP]
            made["ids"][row, :length] = torch.from_numpy(self.data["ids"][start:end].astype(np.int64))
            made["mask"][row, :length] = 1
            made["kinds"][row, asked:length] = 1
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
    """Where an answer may lie: [CLS] for none, and the window without its closing [SEP]."""
    mask = batch["mask"]
    inside = batch["kinds"].bool() & (torch.arange(mask.shape[1], device=mask.device) < mask.sum(1, keepdim=True) - 1)
    inside[:, 0] = True
    return inside


def losses(model: Reader, batch: dict[str, Tensor]) -> Tensor:
    """Mean loss over a batch."""
    starts, ends, answerable = (x.float() for x in model(batch["ids"], batch["mask"], batch["kinds"]))
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
def tune(model: Reader, examples: Examples, device: torch.device, amp: torch.dtype | None) -> dict[str, float]:
    """Sentence accuracy given the paragraph, and how well no-answer is told, over questions at all windows of theirs."""
    model.eval()
    groups: dict[int, list[tuple[float, float, bool]]] = {}
    kinds: dict[int, str] = {}
    order = np.argsort(examples.lengths, kind="stable")
    for at in range(0, len(order), 48):
        numbers = order[at : at + 48]
        batch = {key: value.to(device) for key, value in examples.batch(numbers).items()}
        with torch.autocast(device.type, dtype=amp or torch.bfloat16, enabled=amp is not None):
            starts, ends, answerable = (x.float() for x in model(batch["ids"], batch["mask"], batch["kinds"]))
        inside = allowed(batch)
        starts, ends = (x.masked_fill(~inside, -1e4) for x in (starts, ends))
        for row, number in enumerate(numbers):
            group = int(examples.data["groups"][number])
            kinds[group] = str(examples.data["kinds"][number])
            null = starts[row, 0] + ends[row, 0]
            for sentence in range(1, int(batch["sentence"][row].max()) + 1):
                here = batch["sentence"][row] == sentence
                score = starts[row][here].logsumexp(0) + ends[row][here].logsumexp(0) - null
                gold = (batch["gold"][row][here] & 1).any()
                groups.setdefault(group, []).append((float(score), float(answerable[row]), bool(gold)))
    model.train()
    right = [max(found)[2] for group, found in groups.items() if kinds[group] == "answered"]
    figures = {"sentence": float(np.mean(right))}
    for name, column in (("auroc_span", 0), ("auroc_cls", 1)):
        best = {group: max(f[column] for f in found) for group, found in groups.items()}
        yes, no = (
            np.array([v for group, v in best.items() if (kinds[group] == "answered") is which]) for which in (True, False)
        )
        figures[name] = float((yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2)
    return figures


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder of the run: checkpoint.pt, log.jsonl")
    parser.add_argument("--start", type=Path, help="a checkpoint whose weights to begin with, instead of the encoder's")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--stop-at", type=int, help="stop after this step of the schedule: for a pilot")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens of a batch (4096, about 34 examples)")
    parser.add_argument("--rate", type=float, default=2e-4, help="the highest learning rate (2e-4)")
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--tune-every", type=int, default=500)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    fast = device.type == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    amp = torch.bfloat16 if fast else None
    (weights,) = Path(str(files(DEFAULT_PACKAGE))).rglob("model.safetensors")
    model = Reader(weights.parent).to(device).train()
    trained = [p for p in model.parameters() if p.requires_grad]
    decayed, plain = [p for p in trained if p.ndim > 1], [p for p in trained if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=options.rate, fused=True
    )
    examples, tuning = Examples(options.examples, "train"), Examples(options.examples, "tune")
    options.output.mkdir(parents=True, exist_ok=True)
    checkpoint, log = options.output / "checkpoint.pt", options.output / "log.jsonl"
    step = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        step = kept["step"]
    elif options.start:
        model.load_state_dict(torch.load(options.start, map_location=device, weights_only=True)["model"])

    def note(**figures: float) -> None:
        with log.open("a") as file:
            file.write(json.dumps({"step": step, "seconds": round(time.time() - began), **figures}) + "\n")

    def save() -> None:
        beside = checkpoint.with_suffix(".part")
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, beside)
        beside.replace(checkpoint)

    began, last, running = time.time(), min(options.steps, options.stop_at or options.steps), 0.0
    epoch, batches = -1, []
    with tqdm(total=last, initial=step, unit="step", disable=None) as bar:
        while step < last:
            n = len(batches) or len(examples.epoch(options.tokens, SEED))
            if step // n != epoch:
                epoch, batches = step // n, examples.epoch(options.tokens, SEED + step // n)
                n = len(batches)
            warm = min(1.0, (step + 1) / options.warmup)
            for group in optimizer.param_groups:
                group["lr"] = options.rate * warm * max(0.0, 1 - step / options.steps)
            batch = {key: value.to(device) for key, value in examples.batch(batches[step % n]).items()}
            with torch.autocast(device.type, dtype=amp or torch.bfloat16, enabled=amp is not None):
                loss = losses(model, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            now = float(loss.detach())
            running = 0.98 * running + 0.02 * now if running else now
            bar.update()
            if step % 50 == 0:
                note(loss=round(running, 4))
            if step % options.tune_every == 0 or step == last:
                save()
                note(**{name: round(value, 4) for name, value in tune(model, tuning, device, amp).items()})


if __name__ == "__main__":
    main()
