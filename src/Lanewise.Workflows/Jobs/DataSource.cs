namespace Lanewise.Workflows;

/// <summary>The data of a job.</summary>
public sealed record DataSource
{
    /// <summary>Names the data.</summary>
    /// <param name="dataset">
    /// The name of a dataset, the path of a folder of images, or <c>csv:</c> and the path of a table; null for the default.
    /// </param>
    /// <exception cref="LanewiseException">There is no such dataset, folder or table.</exception>
    public DataSource(string? dataset = null) => Dataset = dataset is null ? null : DatasetNotation.Check(dataset);

    /// <summary>Gets the name of the dataset, or a prefix and the full path; null for the default.</summary>
    public string? Dataset { get; private init; }

    /// <summary>Gets the folder to search for datasets; null for the default ones.</summary>
    public string? DataDir { get; init; }

    /// <summary>Gets what happens to corrupt images of files.</summary>
    public CorruptImagePolicy OnCorrupt { get; init; }

    /// <summary>Gets the split to evaluate on, such as <c>test</c>; null for the images that the training validated on.</summary>
    public string? Split { get; init; }

    /// <summary>Gets a file with other names for the dataset's classes; null for none.</summary>
    public string? ClassMap { get; init; }

    /// <summary>Gets the number of training images; null for all.</summary>
    public int? LimitTrain { get; init; }

    /// <summary>Gets the number of test images; null for all.</summary>
    public int? LimitTest { get; init; }

    /// <summary>Returns the source with a dataset where this one names none.</summary>
    internal DataSource Or(string? other) => Dataset is not null || other is null ? this : this with { Dataset = other };
}
