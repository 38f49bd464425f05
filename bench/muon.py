"""Muon (Jordan et al. 2024) for convolutions without groups, AdamW for all other parameters: what the scripts beside it compare with."""
import torch


def orthogonal(x):
    """Makes a matrix nearly orthogonal by five steps of the Newton-Schulz iteration."""
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if tall else x


class Muon(torch.optim.AdamW):
    """In the scale of torch.optim.Muon's "match_rms_adamw", so that both parts have one learning rate; in single precision."""

    def __init__(self, parameters, lr, weight_decay=0.01, momentum=0.95):
        parameters = list(parameters)
        super().__init__([p for p in parameters if p.dim() != 4], lr=lr, weight_decay=weight_decay)
        self.momentum = momentum
        self.matrices = [(p, torch.zeros_like(p)) for p in parameters if p.dim() == 4]

    @torch.no_grad()
    def step(self):
        super().step()
        rate, decay = self.param_groups[0]["lr"], self.param_groups[0]["weight_decay"]
        for p, average in self.matrices:
            average.lerp_(p.grad, 1 - self.momentum)
            x = p.grad.lerp(average, self.momentum).reshape(len(p), -1)
            rows, columns = x.shape
            x = orthogonal(x)
            p.mul_(1 - rate * decay).add_(x.reshape(p.shape), alpha=-rate * 0.2 * max(rows, columns) ** 0.5)

    def zero_grad(self):
        super().zero_grad()
        for p, _ in self.matrices:
            p.grad = None
