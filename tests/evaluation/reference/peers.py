"""Vectors and answers of tests/evaluation/peers.test.ts, by the packages that offer the same methods.

They are not packages of this project. In an environment of their own:
    python3 -m venv PEERS && PEERS/bin/pip install skfolio==1.12.2 purgedcv==0.1.11 ffn==1.4.1 arch==8.0.0
    PEERS/bin/python tests/evaluation/reference/peers.py
"""

import importlib.metadata
import json
import math
import pathlib

import arch.bootstrap
import ffn
import numpy
import pandas
import purgedcv
import scipy.stats
import skfolio.measures
from skfolio.model_selection import CombinatorialPurgedCV

random = numpy.random.default_rng(20261126)
# Eight strategies over 64 days: heavy tails, one of them with skill.
strategies = numpy.round(0.01 * random.standard_t(4, (8, 64)), 6)
strategies[2] = numpy.round(strategies[2] + 0.004, 6)
chosen = strategies[2]
sharpes = [float(row.mean() / row.std(ddof=1)) for row in strategies]
frame = pandas.DataFrame(strategies.T, index=pandas.bdate_range("2024-01-01", periods=64))


def moments(sharpe, skewness, kurtosis, observations):
    return {"sharpe": float(sharpe), "skewness": float(skewness), "kurtosis": float(kurtosis), "observations": observations}


sharpe = {
    "skfolio": {
        "probabilistic": skfolio.measures.probabilistic_sharpe_ratio(chosen, benchmark_sharpe_ratio=0.05),
        "expectedMaximum": {str(n): skfolio.measures.expected_max_sharpe_ratio(n, 1.0) for n in (2, 3.5, 45, 100, 10000)},
        "deflated": skfolio.measures.deflated_sharpe_ratio(chosen, sharpes),
    },
    # purgedcv divides by the population deviation and corrects the higher moments for small samples.
    "purgedcv": {
        "moments": moments(
            chosen.mean() / chosen.std(), scipy.stats.skew(chosen, bias=False), scipy.stats.kurtosis(chosen, bias=False, fisher=False), 64
        ),
        "probabilistic": purgedcv.probabilistic_sharpe_ratio(chosen, 0.05),
        "minimumTrackRecord": purgedcv.min_track_record_length(0.3, 0.1, 0.05, -0.7, 6.0),
        "minimumBacktestLength": {str(n): purgedcv.minimum_backtest_length(n, 1.0) for n in (10, 45, 1000)},
    },
    # ffn corrects them too, and divides by the sample deviation.
    "ffn": {
        "moments": moments(frame[2].mean() / frame[2].std(), frame[2].skew(), frame[2].kurt() + 3, 64),
        "deflated": ffn.core.calc_deflated_sharpe_ratio(frame[2], sharpes, nperiods=252, annualized_trials=False),
    },
}

by_ffn = ffn.core.calc_prob_backtest_overfitting(frame, n_blocks=8, full_output=True)
by_purgedcv = purgedcv.probability_of_backtest_overfitting(
    strategies, 8, metric=lambda values: float(values.mean() / values.std(ddof=1))
)
overfitting = {
    "ffn": {"probability": by_ffn["pbo"], "logits": by_ffn["logits"].tolist()},
    # purgedcv lists the halves by what is left out.
    "purgedcv": {
        "probability": by_purgedcv.pbo,
        "logits": by_purgedcv.logits.tolist(),
        "slope": by_purgedcv.slope,
        "performance": by_purgedcv.is_oos_performance.tolist(),
    },
}

# Hansen's SPA: arch's resamples are handed over, so that no stream of random numbers is in between.
losses = numpy.round(random.normal(size=(60, 5)) ** 2, 6)
benchmark = numpy.round(losses.mean(axis=1) + 0.2 + 0.3 * random.normal(size=60), 6)
test = arch.bootstrap.SPA(benchmark, losses, block_size=4, reps=200, bootstrap="stationary", studentize=True, nested=False, seed=7)
test.compute()
again = arch.bootstrap.StationaryBootstrap(4, numpy.arange(60), seed=7)
resamples = [data[0][0].tolist() for data in again.bootstrap(200)]
comparison = {
    "benchmark": benchmark.tolist(),
    "losses": losses.T.tolist(),
    "block": 4,
    "resamples": resamples,
    "arch": {"pValues": test.pvalues.tolist(), "variances": test._loss_diff_var.tolist()},
}

# Purging over label intervals of differing length, in half-open time (purgedcv) and by counting rows (skfolio).
starts = numpy.arange(60)
ends = starts + random.integers(1, 7, 60)
day = pandas.Timestamp("2024-01-01")
prediction = pandas.Series([day + pandas.Timedelta(days=int(k)) for k in starts])
evaluation = pandas.Series([day + pandas.Timedelta(days=int(k)) for k in ends])
rows = numpy.zeros((60, 1))
kfold = purgedcv.PurgedKFold(n_splits=5, prediction_times=prediction, evaluation_times=evaluation)
embargoed = purgedcv.PurgedKFold(n_splits=5, prediction_times=prediction, evaluation_times=evaluation, embargo=pandas.Timedelta(days=3))
combinatorial = purgedcv.CombinatorialPurgedCV(
    n_splits=6, n_test_groups=2, prediction_times=prediction, evaluation_times=evaluation
)
counted = CombinatorialPurgedCV(n_folds=6, n_test_folds=2, purged_size=0, embargo_size=0)


def listed(splits):
    return [{"training": a.tolist(), "test": b.tolist()} for a, b in splits]


splits = {
    "starts": starts.tolist(),
    "ends": ends.tolist(),
    "purgedcv": {
        "purgedKFold": listed(kfold.split(rows)),
        "embargoedKFold": listed(embargoed.split(rows)),
        "combinatorial": listed(combinatorial.split(rows)),
    },
    "skfolio": {"paths": counted.n_test_paths, "splits": counted.n_splits},
}

# Information coefficients of 30 dates with 12 symbols.
forecasts = numpy.round(random.normal(size=(30, 12)), 3)
returns = numpy.round(0.2 * forecasts + random.normal(size=(30, 12)), 3)
signals = {
    "forecasts": forecasts.tolist(),
    "returns": returns.tolist(),
    "scipy": {
        "rankIC": [float(scipy.stats.spearmanr(a, b).statistic) for a, b in zip(forecasts, returns)],
        "IC": [float(numpy.corrcoef(a, b)[0, 1]) for a, b in zip(forecasts, returns)],
    },
}

reference = {
    "versions": {name: importlib.metadata.version(name) for name in ("skfolio", "purgedcv", "ffn", "arch", "numpy", "scipy", "pandas")},
    "strategies": strategies.tolist(),
    "chosen": 2,
    "sharpes": sharpes,
    "sharpe": sharpe,
    "overfitting": overfitting,
    "comparison": comparison,
    "splits": splits,
    "signals": signals,
}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (numpy.floating, float)):
        return None if math.isnan(value) else float(value)
    return int(value) if isinstance(value, numpy.integer) else value


pathlib.Path(__file__).with_name("peers.json").write_text(json.dumps(plain(reference)) + "\n")
