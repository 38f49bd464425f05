namespace Lanewise.Reports;

/// <summary>A confusion matrix: a table of numbers, or for many classes a heat map; and the most frequent mistakes.</summary>
internal static class ConfusionFigure
{
    private const int MaxInTable = 20, MaxSquares = 100;

    // In percent; the number on it must stay readable.
    private const int DarkestShade = 45;

    public static Html ToHtml(RunTest test)
    {
        int[][] confusion = test.Evaluation.Confusion;
        return confusion.Length <= MaxInTable
            ? Html.Join(Matrix(confusion, test.Classes), Mistakes(confusion, test.Classes, MaxInTable / 2))
            : Html.Join(Map(confusion, test.Classes), Mistakes(confusion, test.Classes, 2 * MaxInTable));
    }

    private static Html Matrix(int[][] confusion, IReadOnlyList<string> classes)
    {
        var table = new Table(["is \\ taken for", .. classes.Select(name => ">" + name)]);
        foreach (var (label, row) in confusion.Index())
        {
            int support = Math.Max(1, row.Sum());
            table.Add([Html.Of($"{classes[label]}"), .. row.Select((count, prediction) => Cell(count, (double)count / support, label == prediction))]);
        }

        return Html.Of($"<p>A row is what the images are, a column what they were taken for. What is right stands framed on the diagonal; the larger its share of the row, the stronger the shade of a square.</p>{table.ToHtml("Confusion matrix")}");
    }

    // The root tells a share of 1 % from none.
    private static Html Cell(int count, double share, bool isRight) => Html.Of(
        $"""<span class="{(isRight ? "cell right" : "cell")}" style="--share:{Math.Sqrt(share) * DarkestShade:F0}%">{(count == 0 ? "·" : HtmlParts.Count(count))}</span>""");

    /// <summary>Shares of each row's images as shades; where there are very many classes, each square stands for some neighbours.</summary>
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
        string title = block == 1 ? "Confusion matrix" : $"Confusion matrix, {block} classes in a row and column";
        return new HeatMap(title, "taken for", "is", "root of the share of the row", names, names, shares) { Range = (0, 1) }.ToHtml();
    }

    private static Html Mistakes(int[][] confusion, IReadOnlyList<string> classes, int most)
    {
        var mistakes =
            from label in Enumerable.Range(0, confusion.Length)
            from prediction in Enumerable.Range(0, confusion.Length)
            where label != prediction && confusion[label][prediction] > 0
            orderby confusion[label][prediction] descending
            select (Label: label, Prediction: prediction, Count: confusion[label][prediction]);
        var table = new Table("is", "taken for", ">images", ">share of its class");
        foreach (var m in mistakes.Take(most))
        {
            table.Add(classes[m.Label], classes[m.Prediction], HtmlParts.Count(m.Count), HtmlParts.Percent((double)m.Count / confusion[m.Label].Sum()));
        }

        return mistakes.Any() ? table.ToHtml("The most frequent mistakes") : Html.Of($"<p>There was no mistake.</p>");
    }
}
