using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Models;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>A model that was judged by a dataset's test pictures.</summary>
/// <param name="Evaluation">How it did.</param>
/// <param name="Classes">The classes' names.</param>
/// <param name="Preprocessing">How the pictures became input.</param>
internal sealed record ModelTest(Evaluation Evaluation, IReadOnlyList<string> Classes, Preprocessing Preprocessing)
{
    /// <summary>Pictures that are worked on together, unless the user says otherwise.</summary>
    public const int UsualBatch = 256;

    /// <summary>Judges a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="splits">Whose test pictures are taken.</param>
    /// <param name="settings">What is to be otherwise than the model's preprocessing has it.</param>
    /// <param name="batchSize">Pictures that are worked on together.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="judged">Is told of each picture; null for nobody.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="LanewiseException">Model and pictures do not fit.</exception>
    public static async Task<ModelTest> RunAsync(
        ModelFile model, DatasetSplits splits, InputSettings settings, int batchSize, int threads, Action<Judgement>? judged, CancellationToken cancellation)
    {
        Check(splits, model.Card);
        var network = settings.ImageSize is null ? model.Network : settings.CreateNetwork(model.Network.Name, new ModelOptions { Classes = model.Network.Classes });
        var preprocessing = settings.Apply(model.Card.Preprocessing, network);
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = batchSize, Threads = threads });
        plan.Load(model.Weights);
        var evaluation = await Task.Run(() => Evaluation.Run(plan, splits.Test, preprocessing, judged, cancellation), cancellation).ConfigureAwait(false);
        var classes = model.Card.Dataset is null && splits.Test.Classes.Count == model.Card.Classes.Count ? splits.Test.Classes : model.Card.Classes;
        return new(evaluation, classes, preprocessing);
    }

    /// <summary>The names of an image folder's classes decide its labels, so they must be the model's.</summary>
    private static void Check(DatasetSplits splits, ModelCard card)
    {
        bool named = card.Dataset is not null && splits.Name.StartsWith(ImageFolder.Prefix, StringComparison.Ordinal);
        if (named && !splits.Test.Classes.SequenceEqual(card.Classes, StringComparer.Ordinal))
        {
            throw new LanewiseException($"{splits.Name}: its classes ({string.Join(", ", splits.Test.Classes.Take(5))}, …) are not the model's ({string.Join(", ", card.Classes.Take(5))}, …); choose the pictures that the model was trained for.");
        }
    }
}
