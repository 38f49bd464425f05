namespace Lanewise.Workflows;

/// <summary>The data of a job.</summary>
/// <param name="dataset">The name of a dataset, or <c>folder:</c> and a path; null for the default.</param>
public sealed class DataSource(string? dataset = null)
{
    /// <summary>Gets the name of the dataset, or <c>folder:</c> and a path; null for the default.</summary>
    public string? Dataset => dataset;

    /// <summary>Gets the folder to search for datasets; null for the default ones.</summary>
    public string? DataDir { get; init; }

    /// <summary>Gets what happens to corrupt images in a folder.</summary>
    public CorruptImagePolicy OnCorrupt { get; init; }

    /// <summary>Gets the number of training images; null for all.</summary>
    public int? LimitTrain { get; init; }

    /// <summary>Gets the number of test images; null for all.</summary>
    public int? LimitTest { get; init; }

    /// <summary>Returns the source with a dataset where this one names none.</summary>
    internal DataSource Or(string? other) => Dataset is not null ? this : new(other)
    {
        DataDir = DataDir,
        OnCorrupt = OnCorrupt,
        LimitTrain = LimitTrain,
        LimitTest = LimitTest,
    };
}
