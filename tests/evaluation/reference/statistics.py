"""Reference values of tests/evaluation/statistics.test.ts, by SciPy and scikit-learn.

Run from the project folder: .venv/bin/python tests/evaluation/reference/statistics.py
"""

import json
import pathlib

import numpy
import scipy
import scipy.stats

try:
    import sklearn
    import sklearn.metrics
except ImportError:
    sklearn = None

random = numpy.random.default_rng(20251015)
targets = numpy.round(0.02 * random.standard_t(4, 200), 4)  # rounding makes ties
predictions = numpy.round(0.3 * targets + 0.01 * random.normal(size=200) + 0.002, 4)
binary = (targets > 0).astype(int)
classes = numpy.digitize(targets, [-0.01, 0.01])
logits = random.normal(size=(200, 3)) + 1.5 * numpy.eye(3)[classes]
probabilities = numpy.exp(logits) / numpy.exp(logits).sum(axis=1, keepdims=True)
probabilities = numpy.round(probabilities, 3)
probabilities /= probabilities.sum(axis=1, keepdims=True)
line = scipy.stats.linregress(predictions, targets)
levels = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]


def area(truth, scores):
    """Area under the ROC curve through Mann-Whitney's U, whose ties count one half."""
    wins = scipy.stats.mannwhitneyu(scores[truth == 1], scores[truth == 0]).statistic
    return wins / ((truth == 1).sum() * (truth == 0).sum())


# Tails of a heavy-tailed column. Hill's estimate is the maximum likelihood of Pareto's shape above the threshold it starts at.
heavy = numpy.round(random.standard_t(2, 600), 6)
centre = numpy.median(heavy)
distances = numpy.sort(numpy.abs(heavy - centre))
top = 12  # 2 % of the values
tail = {
    "values": heavy.tolist(),
    "median": centre,
    "robustStd": scipy.stats.median_abs_deviation(heavy, scale="normal"),
    "tailIndex": scipy.stats.pareto.fit(distances[-top:], floc=0, fscale=distances[-top - 1])[0],
    "farShare": (distances[-6:] ** 2).sum() / (distances**2).sum(),
}
one_vs_rest = [area((classes == c).astype(int), probabilities[:, c]) for c in range(3)]
frequency = [(classes == c).mean() for c in range(3)]
reference = {
    "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__ if sklearn else None},
    "targets": targets.tolist(),
    "predictions": predictions.tolist(),
    "binary": binary.tolist(),
    "oneHot": numpy.eye(3)[classes].ravel().tolist(),
    "probabilities": probabilities.ravel().tolist(),
    "levels": levels,
    "tail": tail,
    "expected": {
        "pearson": scipy.stats.pearsonr(targets, predictions).statistic,
        "rankIC": scipy.stats.spearmanr(targets, predictions).statistic,
        "ranks": scipy.stats.rankdata(targets).tolist(),
        "meanAbsoluteError": numpy.abs(targets - predictions).mean(),
        "rootMeanSquaredError": numpy.sqrt(((targets - predictions) ** 2).mean()),
        "scaleRatio": predictions.std() / targets.std(),
        "slope": line.slope,
        "intercept": line.intercept,
        "rSquared": 1 - ((targets - predictions) ** 2).sum() / ((targets - targets.mean()) ** 2).sum(),
        "quantiles": numpy.quantile(targets, levels).tolist(),
        "kolmogorovSmirnov": scipy.stats.ks_2samp(targets, predictions).statistic,
        "wasserstein": scipy.stats.wasserstein_distance(targets, predictions),
        "rocAUC": area(binary, predictions),
        "rocAUCOneVsRestMacro": numpy.mean(one_vs_rest),
        "rocAUCOneVsRestWeighted": numpy.dot(one_vs_rest, frequency),
        "logLoss": -numpy.log(probabilities[numpy.arange(200), classes]).mean(),
        "accuracy": (probabilities.argmax(axis=1) == classes).mean(),
    },
}
if sklearn:
    peer = sklearn.metrics
    expected = reference["expected"]
    assert numpy.isclose(peer.roc_auc_score(binary, predictions), expected["rocAUC"], rtol=1e-13)
    assert numpy.isclose(peer.roc_auc_score(classes, probabilities, multi_class="ovr"), expected["rocAUCOneVsRestMacro"], rtol=1e-13)
    assert numpy.isclose(peer.log_loss(classes, probabilities), expected["logLoss"], rtol=1e-13)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(reference, indent=1) + "\n")
