"""Settings that Optuna suggests. `reluctant sweep --method bayesian` starts this, and both talk in lines of JSON.

First line in: {"seed": ..., "space": [dimension, ...]}. Then {"ask": n}, answered by a list of n lists of places, one per dimension; and
{"tell": [cost or null, ...]} for the settings asked for last, in their order; null where one failed. A place is a value of a range, or the index
of one in a list.
"""

import json
import sys

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution


def distribution(dimension):
    if isinstance(dimension, list):
        return CategoricalDistribution(list(range(len(dimension))))
    ((kind, (least, most)),) = dimension.items()
    if kind == "integer":
        return IntDistribution(least, most)
    return FloatDistribution(least, most, log=kind == "log")


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    given = json.loads(sys.stdin.readline())
    space = {str(k): distribution(one) for k, one in enumerate(given["space"])}
    # Settings of one batch know nothing of each other's cost; the liar keeps them apart (Ginsbourger et al. 2010).
    sampler = optuna.samplers.TPESampler(seed=given["seed"], multivariate=True, constant_liar=True)
    study = optuna.create_study(sampler=sampler)
    asked = []
    for line in sys.stdin:
        request = json.loads(line)
        if "ask" in request:
            asked = [study.ask(space) for _ in range(request["ask"])]
            print(json.dumps([[one.params[key] for key in space] for one in asked]), flush=True)
        else:
            for one, cost in zip(asked, request["tell"]):
                if cost is None:
                    study.tell(one, state=optuna.trial.TrialState.FAIL)
                else:
                    study.tell(one, cost)


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    main()
