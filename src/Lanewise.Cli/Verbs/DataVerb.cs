using System.CommandLine;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise data</c>: the verbs about datasets.</summary>
internal static class DataVerb
{
    private const string Examples =
        """
          lanewise data list
          lanewise data fetch mnist
          lanewise data verify mnist --data-dir /srv/datasets
        """;

    public static Command Create() => new Verb("data", "Datasets: list them, fetch one, verify its files.", Examples)
    {
        DataListVerb.Create(),
        DataFetchVerb.Create(),
        DataVerifyVerb.Create(),
    };
}
