namespace Lanewise.Engine;

/// <summary>
/// Leaves out what no output depends on, in plans that do not train. Training keeps it: its parameters are part of the network, and have
/// no gradient.
/// </summary>
internal static class RemoveUnused
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form) => form.Options.Training
        ? form
        : form with { Units = [.. form.Units.Where(unit => form.Needed.Contains(unit.Node))] };
}
