"""Records a module of PyTorch whose names are odd: an argument called as a function of Python, parts without a name, heads that no
layer of tfjs could be called. Writes what it gives for its rows beside it.

Usage: record_torch_names.py FOLDER   (PYTHONPATH=python/reluctant/src)
"""

import sys

import numpy as np
import torch
from torch import nn

import reluctant.torch

torch.manual_seed(1)


class Network(nn.Sequential):
    def forward(self, input, other):
        trunk = self[1](self[0](input) + self[2](other))
        return {"vol 5d": torch.relu(self[3](trunk)), "_rank": self[4](trunk)}


model = Network(nn.Linear(3, 8), nn.Tanh(), nn.Linear(2, 8), nn.Linear(8, 1), nn.Linear(8, 1))
with torch.no_grad():
    model[3].bias.fill_(-3)
inputs = {"input": torch.randn(240, 3), "other": torch.randn(240, 2)}
targets = {"vol 5d": inputs["input"][:, :1].abs(), "_rank": inputs["input"][:, 1:2] + inputs["other"][:, :1]}
optimizer, loss = torch.optim.Adam(model.parameters(), 1e-2), nn.MSELoss()
with reluctant.torch.Watcher(model, sys.argv[1], inputs=inputs, targets=targets, losses=loss, optimizer=optimizer) as watcher:
    for _ in range(40):
        for batch in torch.randperm(240).split(32):
            given = model(**{name: one[batch] for name, one in inputs.items()})
            parts = {head: loss(given[head], targets[head][batch]) for head in targets}
            optimizer.zero_grad()
            sum(parts.values()).backward()
            optimizer.step()
        with torch.no_grad():
            given = model(**inputs)
            numbers = {f"{head}_loss": loss(given[head], targets[head]).item() for head in targets}
        watcher.epoch(loss=sum(numbers.values()), **numbers)
    with torch.no_grad():
        np.savez(sys.argv[1] + "/predicted.npz", **{head: one.numpy() for head, one in model(**inputs).items()})
