"""Triple-barrier labels of a panel in a CSV file, by pandas and a plain loop.

Usage: barriers.py PANEL.csv ANSWER.csv OPTIONS   (OPTIONS: JSON of takeProfit, stopLoss, horizon, unit, span, touch)
"""

import json
import sys

import numpy as np
import pandas as pd

panel = pd.read_csv(sys.argv[1])
options = json.loads(sys.argv[3])
answers = []
for _, group in panel.groupby("symbol", sort=False):
    group = group.sort_values("date")
    close = group.close.to_numpy()
    returns = group.close.pct_change(fill_method=None)
    one = pd.Series(1.0, index=group.index)
    if options["unit"] == "return":
        up, down = one, one
    elif options["unit"] == "volatility":
        up = down = returns.ewm(span=options["span"]).std()
    else:
        share = returns.rolling(20).std().expanding().rank(pct=True)
        share = share.where(returns.rolling(20).std().notna())
        up, down = 1 + 0.5 * (share - 0.5), 1 + 0.3 * (share - 0.5)
    up, down = options["takeProfit"] * up, options["stopLoss"] * down
    high, low = (group.high, group.low) if options["touch"] == "range" else (group.close, group.close)
    side = np.full(len(group), np.nan)
    rows = np.full(len(group), np.nan)
    for at in range(len(group)):
        if np.isnan(up.iloc[at]) or np.isnan(down.iloc[at]) or np.isnan(close[at]):
            continue
        top, bottom = close[at] * (1 + up.iloc[at]), close[at] * (1 - down.iloc[at])
        ahead = slice(at + 1, at + 1 + options["horizon"])
        gap = np.flatnonzero(np.isnan(close[ahead]))
        whole = gap[0] if len(gap) else len(close[ahead])
        over = np.flatnonzero(high.to_numpy()[ahead][:whole] >= top)
        under = np.flatnonzero(low.to_numpy()[ahead][:whole] <= bottom)
        first_over = over[0] if len(over) else np.inf
        first_under = under[0] if len(under) else np.inf
        if first_under <= first_over and first_under < np.inf:
            side[at], rows[at] = -1, first_under + 1
        elif first_over < np.inf:
            side[at], rows[at] = 1, first_over + 1
        elif whole == options["horizon"]:
            side[at], rows[at] = 0, options["horizon"]
    answers.append(pd.DataFrame({"symbol": group.symbol, "date": group.date, "side": side, "rows": rows}))
pd.concat(answers).to_csv(sys.argv[2], index=False)
