using System.CommandLine;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise data</c>, the group of verbs for datasets.</summary>
internal static class DataVerb
{
    private const string Examples =
        """
          lanewise data list
          lanewise data check photos
          lanewise data fetch mnist
          lanewise data verify mnist --data-dir /srv/datasets
          lanewise data remove mnist
        """;

    public static Command Create() => new Verb("data", "List, check, download, verify and remove datasets.", Examples)
    {
        DataListVerb.Create(),
        DataCheckVerb.Create(),
        DataFetchVerb.Create(),
        DataVerifyVerb.Create(),
        DataRemoveVerb.Create(),
    };
}
