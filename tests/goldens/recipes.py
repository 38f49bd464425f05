"""Writes the golden of AdamW, RMSprop, Muon and of the learning rate schedules; README.md in this folder documents it.

    /usr/bin/python3 tests/goldens/recipes.py [FOLDER_TO_WRITE]

The network, its weights and the images are those of residual.safetensors in this folder.
"""
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F
from torch.optim import lr_scheduler

import tutorial

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench"))
from muon import Muon  # noqa: E402

STEPS, BATCH = tutorial.STEPS, tutorial.BATCH
LEARNING_RATE, WEIGHT_DECAY = 0.002, 0.05
WARMUP_STEPS = 3
SCHEDULE_STEPS = 40  # ten epochs of four steps


def warm_up(optimizer, steps, after):
    """Composes a warm-up from a hundredth of the learning rate with the schedule that follows."""
    linear = lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=steps)
    return lr_scheduler.SequentialLR(optimizer, [linear, after], milestones=[steps])


def adamw(parameters):
    return torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)


def rmsprop(parameters):
    return torch.optim.RMSprop(parameters, lr=0.001, alpha=0.9, eps=0.0316, weight_decay=0.01, momentum=0.9)


def muon(parameters):
    return Muon(parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)


def ten_steps(golden, dtype, create):
    """Trains over the batches in order, with a warm-up of three steps and then half a cosine."""
    model = tutorial.Residual().to(dtype)
    model.load_state_dict({n: torch.from_numpy(golden["weights." + n].copy()) for n, _ in model.named_parameters()})
    images = tutorial.normalize(golden["train_images"]).to(dtype)
    labels = torch.from_numpy(golden["train_labels"].copy())
    optimizer = create(model.parameters())
    scheduler = warm_up(optimizer, WARMUP_STEPS, lr_scheduler.CosineAnnealingLR(optimizer, STEPS - WARMUP_STEPS))
    losses, rates = [], []
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[part]), labels[part])
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    tensors = {"losses": torch.tensor(losses), "rates": torch.tensor(rates, dtype=torch.float64)}
    tensors.update({"trained." + n: p.detach() for n, p in model.named_parameters()})
    return tensors


def rates_of(create):
    """Gets the learning rate at each step of the schedule."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = create(optimizer)
    rates = []
    for _ in range(SCHEDULE_STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return torch.tensor(rates, dtype=torch.float64)


def schedules():
    return {
        "schedules.cosine": rates_of(lambda o: lr_scheduler.CosineAnnealingLR(o, SCHEDULE_STEPS, eta_min=0.001)),
        "schedules.warm_cosine": rates_of(lambda o: warm_up(o, 8, lr_scheduler.CosineAnnealingLR(o, SCHEDULE_STEPS - 8))),
        "schedules.step": rates_of(lambda o: lr_scheduler.StepLR(o, 12, gamma=0.5)),
        "schedules.milestones": rates_of(lambda o: lr_scheduler.MultiStepLR(o, [20, 30], gamma=0.1)),
        "schedules.warm_constant": rates_of(lambda o: lr_scheduler.LinearLR(o, start_factor=0.01, total_iters=8)),
    }


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    here = os.path.dirname(os.path.abspath(__file__))
    golden, _ = tutorial.read_safetensors(os.path.join(here, "residual.safetensors"))
    tensors, exact = (
        {**ten_steps(golden, dtype, adamw),
         **{f"{prefix}.{n}": t for prefix, create in (("rmsprop", rmsprop), ("muon", muon))
            for n, t in ten_steps(golden, dtype, create).items() if n != "rates"}}
        for dtype in (torch.float32, torch.float64))
    for name in tensors:
        print(f"float32 against float64, {name:30} {tutorial.relative_difference(tensors[name], exact[name]):.1e}")
    print("losses", tensors["losses"].tolist())
    print("rates", tensors["rates"].tolist())
    tensors.update(schedules())
    for name, rates in schedules().items():
        print(name, [float("%.5g" % r) for r in rates.tolist()])
    path = os.path.join(sys.argv[1] if len(sys.argv) == 2 else here, "recipes.safetensors")
    arrays = {key: value.numpy() for key, value in tensors.items()}
    tutorial.write_safetensors(path, arrays, {"made_by": f"recipes.py, PyTorch {torch.__version__}", "model": "residual"})
    assert all(np.array_equal(arrays[key], value) for key, value in tutorial.read_safetensors(path)[0].items())


if __name__ == "__main__":
    main()
