"""Event files of TensorBoard as others write them, kept in reference/events: Keras's callback, PyTorch's SummaryWriter, and the tags and steps
of Lightning's logger. Needs keras, torch and tensorboard, which the tests do not.

Usage: event_files.py keras|torch FOLDER
"""

import json
import sys


def of_keras(folder: str) -> None:
    import keras
    import numpy as np

    keras.utils.set_random_seed(1)
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    board = keras.callbacks.TensorBoard(f"{folder}/keras", write_graph=False)
    held = (x[:20], x[:20, :1])
    found = model.fit(x, x[:, :1], validation_data=held, epochs=3, verbose=0, callbacks=[board])
    with open(f"{folder}/keras.json", "w") as file:
        json.dump(found.history, file)


def of_torch(folder: str) -> None:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(f"{folder}/torch") as plain:
        for epoch in range(3):
            plain.add_scalar("Loss/train", 1 / (epoch + 1), epoch)
            plain.add_scalar("Loss/val", 2 / (epoch + 1), epoch)
            plain.add_scalar("Accuracy/val", 0.5 + epoch / 10, epoch)
    with SummaryWriter(f"{folder}/lightning") as logger:
        for step in range(30):
            if step % 5 == 4:
                logger.add_scalar("train_loss_step", 5.0 + step, step)
                logger.add_scalar("epoch", step // 10, step)
            if step % 10 == 9:
                logger.add_scalar("train_loss_epoch", 1 / (step // 10 + 1), step)
                logger.add_scalar("val_loss", 2 / (step // 10 + 1), step)
                logger.add_scalar("epoch", step // 10, step)


if __name__ == "__main__":
    {"keras": of_keras, "torch": of_torch}[sys.argv[1]](sys.argv[2])
