namespace Lanewise;

/// <summary>Labels images by the names of their classes, never by position.</summary>
internal static class ClassMatch
{
    /// <summary>Returns a view of a dataset with the labels of other classes; classes without images need not be among them.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="whose">Whose classes they are, for messages: <c>the model</c>.</param>
    /// <exception cref="DatasetException">Images are of a class that is not among them.</exception>
    public static IImageDataset ByName(IImageDataset dataset, IReadOnlyList<string> classes, string whose)
    {
        if (dataset.Classes.SequenceEqual(classes, StringComparer.Ordinal))
        {
            return dataset;
        }

        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < classes.Count; i++)
        {
            index.TryAdd(UnicodeForm.Compose(classes[i]), i);
        }

        int[] labels = [.. dataset.Classes.Select(name => index.GetValueOrDefault(UnicodeForm.Compose(name), -1))];
        bool[] isUsed = new bool[labels.Length];
        for (int i = 0; i < dataset.Count; i++)
        {
            isUsed[dataset.Label(i)] = true;
        }

        string[] unknown = [.. dataset.Classes.Where((_, label) => isUsed[label] && labels[label] < 0)];
        return unknown.Length == 0 ? dataset.Relabel(classes, labels) : throw Unknown(dataset, unknown, classes, whose);
    }

    private static DatasetException Unknown(IImageDataset dataset, string[] unknown, IReadOnlyList<string> classes, string whose)
    {
        const int MaxNames = 5;
        string names = string.Join(", ", unknown.Take(MaxNames).Select(Shown)) + (unknown.Length > MaxNames ? ", …" : "");
        string known = string.Join(", ", classes.Take(MaxNames).Select(Shown)) + (classes.Count > MaxNames ? ", …" : "");
        string what = unknown.Length == 1 ? $"class {names} is not a class" : $"{unknown.Length} classes ({names}) are not classes";
        string question = NearestName.Find(unknown[0], classes) is { } near ? $"; did you mean {Shown(near)}?" : ".";
        return new DatasetException(
            $"{dataset.Name}: {what} of {whose} ({known}){question}", DatasetError.ClassMismatch, dataset.Name);
    }

    private static string Shown(string name) => $"'{name}'";
}
