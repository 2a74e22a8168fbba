"""Reference values of tests/diagnosis/references.test.ts, by SciPy and scikit-learn.

Run from the project folder, with scikit-learn installed: python tests/diagnosis/reference/references.py
"""

import json
import pathlib

import numpy
import scipy
import scipy.stats
import sklearn
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

random = numpy.random.default_rng(20261126)
inputs = numpy.round(random.normal(size=(800, 4)) * [1, 2, 0.5, 3] + [0, 1, 0, -2], 3)
targets = numpy.round(inputs[:, 0] * inputs[:, 1] + numpy.abs(inputs[:, 2]) + 0.1 * random.normal(size=800), 3)
train, test = slice(0, 600), slice(600, 800)
scaler = StandardScaler().fit(inputs[train])
x, z = scaler.transform(inputs[train]), scaler.transform(inputs[test])


def skill(told):
    truth = targets[test]
    return float(1 - numpy.sum((truth - told) ** 2) / numpy.sum((truth - targets[train].mean()) ** 2))


# The line's penalty is 1e-3 of the rows, five times the columns over the rows at least 1.
line = Ridge(alpha=1e-3 * 600).fit(x, targets[train]).predict(z)
neighbours = KNeighborsRegressor(n_neighbors=12, algorithm="brute").fit(x, targets[train]).predict(z)
trees = HistGradientBoostingRegressor(
    max_iter=80, max_depth=3, learning_rate=0.15, max_bins=24, min_samples_leaf=1, l2_regularization=1
)
trees = trees.fit(x, targets[train]).predict(z)

chances = []
for distance, first, second in [(0.05, 500, 400), (0.1, 500, 400), (0.2, 80, 60), (0.35, 2048, 700)]:
    size = numpy.sqrt(first * second / (first + second))
    chances.append([distance, first, second, float(scipy.stats.kstwobign.sf((size + 0.12 + 0.11 / size) * distance))])

values = {
    "versions": {"scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "inputs": inputs.tolist(),
    "targets": targets.tolist(),
    "line": numpy.round(line, 5).tolist(),
    "neighbours": numpy.round(neighbours, 5).tolist(),
    "treesSkill": skill(trees),
    "chances": chances,
    "chiSquare": [[v, d, float(scipy.stats.chi2.sf(v, d))] for v, d in [(3, 1), (10, 4), (30, 10), (5, 10)]],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(values) + "\n")
