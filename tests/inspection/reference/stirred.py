"""What the makers of reference models share."""


def stir(model, random):
    """Weights away from what initialisers draw: biases that are 0 and variances that are 1 would hide a mix-up."""
    for weight in model.weights:
        if weight.dtype == "float32" and "seed" not in weight.path:
            weight.assign(abs(random.normal(0.2, 0.3, weight.shape)) if "variance" in weight.path else random.normal(0, 0.4, weight.shape))
    return model
