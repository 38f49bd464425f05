namespace Lanewise.Reports;

/// <summary>Renders a confusion matrix, as a table or for many classes as a heat map, and the most frequent confusions.</summary>
internal static class ConfusionMatrix
{
    private const int MaxInTable = 20, MaxSquares = 100;

    // In percent; the count on top must stay readable.
    private const int DarkestShade = 45;

    public static Html ToHtml(TestEvaluation test)
    {
        int[][] confusion = test.Evaluation.Confusion;
        return confusion.Length <= MaxInTable
            ? Html.Join(Matrix(confusion, test.Classes), Confusions(confusion, test.Classes, MaxInTable / 2))
            : Html.Join(Map(confusion, test.Classes), Confusions(confusion, test.Classes, 2 * MaxInTable));
    }

    private static Html Matrix(int[][] confusion, IReadOnlyList<string> classes)
    {
        var table = new Table(["label \\ prediction", .. classes.Select(name => ">" + name)]);
        foreach (var (label, row) in confusion.Index())
        {
            int support = Math.Max(1, row.Sum());
            var cells = row.Select((count, prediction) => Cell(count, (double)count / support, label == prediction));
            table.Add([Html.Of($"{classes[label]}"), .. cells]);
        }

        return Html.Join(
            Html.Of($"<p>Rows are labels, columns are predictions. Correct predictions are framed, on the diagonal. "),
            Html.Of($"The stronger the shade of a cell, the larger its share of the row.</p>"),
            table.ToHtml("Images by label and prediction"));
    }

    private static Html Cell(int count, double share, bool isCorrect)
    {
        // The square root makes a share of 1 % visible.
        double shade = Math.Sqrt(share) * DarkestShade;
        string text = count == 0 ? "·" : HtmlElements.Count(count);
        return Html.Of($"""<span class="{(isCorrect ? "cell right" : "cell")}" style="--share:{shade:F0}%">{text}</span>""");
    }

    /// <summary>Renders the row shares as a heat map; of very many classes, each square is a block of neighbouring classes.</summary>
    private static Html Map(int[][] confusion, IReadOnlyList<string> classes)
    {
        int block = (classes.Count + MaxSquares - 1) / MaxSquares, squares = (classes.Count + block - 1) / block;
        double[][] counts = [.. Enumerable.Range(0, squares).Select(_ => new double[squares])];
        foreach (var (label, row) in confusion.Index())
        {
            foreach (var (prediction, count) in row.Index())
            {
                counts[label / block][prediction / block] += count;
            }
        }

        double[][] shares = [.. counts.Select(row => Array.ConvertAll(row, n => Math.Sqrt(n / Math.Max(1, row.Sum()))))];
        string[] names = [.. Enumerable.Range(0, squares).Select(i => classes[i * block])];
        string title = block == 1 ? "Confusion matrix" : $"Confusion matrix, {block}×{block} classes a square";
        const string Unit = "square root of the share of the row";
        return new HeatMap(title, "prediction", "label", Unit, names, names, shares) { Range = (0, 1) }.ToHtml();
    }

    private static Html Confusions(int[][] confusion, IReadOnlyList<string> classes, int limit)
    {
        var confusions =
            from label in Enumerable.Range(0, confusion.Length)
            from prediction in Enumerable.Range(0, confusion.Length)
            where label != prediction && confusion[label][prediction] > 0
            orderby confusion[label][prediction] descending
            select (Label: label, Prediction: prediction, Count: confusion[label][prediction]);
        var table = new Table("label", "prediction", ">images", ">share of the label's images");
        foreach (var m in confusions.Take(limit))
        {
            double share = (double)m.Count / confusion[m.Label].Sum();
            table.Add(classes[m.Label], classes[m.Prediction], HtmlElements.Count(m.Count), HtmlElements.Percent(share));
        }

        return confusions.Any() ? table.ToHtml("Most frequent confusions") : Html.Of($"<p>No image was misclassified.</p>");
    }
}
