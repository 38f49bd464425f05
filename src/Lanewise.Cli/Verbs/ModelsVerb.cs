using System.CommandLine;
using Lanewise.Cli.Terminals;
using Lanewise.Models;

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
        var json = Options.Json();
        var verb = new Verb("models", "List the models: parameters, MACs an image, input, paper.", Examples) { json };
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

        var table = new ReportTable("model", ">parameters", ">MACs", "input", "paper");
        foreach (var (entry, network) in models)
        {
            table.Add(entry.Name, Report.Count(network.ParameterCount), Report.Count(network.Macs), network.Input.ToString(), entry.Paper);
        }

        table.Print();
    }
}
