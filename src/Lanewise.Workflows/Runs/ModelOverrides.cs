using Lanewise.Files;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>What a user says of a model in place of its file: class names, and how images are prepared.</summary>
internal static class ModelOverrides
{
    private const int MaxLabelsLength = 1_000_000;

    /// <summary>Returns the model with the class names of a text file, one per line.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; null to keep the names.</param>
    /// <exception cref="LanewiseException">The file cannot be read, or has not one name per class.</exception>
    public static ModelFile WithLabels(this ModelFile model, string? path)
    {
        if (path is null)
        {
            return model;
        }

        string[] names = [.. ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        int classes = model.Card.HasClassifier ? model.Card.Classes.Count : model.Network.OutputCount;
        return names.Length == classes
            ? model with { Card = model.Card with { Classes = names } }
            : throw new LanewiseException(
                $"{path} has {names.Length} names, but the weights have {classes} classes; write one name per line.");
    }

    /// <summary>Returns the network of a model for the given size of images; weights do not depend on it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">The overrides of the input.</param>
    /// <param name="path">The model's file, for messages.</param>
    /// <exception cref="LanewiseException">The network does not take the size.</exception>
    public static Network NetworkFor(this ModelFile model, InputSettings input, string path)
    {
        var own = model.Network;
        return input.ImageSize is not { } size || size == (own.Input.Height, own.Input.Width) ? own
            : model.Card.Network is null ? input.CreateNetwork(own.Name, new ModelOptions { Classes = own.OutputCount })
            : throw new JobException(
                $"{path}: {{img-size}}: only models of the catalog take other sizes, and this is a network of its own.");
    }

    /// <summary>Returns the model with overrides of its input: the size of images, and how they are prepared.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">The overrides.</param>
    /// <param name="path">The model's file, for messages.</param>
    /// <exception cref="LanewiseException">The overrides do not fit the network.</exception>
    public static ModelFile WithInput(this ModelFile model, InputSettings input, string path)
    {
        if (!input.Given(input.Table).Any())
        {
            return model;
        }

        var network = model.NetworkFor(input, path);
        var transform = input.Apply(model.Card.Transform ?? ImageTransform.Default(network.Input), network);
        return model with { Network = network, Card = model.Card with { Transform = transform }, HasCard = true };
    }

    private static string[] ReadLines(string path) => !File.Exists(path) || new FileInfo(path).Length <= MaxLabelsLength
        ? InputFile.ReadLines(path)
        : throw new LanewiseException(
            $"{path} is longer than {MaxLabelsLength:N0} bytes; specify a text file with one class name per line.");
}
