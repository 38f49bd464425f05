namespace Lanewise.Kernels;

/// <summary>One step of an optimizer: its kind and its hyperparameters.</summary>
internal abstract record OptimizerStep
{
    private protected OptimizerStep() { }
}
