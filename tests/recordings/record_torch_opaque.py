"""Records a module of PyTorch that cannot be rebuilt here, with a head that is dead or one that is not.

Usage: record_torch_opaque.py FOLDER dead|healthy   (PYTHONPATH=python/reluctant/src)
"""

import sys

import torch
from torch import nn

import reluctant.torch

torch.manual_seed(0)
BIAS = {"dead": -8.0, "healthy": 0.5}[sys.argv[2]]


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
        self.volatility, self.change = nn.Linear(4, 1), nn.Linear(4, 1)
        with torch.no_grad():
            self.volatility.bias.fill_(BIAS)

    def forward(self, x):
        encoded = self.encoder(x).mean(1)
        return {"volatility": torch.relu(self.volatility(encoded)), "return": self.change(encoded)}


x = torch.randn(120, 5, 4)
targets = {"volatility": x[:, -1, :1].abs(), "return": x[:, -1, 1:2]}
model, loss = Network(), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), 1e-2)
with reluctant.torch.Watcher(model, sys.argv[1], inputs=x, targets=targets, losses=loss, optimizer=optimizer) as watcher:
    for _ in range(12):
        given = model(x)
        total = sum(loss(given[head], wanted) for head, wanted in targets.items())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        watcher.epoch(loss=total.item())
