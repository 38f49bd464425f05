using System.Globalization;
using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>The weights of classes in the loss of a training.</summary>
internal static class ClassWeights
{
    private const int MaxNamed = 10;
    private const string Header = "class,weight";

    /// <summary>
    /// Computes n / (K · n_c) for each of the K classes with images, as scikit-learn's "balanced", or reads a file; classes without images,
    /// or not named in the file, have weight 1.
    /// </summary>
    /// <param name="source">A file or <c>auto</c>; null for none.</param>
    /// <param name="train">The training images.</param>
    /// <param name="outputs">The number of classes of the network.</param>
    /// <exception cref="JobException">The file is malformed, or names a class that there is not.</exception>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static IReadOnlyList<float>? Of(string? source, IImageDataset train, int outputs)
    {
        if (source is null)
        {
            return null;
        }

        float[] weights = Enumerable.Repeat(1f, outputs).ToArray();
        if (source == TrainSettings.AutoClassWeights)
        {
            int[] counts = Count(train);
            int classes = counts.Count(count => count > 0);
            foreach (var (c, count) in counts.Index().Where(pair => pair.Item > 0))
            {
                weights[c] = (float)((double)train.Count / ((double)classes * count));
            }

            return weights;
        }

        foreach (var (name, weight) in Read(source))
        {
            int c = train.Classes.ToList().IndexOf(name);
            weights[c >= 0 ? c : throw new JobException(
                $"{{class-weights}} {source}: there is no class '{name}'{NearestName.Question(name, train.Classes)}")] = weight;
        }

        return weights;
    }

    /// <summary>Describes how unequal classes are treated; null if they are not.</summary>
    public static string? Describe(TrainSettings settings, IImageDataset train, IReadOnlyList<float>? weights)
    {
        if (settings.Balance)
        {
            int classes = Count(train).Count(count => count > 0);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"each epoch draws {train.Count:N0} images, equally many of each of the {classes} classes ({{balance}}).");
        }

        return weights is null ? null
            : train.Classes.Count > MaxNamed
            ? string.Create(CultureInfo.InvariantCulture, $"class weights from {weights.Min():G3} to {weights.Max():G3}.")
            : "class weights: " + string.Join(", ", train.Classes.Zip(
                weights, (name, weight) => string.Create(CultureInfo.InvariantCulture, $"{name} {weight:G3}"))) + ".";
    }

    private static Dictionary<string, float> Read(string path)
    {
        string[] lines = InputFile.ReadLines(path);
        string text = string.Join('\n', lines).Trim().TrimStart('\uFEFF');
        try
        {
            var weights = new Dictionary<string, float>(StringComparer.Ordinal);
            foreach (var (name, weight) in text.StartsWith('{') ? Json(text) : text.Split('\n').Select(Pair).OfType<(string, double)>())
            {
                if (!float.IsFinite((float)weight) || !((float)weight > 0))
                {
                    throw new FormatException($"the weight of '{name}' is not a positive number");
                }

                if (!weights.TryAdd(UnicodeForm.Compose(name), (float)weight))
                {
                    throw new FormatException($"'{name}' is named twice");
                }
            }

            return weights.Count > 0 ? weights : throw new FormatException("it has no class");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new JobException(
                $"{{class-weights}} {path}: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}; expected a JSON object, or a line "
                + $"'{Header}' for each class.",
                e);
        }
    }

    private static IEnumerable<(string, double)> Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            yield return (property.Name, property.Value.GetDouble());
        }
    }

    private static (string, double)? Pair(string line, int index)
    {
        // Names may have commas, weights do not.
        int comma = line.AsSpan().LastIndexOfAny(',', '\t');
        return string.IsNullOrWhiteSpace(line) || (index == 0 && line.Trim() == Header) ? null
            : comma > 0 && double.TryParse(line.AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight)
            ? (line[..comma].Trim().Trim('"'), weight)
            : throw new FormatException($"line {index + 1} is '{line}'");
    }

    private static int[] Count(IImageDataset images)
    {
        int[] counts = new int[images.Classes.Count];
        for (int i = 0; i < images.Count; i++)
        {
            counts[images.Label(i)]++;
        }

        return counts;
    }
}
