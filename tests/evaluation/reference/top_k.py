"""Scores of the top k for tests/evaluation/horizonScores.test.ts, by scikit-learn and by brute force over all orders of ties.

scikit-learn is no package of this project. In an environment of its own:
    python3 -m venv PEERS && PEERS/bin/pip install scikit-learn==1.9.1 scipy
    PEERS/bin/python tests/evaluation/reference/top_k.py > tests/evaluation/reference/top_k.json
"""

import itertools
import json

import numpy as np
import scipy.stats
import sklearn
from sklearn.metrics import ndcg_score

random = np.random.default_rng(20261127)
dates = []
for _ in range(6):
    # Rounding makes ties on both sides.
    targets = np.round(random.normal(0, 1, 7), 1)
    predictions = np.round(random.normal(0, 0.7, 7), 0)
    k = 3
    gains = (scipy.stats.rankdata(targets) - 1) / (len(targets) - 1)
    softplus = np.log1p(np.exp(targets))
    # All ways to put tied predictions in order, each as likely.
    orders = [
        order
        for order in itertools.permutations(range(7))
        if all(predictions[a] >= predictions[b] for a, b in itertools.pairwise(order))
    ]
    top = lambda order: list(order[:k])
    bottom = lambda order: list(order[-k:])
    dates.append(
        {
            "targets": targets.tolist(),
            "predictions": predictions.tolist(),
            "precision": float(np.mean([(targets[top(o)] > 0).mean() for o in orders])),
            "baseRate": float((targets > 0).mean()),
            "ndcg": float(ndcg_score([gains], [predictions], k=k)),
            "ndcgByChance": float(ndcg_score([gains], [np.zeros(7)], k=k)),
            "ndcgSoftplus": float(ndcg_score([softplus], [predictions], k=k)),
            "top": float(np.mean([targets[top(o)].mean() for o in orders])),
            "bottom": float(np.mean([targets[bottom(o)].mean() for o in orders])),
        }
    )
print(json.dumps({"sklearn": sklearn.__version__, "k": 3, "dates": dates}))
