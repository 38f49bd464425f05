namespace Lanewise.Kernels;

/// <summary>One step of an optimizer: which one, and its constants.</summary>
internal abstract record OptimizerStep
{
    private protected OptimizerStep() { }
}
