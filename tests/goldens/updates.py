"""Writes the golden of clipping, accumulation and parameter groups; README.md in this folder documents it.

    /usr/bin/python3 tests/goldens/updates.py [FOLDER_TO_WRITE]

The network, its weights and the images are those of residual.safetensors in this folder.
"""
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F

import tutorial

STEPS, BATCH = tutorial.STEPS, tutorial.BATCH
WEIGHT_DECAY, HEAD_FACTOR, SMOOTHING = 0.05, 3.0, 0.1


def groups(model, learning_rate):
    """Gets groups of parameters: no decay of biases, and a higher learning rate of the last layer."""
    return [
        {
            "params": [parameter],
            "weight_decay": 0.0 if name.endswith(".bias") else WEIGHT_DECAY,
            "lr": learning_rate * (HEAD_FACTOR if name.startswith("fc.") else 1.0),
        }
        for name, parameter in model.named_parameters()
    ]


def optimizer_of(recipe, model):
    if recipe == "sgd":
        return torch.optim.SGD(groups(model, 0.01), lr=0.01, momentum=0.9)
    return torch.optim.AdamW(groups(model, 0.002), lr=0.002, eps=1e-3)


def train(golden, dtype, recipe):
    """Trains over the batches in order: sgd in halves with a clipped norm, adamw with clipped values."""
    model = tutorial.Residual().to(dtype)
    model.load_state_dict({n: torch.from_numpy(golden["weights." + n].copy()) for n, _ in model.named_parameters()})
    images = tutorial.normalize(golden["train_images"]).to(dtype)
    labels = torch.from_numpy(golden["train_labels"].copy())
    optimizer = optimizer_of(recipe, model)
    parts = 2 if recipe == "sgd" else 1
    losses, norms = [], []
    for step in range(STEPS):
        optimizer.zero_grad()
        total = 0.0
        for part in range(parts):
            first = step * BATCH + part * BATCH // parts
            indices = slice(first, first + BATCH // parts)
            loss = F.cross_entropy(model(images[indices]), labels[indices], label_smoothing=SMOOTHING) / parts
            loss.backward()
            total += loss.item()
        losses.append(total)
        if recipe == "sgd":
            norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5).item())
        else:
            torch.nn.utils.clip_grad_value_(model.parameters(), 0.01)
        optimizer.step()
    tensors = {f"{recipe}.losses": torch.tensor(losses), f"{recipe}.norms": torch.tensor(norms)}
    tensors.update({f"{recipe}.trained." + n: p.detach() for n, p in model.named_parameters()})
    return tensors


SCHEDULE_STEPS, PLATEAU_EPOCHS = 40, 30


def schedules():
    """Gets the rates of one cycle over ten epochs of four steps, and those after each of 30 losses by a reduction on a plateau."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    # PyTorch's cycle ends at the last step, Lanewise's after it.
    total = SCHEDULE_STEPS + 1
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.1, total_steps=total, pct_start=(0.3 * SCHEDULE_STEPS + 1) / total, cycle_momentum=False)
    rates = []
    for _ in range(SCHEDULE_STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cycle.step()
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=2, min_lr=0.002)
    losses = np.round(1 / (1 + np.arange(PLATEAU_EPOCHS) % 11 / 4) + 0.3 * np.exp(-np.arange(PLATEAU_EPOCHS) / 9), 3)
    after = []
    for loss in losses:
        plateau.step(loss)
        after.append(optimizer.param_groups[0]["lr"])
    return {
        "schedules.onecycle": torch.tensor(rates, dtype=torch.float64),
        "plateau.losses": torch.from_numpy(losses),
        "plateau.rates": torch.tensor(after, dtype=torch.float64),
    }


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    here = os.path.dirname(os.path.abspath(__file__))
    golden, _ = tutorial.read_safetensors(os.path.join(here, "residual.safetensors"))
    tensors = {}
    for recipe in ("sgd", "adamw"):
        single, exact = train(golden, torch.float32, recipe), train(golden, torch.float64, recipe)
        worst = max((tutorial.relative_difference(single[n], exact[n]), n) for n in single if ".trained." in n)
        print(f"{recipe}: float32 against float64, {worst[1]} {worst[0]:.1e}; losses", single[f"{recipe}.losses"].tolist())
        print("norms", single[f"{recipe}.norms"].tolist())
        tensors.update(single)
    tensors.update(schedules())
    print("plateau", tensors["plateau.losses"].tolist(), tensors["plateau.rates"].tolist())
    path = os.path.join(sys.argv[1] if len(sys.argv) == 2 else here, "updates.safetensors")
    arrays = {key: value.numpy() for key, value in tensors.items() if value.numel() > 0}
    tutorial.write_safetensors(path, arrays, {"made_by": f"updates.py, PyTorch {torch.__version__}", "model": "residual"})
    assert all(np.array_equal(arrays[key], value) for key, value in tutorial.read_safetensors(path)[0].items())


if __name__ == "__main__":
    main()
