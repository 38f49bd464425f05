using System.CommandLine;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise weights</c>, the group of verbs for pretrained weights.</summary>
internal static class WeightsVerb
{
    private const string Examples =
        """
          lanewise weights list
          lanewise weights fetch resnet18-cntk
          lanewise weights verify resnet18-cntk
          lanewise weights remove resnet18-cntk
        """;

    public static Command Create() => new Verb("weights", "List, fetch, verify and remove pretrained weights.", Examples)
    {
        WeightsListVerb.Create(),
        WeightsFetchVerb.Create(),
        WeightsVerifyVerb.Create(),
        WeightsRemoveVerb.Create(),
    };
}
