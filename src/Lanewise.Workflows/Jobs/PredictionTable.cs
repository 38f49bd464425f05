using System.Globalization;
using System.Text;

namespace Lanewise.Workflows;

/// <summary>A table of an evaluation, a row for each image: label, prediction, probability, loss, and whether it is correct.</summary>
/// <param name="images">The images.</param>
internal sealed class PredictionTable(IImageDataset images)
{
    private readonly List<ImagePrediction> _predictions = new(images.Count);

    /// <summary>Adds the prediction for an image; pass this method to <see cref="Evaluation"/>.</summary>
    public void Add(ImagePrediction prediction) => _predictions.Add(prediction);

    /// <summary>Writes the rows. The first column is the name of the file, or the index of an image that is no file.</summary>
    /// <param name="stream">Receives the table; it stays open.</param>
    /// <param name="classes">The class names in the order of the logits.</param>
    public void Write(Stream stream, IReadOnlyList<string> classes)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        var files = images as IFileDataset;
        WriteRow([files is null ? "image" : "file", "label", "prediction", "probability", "loss", "correct"]);
        foreach (var one in _predictions)
        {
            WriteRow(
            [
                files?.NameOf(one.Index) ?? one.Index.ToString(CultureInfo.InvariantCulture),
                classes[one.Label],
                classes[one.Prediction],
                Number(one.Probability),
                Number(one.Loss),
                one.Label == one.Prediction ? "1" : "0",
            ]);
        }

        void WriteRow(IEnumerable<string> cells) => writer.Write(string.Join(',', cells.Select(CsvFormat.Quote)) + CsvFormat.LineEnd);
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
