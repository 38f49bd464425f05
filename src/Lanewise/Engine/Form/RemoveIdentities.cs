namespace Lanewise.Engine;

/// <summary>
/// Leaves out nodes that change nothing: dropout in evaluation mode and, in the channel-interleaved layout, Flatten, whose input linear
/// layers read as it is.
/// </summary>
internal static class RemoveIdentities
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form, bool isChannelInterleaved) => form.Bypass(form.Units
        .Where(unit => unit.Node.Op is Dropout ? !form.Options.Training : isChannelInterleaved && unit.Node.Op is Flatten)
        .ToDictionary(unit => unit.Output, unit => unit.Input));
}
