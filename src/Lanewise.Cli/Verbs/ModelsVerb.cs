using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise models</c>.</summary>
internal static class ModelsVerb
{
    private const string Examples =
        """
          lanewise models
          lanewise models --json
        """;

    public static Command Create()
    {
        var json = SharedOptions.Json();
        var verb = new Verb("models", "List the models, with parameters, MACs per image, input shape and paper.", Examples) { json };
        verb.SetAction(parse =>
        {
            Print(parse.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Print(bool json)
    {
        var models = ModelCatalog.All.Select(entry => (Entry: entry, Network: entry.Create(new ModelOptions()))).ToArray();
        if (json)
        {
            JsonOutput.Print(writer => writer.WriteObjects("models", models, model =>
            {
                writer.WriteString("name", model.Entry.Name);
                writer.WriteNumber("parameters", model.Network.ParameterCount);
                writer.WriteRenamed("macs", "multiply_adds", model.Network.Macs);
                var input = model.Network.Input;
                writer.WriteNumbers("input", [input.Channels, input.Height, input.Width]);
                writer.WriteString("paper", model.Entry.Paper);
            }));
            return;
        }

        var table = new ConsoleTable("model", ">parameters", ">MACs", "input", "paper");
        foreach (var (entry, network) in models)
        {
            string parameters = NumberFormat.Count(network.ParameterCount), macs = NumberFormat.Count(network.Macs);
            table.Add(entry.Name, parameters, macs, network.Input.ToString(), entry.Paper);
        }

        table.Print();
    }
}
