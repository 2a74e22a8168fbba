"""Contender of bench/overfitting.ts: PBO by another package. python overfitting.py PACKAGE FILE ROWS BLOCKS; FILE holds float64, row-major."""

import json
import resource
import sys
import time

import numpy

package, file, rows, blocks = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
returns = numpy.fromfile(file).reshape(rows, -1)


def sharpe(values):
    return numpy.mean(values, axis=0) / numpy.std(values, axis=0, ddof=1)


if package == "pypbo":
    import pypbo

    def run():
        return float(pypbo.pbo(returns, S=blocks, metric_func=sharpe, threshold=0).pbo)

elif package == "ffn":
    import ffn
    import pandas

    frame = pandas.DataFrame(returns)

    def run():
        return float(ffn.core.calc_prob_backtest_overfitting(frame, n_blocks=blocks))

else:
    import purgedcv

    columns = numpy.ascontiguousarray(returns.T)

    def run():
        return float(purgedcv.probability_of_backtest_overfitting(columns, blocks, metric=sharpe).pbo)


begin = time.perf_counter()
probability = run()
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"probability": probability, "seconds": seconds, "peak": peak}))
