"""Many runs as one: networks that differ only in their seed, their weights stacked, trained by the same steps."""

import time

import torch
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

from cnnlessons.arch import build
from cnnlessons.layers import BatchNorm, Dropout
from cnnlessons.losses import loss_for
from cnnlessons.pixels import pixels
from cnnlessons.training import SCHEDULES, DivergedError, Epoch, in_bfloat16, size_of


def can_stack(job, device: str) -> bool:
    """Where stacking wins and gives the plain loop's numbers: on a GPU, with nothing a stack would do otherwise."""
    alone = any(isinstance(layer, Dropout | BatchNorm) for layer in job.variant.arch.layers)
    if not device.startswith("cuda") or alone or job.measures or job.variant.until or job.variant.start:
        return False
    with torch.device("meta"):
        model = build(job.variant.arch)
    return not (job.recipe.augment or in_bfloat16(model, job.recipe, torch.device(device)))


def clip(grads, longest: float) -> None:
    """Shorten each run's own gradient (the first axis counts runs) to length `longest`, as clip_grad_norm_ does."""
    norms = torch.stack([g.flatten(1).square().sum(1) for g in grads]).sum(0).sqrt()
    for g in grads:
        g.mul_((longest / (norms + 1e-6)).clamp(max=1).view(-1, *[1] * (g.dim() - 1)))


def fit_stacked(models, train, test, recipes, device: str = "cpu"):
    """What `fit` does to each of `models` with its recipe, all at once: yields a list of an `Epoch` a run.

    The recipes may differ in their seed alone. A run that diverged yields its `DivergedError` from then on. The
    networks must not draw random numbers (no dropout). The weights of `models` are left as they were.
    """
    recipe, size, loss = recipes[0], size_of(models[0]), loss_for(recipes[0].loss, models[0])
    params, buffers = stack_module_state([model.to(device) for model in models])
    skeleton = models[0]
    optimiser = torch.optim.SGD(params.values(), recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay,
                                foreach=True)
    x, y = train.x.to(device), train.y.to(device)
    orders = [torch.Generator().manual_seed(one.seed) for one in recipes]
    errors = [None] * len(models)

    def objective(p, b, xs, ys):
        out = functional_call(skeleton, (p, b), (xs,)).float()
        return loss.value(out, ys), out

    step_of = vmap(grad_and_value(objective, has_aux=True))
    for n in range(1, recipe.epochs + 1):
        start, values, right = time.perf_counter(), [], 0
        order = torch.stack([torch.randperm(len(train), generator=g) for g in orders]).to(device)
        batches = order.split(recipe.batch, dim=1)
        for step, index in enumerate(batches):
            done = (n - 1 + step / len(batches)) / recipe.epochs
            optimiser.param_groups[0]["lr"] = recipe.lr * SCHEDULES[recipe.schedule](done)
            shown = pixels(x[index].flatten(0, 1), recipe.pixels, size).unflatten(0, index.shape)
            grads, (value, out) = step_of(params, buffers, shown, y[index])
            if recipe.clip:
                clip(list(grads.values()), recipe.clip)
            for name, weight in params.items():
                weight.grad = grads[name]
            optimiser.step()
            values.append(value.detach())
            right = right + (loss.decide(out.flatten(0, 1)).view_as(index) == y[index]).sum(1)
        losses = torch.stack(values, 1).cpu()  # runs × steps
        for run, steps in enumerate(losses):
            bad = (~steps.isfinite()).nonzero()
            if errors[run] is None and len(bad):
                errors[run] = DivergedError(n, int(bad[0]) + 1, recipes[run])
        sizes = torch.tensor([index.shape[1] for index in batches])
        means, share = (losses * sizes).sum(1) / len(train), right.cpu() / len(train)
        seconds = (time.perf_counter() - start) / len(models)
        tests = evaluate_stacked(skeleton, params, buffers, test, recipe, loss, size)
        yield [errors[i] or Epoch(n, seconds, means[i].item(), share[i].item(), *tests[i], len(train) / seconds)
               for i in range(len(models))]


@torch.no_grad()
def evaluate_stacked(skeleton, params, buffers, test, recipe, loss, size, batch: int = 1000) -> list[tuple]:
    """(mean loss, accuracy) of each run over `test`, in eval mode."""
    def forward(p, b, xs):
        return functional_call(skeleton, (p, b), (xs,)).float()

    device = next(iter(params.values())).device
    parts = [vmap(forward, (0, 0, None))(params, buffers, pixels(part.to(device), recipe.pixels, size))
             for part in test.x.split(batch)]
    y = test.y.to(device)
    return [(loss.value(out, y).item(), (loss.decide(out) == y).float().mean().item())
            for out in torch.cat(parts, 1)]


def run_stacked(jobs, device: str) -> list[dict]:
    """The rows of jobs that differ in their seed alone; each is what `Job.run` makes, but for rounding."""
    (train, test), recipes = jobs[0].splits(), [job.recipe for job in jobs]
    models = [build(job.variant.arch, seed=job.seed) for job in jobs]
    curves, errors = [[] for _ in jobs], [None] * len(jobs)
    for results in fit_stacked(models, train, test, recipes, device):
        for i, result in enumerate(results):
            if isinstance(result, DivergedError):
                errors[i] = result
            else:
                curves[i].append(result)
    return [job.row(epochs, (), error) for job, epochs, error in zip(jobs, curves, errors, strict=True)]
