"""Losses over days for tests/losses/panel.test.ts, written day by day and pair by pair in double precision with NumPy and SciPy; their
gradients by central differences.

Written with NumPy 2 and SciPy: python tests/losses/reference/panel_losses.py > tests/losses/reference/panel_losses.json
"""

import json
import math

import numpy as np
import scipy.special
import scipy.stats

NAN = float("nan")
random = np.random.default_rng(20261127)
# Days of all labels, of some, of tied labels, of two stocks, of one, of equal labels, of none.
TARGETS = np.array(
    [
        [0.5, -1.0, 2.0, 0.0, 0.25, -0.75],
        [NAN, 0.3, -0.2, 1.5, NAN, -2.0],
        [1.0, 1.0, -1.0, 0.0, -1.0, 1.0],
        [NAN, NAN, 0.4, NAN, -0.1, NAN],
        [NAN, NAN, NAN, 0.7, NAN, NAN],
        [0.2, 0.2, 0.2, NAN, 0.2, 0.2],
        [NAN] * 6,
    ]
)
PREDICTIONS = np.round(random.normal(0.1, 0.8, TARGETS.shape), 3)
EXPOSURES = np.array([[1, 0, 0.9], [1, 0, 1.1], [1, 0, 1.4], [0, 1, 0.7], [0, 1, 1.0], [0, 1, 0.8]])
QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9]
OUTPUTS = np.round(random.normal(0, 1, (*TARGETS.shape, 5)), 3)


def days(targets, predictions):
    """Labels and predictions of the labelled stocks, day by day, and which stocks they are."""
    for labels, scores in zip(targets, predictions):
        has = ~np.isnan(labels)
        yield labels[has], scores[has], np.flatnonzero(has)


def mean_over(targets, predictions, per_day, counts):
    values = [per_day(y, s) for y, s, _ in days(targets, predictions) if counts(y)]
    return sum(values) / len(values) if values else 0.0


orders = lambda y: len(y) >= 2 and y.max() > y.min()
two = lambda y: len(y) >= 2


def labelled_squared_error(targets, predictions, share=0.0, delta=1.0):
    errors = [abs(a - b) for y, s, _ in days(targets, predictions) for a, b in zip(y, s)]
    smooth = lambda e: e * e / (2 * delta) if e <= delta else e - delta / 2
    return sum((1 - share) * e * e + share * smooth(e) for e in errors) / len(errors)


def list_net(temperature=1.0, k=None):
    def per_day(y, s):
        q = scipy.special.softmax(y / temperature)
        if k is not None:
            order = np.sort(y)[::-1]
            n = min(k, len(y))
            last = order[n - 1]
            above, level = (y > last), (y == last)
            q = (above + level * (n - above.sum()) / level.sum()) / n
        return -float(np.sum(q * scipy.special.log_softmax(s / temperature)))

    return lambda targets, predictions: mean_over(targets, predictions, per_day, orders)


def list_mle(targets, predictions):
    def per_day(y, s):
        return sum(math.log(sum(math.exp(s[j]) for j in range(len(y)) if y[j] <= y[i])) - s[i] for i in range(len(y)))

    return mean_over(targets, predictions, per_day, orders)


def rank_net(targets, predictions):
    def per_day(y, s):
        n = len(y)
        pairs = [math.log1p(math.exp(-(s[i] - s[j]))) for i in range(n) for j in range(n) if y[i] > y[j]]
        return sum(pairs) / len(pairs)

    return mean_over(targets, predictions, per_day, orders)


def pearson_per_day(targets, predictions):
    return mean_over(targets, predictions, lambda y, s: 1 - np.corrcoef(y, s)[0, 1], orders)


def soft_spearman(temperature):
    def per_day(y, s):
        tau = temperature * s.std()
        soft = [sum(1 / (1 + math.exp(-(a - b) / tau)) for b in s) for a in s]
        return 1 - np.corrcoef(scipy.stats.rankdata(y), soft)[0, 1]

    return lambda targets, predictions: mean_over(targets, predictions, per_day, orders)


def weights(s):
    z = np.clip((s - s.mean()) / s.std(), -5, 5) if len(s) > 1 else np.zeros(len(s))
    return z / abs(z).sum() if abs(z).sum() > 0 else z


