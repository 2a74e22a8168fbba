"""Every indicator of src/data/market/indicators from pandas and TA-Lib, of a panel in a CSV file.

Usage: indicators.py PANEL.csv ANSWER.csv   (columns symbol, date, open, high, low, close, volume; gaps are empty)
"""

import sys

import numpy as np
import pandas as pd
import talib

LN2 = np.log(2)
YEAR = 252


def stretches(group, needs):
    """Maximal runs of rows of one symbol in which no needed value is missing."""
    whole = group[needs].notna().all(axis=1)
    number = (~whole).cumsum()
    for _, part in group[whole].groupby(number[whole]):
        yield part


def root(variance):
    return np.sqrt(YEAR * variance.clip(lower=0))


def parkinson(d, n):
    return root((np.log(d.high / d.low) ** 2 / (4 * LN2)).rolling(n).mean())


def rs_terms(d):
    return np.log(d.high / d.open) * np.log(d.high / d.close) + np.log(d.low / d.open) * np.log(d.low / d.close)


def garman(d, n):
    terms = 0.5 * np.log(d.high / d.low) ** 2 - (2 * LN2 - 1) * np.log(d.close / d.open) ** 2
    return root(terms.rolling(n).mean())


def yang_zhang(d, n):
    k = 0.34 / (1.34 + (n + 1) / (n - 1))
    night = (np.log(d.open / d.close.shift()) ** 2).rolling(n).sum() / (n - 1)
    day = (np.log(d.close / d.close.shift()) ** 2).rolling(n).sum() / (n - 1)
    # The first row has no night, and its own term must not count either.
    inside = rs_terms(d).where(d.close.shift().notna()).rolling(n).sum() / (n - 1)
    return np.sqrt(YEAR) * np.sqrt((night + k * day + (1 - k) * inside).clip(lower=0))


def log_return(d, n=1):
    return np.log(d.close / d.close.shift(n))


def simple(d, n=1):
    return d.close.pct_change(n, fill_method=None)


def hodges(d, h):
    n = pd.Series(np.arange(len(d)) - h + 1, index=d.index, dtype=float)
    factor = 1 / (1 - h / n + (h**2 - 1) / (3 * n**2))
    return (root(log_return(d).rolling(h).var()) * factor).where(n >= h)


def cut_range(d):
    share = (d.high - d.low) / d.close
    return np.log1p(np.minimum(share, share.rolling(252).quantile(0.99)))


def regime(d):
    rank = yang_zhang(d, 20).rolling(252).rank(pct=True)
    return pd.cut(rank, [0, 0.33, 0.67, 1], labels=[0, 1, 2]).astype(float)


def state(d):
    vol = yang_zhang(d, 20)
    calm = vol < vol.rolling(252).median()
    moved = simple(d, 20)
    value = pd.Series(np.where(calm & (moved > 0.05), 1.0, np.where(calm & (moved < -0.05), 2.0, 0.0)), index=d.index)
    return value.where(vol.rolling(252).median().notna())


def bands(d):
    return talib.BBANDS(d.close, 20, 2, 2)


def roll(d):
    r = simple(d)
    covariance = r.rolling(20).cov(r.shift())
    return 2 * np.sqrt((-covariance).clip(lower=0))


def kyle(d):
    r = simple(d)
    signed = np.sign(r) * np.sqrt(d.close * d.volume / 1e6)
    return r.rolling(20).cov(signed) / signed.rolling(20).var()


def mfv(d):
    width = d.high - d.low
    return (((d.close - d.low) - (d.high - d.close)) / width.where(width > 0) * d.volume).fillna(0)


def drawdown(window):
    wealth = np.concatenate([[1], np.cumprod(1 + window)])
    return (wealth / np.maximum.accumulate(wealth) - 1).min()


def macd(d):
    return [part / d.close for part in talib.MACD(d.close, 12, 26, 9)]


def stochastic(d):
    return talib.STOCH(d.high, d.low, d.close, 14, 3, 0, 3, 0)


def talib_adx(d):
    return talib.ADX(d.high, d.low, d.close, 14)


