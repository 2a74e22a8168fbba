"""Trains a module of PyTorch with three heads, one of them dead, and records it. Writes what the module gives for the validation rows
beside it. PyTorch is large: it has an environment of its own, and the folder that this writes is kept for the tests.

Usage: record_torch.py FOLDER   (PYTHONPATH=python/reluctant/src)
"""

import sys

import numpy as np
import torch
from torch import nn

import reluctant.torch

torch.manual_seed(1)
random = np.random.default_rng(0)
rows = torch.tensor(random.normal(size=(500, 4)).astype("float32"))
targets = {
    "direction": (rows[:, :1] > 0).float(),
    "volatility": rows[:, 1:2].abs() * 0.02 + 0.001,
    "magnitude": rows[:, 2:3].abs(),
}


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(4, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 12), nn.LayerNorm(12), nn.ELU())
        self.direction, self.volatility, self.magnitude = nn.Linear(12, 1), nn.Linear(12, 1), nn.Linear(12, 1)
        with torch.no_grad():
            self.volatility.bias.fill_(-3)

    def forward(self, prices):
        trunk = self.trunk(prices)
        return {
            "direction": torch.sigmoid(self.direction(trunk)),
            "volatility": torch.relu(self.volatility(trunk)),
            "magnitude": nn.functional.softplus(self.magnitude(trunk)),
        }


model = Network()
optimizer = torch.optim.Adam(model.parameters(), 3e-3)
losses = {"direction": nn.BCELoss(), "volatility": nn.MSELoss(), "magnitude": nn.MSELoss()}
training, held = slice(0, 400), slice(400, 500)


def of(part: slice) -> dict[str, torch.Tensor]:
    return {head: values[part] for head, values in targets.items()}


with reluctant.torch.Watcher(
    model,
    sys.argv[1],
    inputs=rows[training],
    targets=of(training),
    validation=(rows[held], of(held)),
    losses=losses,
    optimizer=optimizer,
) as watcher:
    for _ in range(25):
        model.train()
        for batch in torch.randperm(400).split(32):
            given = model(rows[batch])
            total = sum(losses[head](given[head], targets[head][batch]) for head in losses)
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            numbers = {}
            for prefix, part in (("", training), ("val_", held)):
                given = model(rows[part])
                each = {head: losses[head](given[head], targets[head][part]).item() for head in losses}
                numbers |= {f"{prefix}{head}_loss": value for head, value in each.items()}
                numbers[f"{prefix}loss"] = sum(each.values())
        watcher.epoch(**numbers)
    with torch.no_grad():
        np.savez(sys.argv[1] + "/predicted.npz", **{head: value.numpy() for head, value in model(rows[held]).items()})