def sharpe_per_day(targets, predictions):
    def per_day(y, s):
        earned = weights(s) * y
        return -earned.sum() / math.sqrt((earned**2).sum())

    return mean_over(targets, predictions, per_day, two)


def turnover(decay):
    def loss(targets, predictions):
        book = np.zeros(targets.shape)
        for row, (_, s, places) in zip(book, days(targets, predictions)):
            row[places] = weights(s)
        average, total = book[0], 0.0
        for today in book[1:]:
            total += abs(today - average).sum()
            average = decay * average + (1 - decay) * today
        return total / (len(book) - 1)

    return loss


def exposure(targets, predictions):
    values = []
    for _, s, places in days(targets, predictions):
        if len(s) < 2:
            continue
        design = np.column_stack([np.ones(len(s)), EXPOSURES[places]])
        fitted = design @ np.linalg.lstsq(design, s, rcond=None)[0]
        values.append(((fitted - s.mean()) ** 2).sum() / ((s - s.mean()) ** 2).sum())
    return sum(values) / len(values)


def variance_floor(least):
    return lambda targets, predictions: mean_over(
        targets, predictions, lambda _, s: max(0.0, least - s.std()) ** 2, two
    )


def pinball(targets, outputs):
    has = ~np.isnan(targets)
    errors = targets[has][:, None] - outputs[has]
    levels = np.array(QUANTILES)
    return float(np.where(errors > 0, levels * errors, (levels - 1) * errors).mean())


def crossing(targets, outputs):
    rows = outputs[~np.isnan(targets)]
    return float(np.maximum(rows[:, :-1] - rows[:, 1:], 0).mean())


def student_t(targets, outputs):
    has = ~np.isnan(targets)
    a, b, c = outputs[has].T
    scale = np.logaddexp(0, b) + 1e-6
    degrees = 2.2 + (40 - 2.2) * scipy.special.expit(c)
    return -float(scipy.stats.t.logpdf(targets[has], degrees, loc=a, scale=scale).mean())


def case(loss, predictions=PREDICTIONS):
    gradient = np.zeros(predictions.shape)
    step = 1e-6
    for place in np.ndindex(predictions.shape):
        moved = [predictions.copy(), predictions.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        gradient[place] = (loss(TARGETS, moved[0]) - loss(TARGETS, moved[1])) / (2 * step)
    return {"value": float(loss(TARGETS, predictions)), "gradient": np.round(gradient, 9).ravel().tolist()}


cases = {
    "labelledSquaredError": case(labelled_squared_error),
    "labelledSquaredError huberShare 0.3 delta 0.5": case(lambda t, p: labelled_squared_error(t, p, 0.3, 0.5)),
    "listNet": case(list_net()),
    "listNet temperature 0.4": case(list_net(0.4)),
    "listNet topK 2": case(list_net(1.0, 2)),
    "listNet topK 4 temperature 0.5": case(list_net(0.5, 4)),
    "listMLE": case(list_mle),
    "rankNet": case(rank_net),
    "pearsonPerDay": case(pearson_per_day),
    "softSpearman": case(soft_spearman(0.5)),
    "softSpearman temperature 0.1": case(soft_spearman(0.1)),
    "sharpePerDay": case(sharpe_per_day),
    "turnoverPenalty": case(turnover(0.0)),
    "turnoverPenalty decay 0.8": case(turnover(0.8)),
    "exposurePenalty": case(exposure),
    "varianceFloor least 1": case(variance_floor(1.0)),
    "pinball": case(pinball, OUTPUTS),
    "quantileCrossing": case(crossing, OUTPUTS),
    "studentTLikelihood": case(student_t, OUTPUTS[..., :3]),
}
as_json = lambda values: [[None if math.isnan(v) else v for v in row] for row in values.tolist()]
print(
    json.dumps(
        {
            "targets": as_json(TARGETS),
            "predictions": PREDICTIONS.tolist(),
            "outputs": OUTPUTS.tolist(),
            "exposures": EXPOSURES.tolist(),
            "quantiles": QUANTILES,
            "cases": cases,
        }
    )
)