PRICES = ["high", "low", "close"]
CANDLES = ["open", "high", "low", "close"]
C = ["close"]
INDICATORS = {
    **{f"volatilityParkinson{n}": (["high", "low"], lambda d, n=n: parkinson(d, n)) for n in (10, 20)},
    **{f"volatilityRogersSatchell{n}": (CANDLES, lambda d, n=n: root(rs_terms(d).rolling(n).mean())) for n in (20, 60)},
    **{f"volatilityGarmanKlass{n}": (CANDLES, lambda d, n=n: garman(d, n)) for n in (20, 60)},
    **{f"volatilityYangZhang{n}": (CANDLES, lambda d, n=n: yang_zhang(d, n)) for n in (20, 60)},
    **{f"volatilityCloseToClose{n}": (C, lambda d, n=n: root(log_return(d).rolling(n).var())) for n in (20, 60)},
    **{f"volatilityHodgesTompkins{n}": (C, lambda d, n=n: hodges(d, n)) for n in (20, 60)},
    "volatilityOfVolatility20": (CANDLES, lambda d: yang_zhang(d, 20).rolling(20).std()),
    "volatilityRank252": (CANDLES, lambda d: yang_zhang(d, 20).rolling(252).rank(pct=True)),
    "volatilityRegime": (CANDLES, regime),
    "marketState": (CANDLES, state),
    "bollingerWidth20": (C, lambda d: (bands(d)[0] - bands(d)[2]) / bands(d)[1]),
    "bollingerPlace20": (C, lambda d: (d.close - bands(d)[2]) / (bands(d)[0] - bands(d)[2])),
    "rangeLog": (PRICES, cut_range),
    "rangeLogMean20": (PRICES, lambda d: cut_range(d).rolling(20).mean()),
    "trueRangeRatio14": (PRICES, lambda d: talib.ATR(d.high, d.low, d.close, 14) / d.close),
    **{f"logReturn{n}": (C, lambda d, n=n: log_return(d, n)) for n in (1, 2, 3, 5, 10, 20)},
    "logReturnChange": (C, lambda d: log_return(d).diff()),
    **{f"rateOfChange{n}": (C, lambda d, n=n: talib.ROC(d.close, n)) for n in (5, 10, 20)},
    **{f"averageDistance{n}": (C, lambda d, n=n: d.close / d.close.rolling(n).mean() - 1) for n in (5, 10, 20, 50)},
    **{f"highDistance{n}": (["high", "close"], lambda d, n=n: d.close / d.high.rolling(n).max() - 1) for n in (20, 60)},
    **{f"lowDistance{n}": (["low", "close"], lambda d, n=n: d.close / d.low.rolling(n).min() - 1) for n in (20, 60)},
    "wilderStrength14": (C, lambda d: talib.RSI(d.close, 14)),
    "macdLine": (C, lambda d: macd(d)[0]),
    "macdSignal": (C, lambda d: macd(d)[1]),
    "macdHistogram": (C, lambda d: macd(d)[2]),
    # TA-Lib begins both where %D does; %K is known two rows earlier.
    "stochasticK": (PRICES, lambda d: talib.STOCH(d.high, d.low, d.close, 14, 3, 0, 1, 0)[0]),
    "stochasticD": (PRICES, lambda d: stochastic(d)[1]),
    "williamsRange14": (PRICES, lambda d: talib.WILLR(d.high, d.low, d.close, 14)),
    "commodityChannel14": (PRICES, lambda d: talib.CCI(d.high, d.low, d.close, 14)),
    "directionalPlus14": (PRICES, lambda d: talib.PLUS_DI(d.high, d.low, d.close, 14)),
    "directionalMinus14": (PRICES, lambda d: talib.MINUS_DI(d.high, d.low, d.close, 14)),
    "directionalIndex14": (PRICES, talib_adx),
    "aroon25": (["high", "low"], lambda d: talib.AROONOSC(d.high, d.low, 25)),
    "parabolicDistance": (PRICES, lambda d: d.close / talib.SAR(d.high, d.low, 0.02, 0.2) - 1),
    "relativeVolume20": (["volume"], lambda d: np.log1p(d.volume / d.volume.rolling(20).mean())),
    "volumeRank252": (["volume"], lambda d: d.volume.rolling(252).rank(pct=True)),
    "vwapRatio20": (
        ["close", "volume"],
        lambda d: d.close / ((d.close * d.volume).rolling(20).sum() / d.volume.rolling(20).sum()),
    ),
    "rollSpread20": (C, roll),
    **{
        f"amihud{n}": (["close", "volume"], lambda d, n=n: (1e6 * simple(d).abs() / (d.close * d.volume)).rolling(n).mean())
        for n in (20, 60)
    },
    "kyleSlope20": (["close", "volume"], kyle),
    "moneyFlow20": ([*PRICES, "volume"], lambda d: mfv(d).rolling(20).sum() / d.volume.rolling(20).sum()),
    "balanceShare": (["close", "volume"], lambda d: talib.OBV(d.close, d.volume) / d.volume.cumsum()),
    "accumulationShare": (
        [*PRICES, "volume"],
        lambda d: talib.AD(d.high, d.low, d.close, d.volume) / d.volume.cumsum(),
    ),
    "volumeDeviation20": (["volume"], lambda d: d.volume.rolling(20).std() / d.volume.rolling(20).mean()),
    **{f"skewness{n}": (C, lambda d, n=n: simple(d).rolling(n).skew()) for n in (20, 60)},
    **{f"kurtosis{n}": (C, lambda d, n=n: simple(d).rolling(n).kurt()) for n in (20, 60)},
    "sharpe20": (C, lambda d: np.sqrt(YEAR) * simple(d).rolling(20).mean() / simple(d).rolling(20).std()),
    "sortino20": (
        C,
        lambda d: np.sqrt(YEAR)
        * simple(d).rolling(20).mean()
        / np.sqrt((simple(d).where(simple(d).isna(), simple(d).clip(upper=0)) ** 2).rolling(20).mean()),
    ),
    "drawdown20": (C, lambda d: simple(d).rolling(20).apply(drawdown, raw=True)),
    "calmar20": (
        C,
        lambda d: YEAR * simple(d).rolling(20).mean() / -simple(d).rolling(20).apply(drawdown, raw=True),
    ),
    "largestReturn20": (C, lambda d: simple(d).rolling(20).max()),
    "varianceRatio60": (
        C,
        lambda d: log_return(d, 2).rolling(60).var() / (2 * log_return(d).rolling(60).var()),
    ),
}


def main(panel, answer):
    data = pd.read_csv(panel).sort_values(["symbol", "date"], kind="stable")
    columns = {}
    for name, (needs, compute) in INDICATORS.items():
        values = pd.Series(np.nan, index=data.index)
        for _, group in data.groupby("symbol"):
            for part in stretches(group, needs):
                # TA-Lib refuses what is too short for it.
                result = compute(part.astype({column: float for column in needs})) if len(part) > 1 else None
                if result is not None:
                    values.loc[part.index] = np.asarray(result, dtype=float)
        columns[name] = values.replace([np.inf, -np.inf], np.nan)
    pd.DataFrame(columns).sort_index().to_csv(answer, index=False, float_format="%.17g")


main(*sys.argv[1:])
