"""Records small modules of PyTorch, one for each group of layers that is rebuilt here, and what each gives for its validation rows.

Usage: record_torch_layers.py FOLDER   (PYTHONPATH=python/reluctant/src)
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import reluctant.torch

torch.manual_seed(3)
random = np.random.default_rng(3)


def normal(*shape: int) -> torch.Tensor:
    return torch.tensor(random.normal(size=shape).astype("float32"))


class Recurrent(nn.Module):
    """Two layers of an LSTM, read at their last step, and along all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 5, num_layers=2, batch_first=True, dropout=0.1)
        self.head = nn.Linear(5, 1)

    def forward(self, x, scale=0.5, mask=None):
        if mask is not None:
            x = x * mask
        zeros = torch.zeros(2, x.size(0), 5)
        steps, (state, _) = self.lstm(x, (zeros, zeros))
        attended = (torch.softmax(steps, dim=1) * steps).sum(1)
        return self.head(F.dropout(steps[:, -1, :] + state[-1] * scale + attended, 0.2, self.training)).squeeze(-1)


class Gated(nn.Module):
    """A GRU both ways, one before it, and an exponential."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.GRU(3, 4, batch_first=True)
        self.both = nn.GRU(4, 3, batch_first=True, bidirectional=True)
        self.plain = nn.RNN(6, 4, batch_first=True, nonlinearity="relu")
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        one, _ = self.first(x)
        both, last = self.both(one)
        rest, _ = self.plain(both)
        joined = torch.cat([rest.mean(dim=1), both[:, 0], last[-2], last[-1]], dim=1)
        out = self.head(joined)
        return {"volatility": torch.exp(out[:, 0]) * 0.1, "return": 1 - torch.tanh(out[:, 1]) / 2}


class Convolutional(nn.Module):
    """Channels first, as PyTorch has them."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.utils.parametrizations.weight_norm(nn.Conv1d(3, 6, 3, padding=2)), nn.BatchNorm1d(6), nn.GELU(), nn.MaxPool1d(2), nn.Conv1d(6, 4, 2, dilation=2, bias=False), nn.Mish(), nn.AdaptiveAvgPool1d(1)
        )
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        return self.head(torch.flatten(self.body(x.transpose(1, 2)[:, :, :-1]), 1))


class Pictures(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(1, 4, 3, padding=2), nn.Conv2d(4, 3, 3, stride=2)
        self.norm, self.drop = nn.BatchNorm2d(4), nn.Dropout2d(0.25)
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        x = self.drop(F.max_pool2d(F.relu(self.norm(self.one(x))), 2))
        x = F.leaky_relu(self.two(x), 0.05)
        return F.log_softmax(self.head(x.view(x.size(0), -1)), dim=1)


class Words(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(11, 4)
        self.norm = nn.LayerNorm(4)
        self.head = nn.Linear(4, 1)

    def forward(self, symbols):
        x = self.norm(self.words(symbols)).permute(0, 2, 1).mean(-1)
        return torch.sigmoid(self.head(x - 0.1).reshape(-1))


def record(name: str, model: nn.Module, inputs: torch.Tensor, targets, losses) -> None:
    folder = Path(sys.argv[1]) / name
    by_head = targets if isinstance(targets, dict) else {"output": targets}
    training, held = slice(0, 16), slice(16, 24)
    part = lambda rows: {head: one[rows] for head, one in by_head.items()} if isinstance(targets, dict) else targets[rows]  # noqa: E731
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    with reluctant.torch.Watcher(
        model, folder, inputs=inputs[training], targets=part(training), validation=(inputs[held], part(held)), losses=losses, optimizer=optimizer
    ) as watcher:
        assert all("weight_norm" in note for note in watcher.notes), watcher.notes
        for _ in range(3):
            model.train()
            given = model(inputs[training])
            each = given if isinstance(given, dict) else {"output": given}
            loss = sum((losses[head] if isinstance(losses, dict) else losses)(each[head], one[training]) for head, one in by_head.items())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            watcher.epoch(loss=loss.item())
    model.eval()
    with torch.no_grad():
        given = model(inputs[held])
    np.savez(folder / "predicted.npz", **{head: one.numpy() for head, one in (given if isinstance(given, dict) else {"output": given}).items()})


def refused(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, loss: nn.Module, optimizer=None) -> str:
    """What a watcher says that does not take a model or a loss as it is."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            watcher = reluctant.torch.Watcher(
                model, Path(folder) / "run", inputs=inputs, targets=targets, losses=loss, optimizer=optimizer, statistics=False
            )
        except ValueError as error:
            return str(error)
        return "; ".join(watcher.notes)


series = normal(24, 8, 3)
plain, classes = nn.Sequential(nn.Flatten(), nn.Linear(24, 3)), torch.tensor(random.integers(0, 3, 24))
assert "log_softmax" in refused(plain, series, classes, nn.NLLLoss())
assert "weight, reduction" in refused(plain, series, classes, nn.CrossEntropyLoss(weight=torch.ones(3), reduction="sum"))
decayed = torch.optim.SGD([{"params": [plain[1].weight]}, {"params": [plain[1].bias], "lr": 0.5}], 0.1, weight_decay=0.01)
assert all(part in refused(plain, series, classes, nn.CrossEntropyLoss(), decayed) for part in ("2 groups", "weight_decay of SGD"))
for model, word in (
    (nn.Sequential(nn.Softplus(2), nn.Flatten(), nn.Linear(24, 3)), "Softplus"),
    (nn.Sequential(nn.Conv1d(8, 2, 1, groups=2), nn.Flatten(), nn.Linear(6, 3)), "groups"),
    (nn.Sequential(nn.Softmax(0), nn.Flatten(), nn.Linear(24, 3)), "softmax"),
):
    assert word in refused(model, series, classes, nn.CrossEntropyLoss()), word
record("recurrent", Recurrent(), series, series.sum((1, 2)), nn.MSELoss())
record("gated", Gated(), series, {"volatility": series[:, 0, 0].abs(), "return": series[:, 1, 1]}, {"volatility": nn.MSELoss(), "return": nn.L1Loss()})
record("convolutional", Convolutional(), series, series[:, :, 0].mean(1, keepdim=True), nn.MSELoss())
record("pictures", Pictures(), normal(24, 1, 8, 8), torch.tensor(random.integers(0, 3, 24)), nn.NLLLoss())
record("words", Words(), torch.tensor(random.integers(0, 11, (24, 6))), torch.tensor(random.integers(0, 2, 24)).float(), nn.BCELoss())
