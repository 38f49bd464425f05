namespace Lanewise;

/// <summary>A dataset with some of the samples of another one.</summary>
internal interface IDatasetView : IDataset
{
    /// <summary>The dataset with all samples.</summary>
    IDataset All { get; }
}
