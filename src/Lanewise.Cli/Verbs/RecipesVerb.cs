using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise recipes</c>.</summary>
internal static class RecipesVerb
{
    private const string Examples =
        """
          lanewise recipes
          lanewise train --recipe mnist-99.5
          lanewise train --recipe cifar-fast --dataset photos --epochs 40
          lanewise recipes --json
        """;

    public static Command Create()
    {
        var json = SharedOptions.Json();
        var verb = new Verb("recipes", "List the recipes of train, with what they set and the results that were measured.", Examples)
        {
            json,
        };
        verb.SetAction(parse =>
        {
            Print(parse.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Print(bool json)
    {
        if (json)
        {
            JsonOutput.Print(writer => writer.WriteObjects("recipes", TrainingRecipe.All, recipe =>
            {
                writer.WriteString("name", recipe.Name);
                writer.WriteString("purpose", recipe.Purpose);
                writer.WriteString("result", recipe.Result);
                writer.WriteStartObject("settings");
                foreach (var value in Values(recipe))
                {
                    writer.WriteString(value.Setting.JsonKey, value.ToString());
                }

                writer.WriteEndObject();
            }));
            return;
        }

        foreach (var recipe in TrainingRecipe.All)
        {
            StandardOutput.WriteLine($"{recipe.Name}: {recipe.Purpose}");
            StandardOutput.WriteLine($"  result: {recipe.Result}");
            StandardOutput.WriteLine($"  sets: {string.Join(" ", Values(recipe).Select(Option))}");
            StandardOutput.WriteLine();
        }

        StandardOutput.WriteLine("Train with one by 'lanewise train --recipe NAME'; options given beside it win.");
    }

    private static IEnumerable<SettingValue> Values(TrainingRecipe recipe) =>
        recipe.Settings.Given(TrainSettings.AllSettings).Where(value => value.Setting.Name != "recipe");

    private static string Option(SettingValue value) => value.Value switch
    {
        true => $"--{value.Setting.Name}",
        false => $"--no-{value.Setting.Name}",
        _ when value.Setting.Name == "model" => value.ToString(),
        _ => $"--{value.Setting.Name} {value}",
    };
}
